// How far an upgrade is, what stopped it, and what one can decide about it, with what each choice will do.
import type { Application, Upgrade } from '@berth/contract/applications.ts';
import { Group, Progress, Text, Title, UnstyledButton } from '@mantine/core';
import type { TFunction } from 'i18next';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useDecide, type UpgradeChoice } from '#api/changes.ts';
import { Confirm } from '#components/confirm.tsx';
import { notifyDone, notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { reasonText } from '#components/reason.ts';
import { AbilityButton } from '#ui/disabled-reason.tsx';
import { StatusBadge, type Tone } from '#ui/status-badge.tsx';
import styles from './upgrade-banner.module.css';

const tones: { readonly [S in Upgrade['state']]: Tone } = {
  rolling: 'busy',
  held: 'bad',
  rolling_back: 'busy',
  rolled_back: 'warn',
  done: 'good',
};

export const UpgradeBanner = ({ application }: { application: Application }) => {
  const { t } = useTranslation();
  const { upgrade } = application;
  if (upgrade === null) return null;
  const { from, to, state, reason, message } = upgrade;
  return (
    <section className={`${styles.banner} ${styles[tones[state]]}`} aria-label={t('upgrade.label')}>
      <Group gap="sm">
        <Title order={2}>{t('upgrade.title', { from, to })}</Title>
        <StatusBadge tone={tones[state]}>{t(`upgrade.state_${state}`)}</StatusBadge>
      </Group>
      <Text size="sm" role="status">
        {t(`upgrade.text_${state}`, { from, to })}
      </Text>
      {reason === undefined && message === undefined ? null : (
        <Text size="sm">
          {reason === undefined ? null : <b>{reasonText(reason)}: </b>}
          {message}
        </Text>
      )}
      {upgrade.services.length === 0 ? null : <Services key={state} upgrade={upgrade} />}
      <Choices application={application} upgrade={upgrade} />
    </section>
  );
};

const share = (part: number, total: number): number => (total === 0 ? 0 : (100 * part) / total);

/** Once nothing moves any more, how far each service is can be looked up, and is not in the way. */
const Services = ({ upgrade }: { upgrade: Upgrade }) => {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(upgrade.state !== 'done' && upgrade.state !== 'rolled_back');
  const listId = useId();
  const isMoving = upgrade.state === 'rolling' || upgrade.state === 'rolling_back';
  return (
    <>
      {isMoving ? null : (
        <UnstyledButton
          className={styles.toggle ?? ''}
          aria-expanded={isOpen}
          aria-controls={listId}
          onClick={() => setOpen(!isOpen)}
        >
          {t(isOpen ? 'upgrade.hideServices' : 'upgrade.showServices')} · {sumText(t, upgrade)}
        </UnstyledButton>
      )}
      <div id={listId} hidden={!isOpen}>
        {isOpen ? <ServiceBars upgrade={upgrade} /> : null}
      </div>
    </>
  );
};

const sumText = (t: TFunction, { services }: Upgrade): string => {
  const sum = (what: 'moved' | 'total' | 'ready'): number => services.reduce((all, service) => all + service[what], 0);
  return t('upgrade.counts', { moved: sum('moved'), total: sum('total'), ready: sum('ready') });
};

const ServiceBars = ({ upgrade }: { upgrade: Upgrade }) => {
  const { t } = useTranslation();
  return (
    <ul className={styles.services} aria-label={t('upgrade.services')}>
      {upgrade.services.map(({ name, total, moved, ready }) => {
        const counts = t('upgrade.counts', { moved, total, ready });
        return (
          <li key={name} className={styles.service}>
            <Text size="sm" fw={600} className={styles.name ?? ''}>
              {name}
            </Text>
            <Progress.Root size="md" className={styles.bar ?? ''}>
              <Progress.Section
                value={share(ready, total)}
                color="var(--berth-good)"
                aria-label={`${name}: ${counts}`}
                className={styles.part ?? ''}
              />
              <Progress.Section
                value={share(Math.max(0, moved - ready), total)}
                color="var(--berth-busy)"
                withAria={false}
                className={styles.part ?? ''}
              />
            </Progress.Root>
            <Text size="xs" c="dimmed" className={styles.counts ?? ''}>
              {counts}
            </Text>
          </li>
        );
      })}
    </ul>
  );
};

/** In each state only the choices that mean something in it; whether the caller may take them, the server says. */
const choicesOf: { readonly [S in Upgrade['state']]: readonly UpgradeChoice[] } = {
  rolling: ['accept', 'abort'],
  held: ['resume', 'abort', 'accept'],
  rolling_back: [],
  rolled_back: ['abort'],
  done: ['accept', 'abort'],
};

const Choices = ({ application, upgrade }: { application: Application; upgrade: Upgrade }) => {
  const { t } = useTranslation();
  const [isAborting, setAborting] = useState(false);
  const decide = useDecide(useApplicationPlace(), {
    onAccepted: ({ operation }) => {
      setAborting(false);
      notifyDone(t('application.asked', { operation: t(`operation.${operation.kind}`) }), application.name);
    },
    onRefused: (error) => {
      setAborting(false);
      notifyError(error, t('application.refused'));
    },
  });
  const { from, to, state } = upgrade;
  const choices = choicesOf[state];
  if (choices.length === 0) return null;
  const hints = {
    accept: state === 'done' ? t('upgrade.accept_done') : t('upgrade.accept_rolling'),
    abort: state === 'rolled_back' ? t('upgrade.abort_rolled_back', { from }) : t('upgrade.abortHint', { from }),
    resume: t('upgrade.resumeHint'),
  };
  const labels = {
    accept: t('upgrade.accept'),
    // The former revision runs already: nothing goes back, it stays.
    abort: state === 'rolled_back' ? t('upgrade.keep', { from }) : t('upgrade.abort', { from }),
    resume: t('upgrade.resume'),
  };
  return (
    <div className={styles.choices}>
      {choices.map((choice, index) => (
        <div key={choice} className={styles.choice}>
          <AbilityButton
            size="xs"
            // While it goes well nothing has to be decided, so that no choice stands out.
            variant={index === 0 && state !== 'rolling' ? 'filled' : 'default'}
            ability={application.actions[choice]}
            loading={decide.isPending && decide.variables === choice}
            onClick={() => (choice === 'abort' && state !== 'rolled_back' ? setAborting(true) : decide.mutate(choice))}
          >
            {labels[choice]}
          </AbilityButton>
          <Text size="xs" c="dimmed">
            {hints[choice]}
          </Text>
        </div>
      ))}
      {isAborting ? (
        <Confirm
          title={t('upgrade.abortTitle', { from })}
          text={t('upgrade.abortText', { from, to })}
          confirm={labels.abort}
          isPending={decide.isPending}
          onConfirm={() => decide.mutate('abort')}
          onClose={() => setAborting(false)}
        />
      ) : null}
    </div>
  );
};
