// What a dry run says would happen: to which services, in which steps.
import type { PlanStep, Preview, UpgradePlan } from '@berth/contract/applications.ts';
import { Group, Text, Title, Tooltip, UnstyledButton } from '@mantine/core';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Tag } from '#ui/status-badge.tsx';
import { ageText } from '#util/age.ts';
import styles from './plan.module.css';
import { countProblems } from './problem-groups.ts';

const changeTones = { added: 'good', changed: 'warn', unchanged: 'idle', removed: 'bad' } as const;

export const Changes = ({ preview }: { preview: Preview }) => {
  const { t } = useTranslation();
  if (preview.services.length === 0) return null;
  return (
    <>
      <Title order={3} mb={6}>
        {t('publish.services')}
      </Title>
      <ul className={styles.list} aria-label={t('publish.services')}>
        {preview.services.map((service) => (
          <li key={service.name} className={styles.service}>
            <div className={styles.grow}>
              <Text size="sm" fw={600}>
                {service.name}
              </Text>
              <Text size="xs" c="dimmed">
                {service.image} · {t('publish.replicas', { count: service.replicas })}
              </Text>
              {service.upgrade === undefined ? null : <HowReplaced plan={service.upgrade} />}
            </div>
            <Tag tone={changeTones[service.change]}>{t(`publish.change_${service.change}`)}</Tag>
          </li>
        ))}
      </ul>
    </>
  );
};

/** How the containers of a changed service would be replaced: the order, how many at once, what is waited for. */
const HowReplaced = ({ plan }: { plan: UpgradePlan }) => {
  const { t, i18n } = useTranslation();
  const length = (ms: number): string => ageText(ms, i18n.language);
  const parts = [
    t(`publish.order_${plan.order}`),
    t('publish.plan_batches', { count: plan.batches }),
    t('publish.plan_batch', { count: plan.batch }),
    ...(plan.intervalMs === 0 ? [] : [t('publish.plan_interval', { age: length(plan.intervalMs) })]),
    t(`publish.plan_${plan.gate}`),
    t('publish.plan_deadline', { age: length(plan.deadlineMs) }),
    `${t('publish.onFailure')}: ${t(`publish.onFailure_${plan.onFailure}`)}`,
  ];
  return (
    <>
      <Text size="xs" mt={4}>
        {parts.join(' · ')}
      </Text>
      {plan.because === undefined ? null : (
        <Text size="xs" c="dimmed">
          {plan.because}
        </Text>
      )}
      <Group gap={6} mt={4}>
        {plan.downtime ? (
          <Tooltip label={t('publish.plan_downtimeHint')}>
            <span>
              <Tag tone="warn">{t('publish.plan_downtime')}</Tag>
            </span>
          </Tooltip>
        ) : (
          <Tag tone="good">{t('publish.plan_noDowntime')}</Tag>
        )}
      </Group>
    </>
  );
};

/** Steps in the order they would be taken. Where they are not the main thing, they are folded away. */
export const Steps = ({ preview, isFolded = false }: { preview: Preview; isFolded?: boolean }) => {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(false);
  const isOk = countProblems(preview.problems).errors === 0;
  if (!isOk && preview.steps.length === 0) return null;
  return (
    <>
      <Title order={3} mt="md" mb={6}>
        {t('publish.steps')}
      </Title>
      {preview.steps.length === 0 ? (
        <Text size="sm" c="dimmed">
          {t('publish.nothingToDo')}
        </Text>
      ) : isFolded && !isOpen ? (
        <UnstyledButton className={styles.toggle ?? ''} onClick={() => setOpen(true)}>
          {t('publish.showSteps', { count: preview.steps.length })}
        </UnstyledButton>
      ) : (
        <ol className={styles.list} aria-label={t('publish.steps')}>
          {preview.steps.map((step, index) => (
            <StepRow key={step.id} step={step} number={index + 1} />
          ))}
        </ol>
      )}
      {preview.unchanged === 0 ? null : (
        <Text size="sm" c="dimmed" mt="xs">
          {t('publish.unchanged', { count: preview.unchanged })}
        </Text>
      )}
    </>
  );
};

const StepRow = ({ step, number }: { step: PlanStep; number: number }) => {
  const { t } = useTranslation();
  return (
    <li className={styles.step}>
      <span className={styles.number} aria-hidden="true">
        {number}
      </span>
      <div className={styles.grow}>
        <Text size="sm">
          <b>{t(`step.${step.action}`)}</b> <span className={styles.target}>{step.target}</span>
        </Text>
        <Text size="xs" c="dimmed">
          {step.because} · {step.host}
        </Text>
      </div>
    </li>
  );
};
