// How to replace: order, batches, pauses and what to do on failure, for all services and for single ones.
import {
  ActionIcon,
  Button,
  Group,
  Menu,
  NumberInput,
  Paper,
  Select,
  Stack,
  Text,
  Title,
  Tooltip,
} from '@mantine/core';
import { IconChevronDown, IconChevronRight, IconPlus, IconTrash } from '@tabler/icons-react';
import { useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { Draft } from './draft.ts';
import type { ChangeDraft } from './files-panel.tsx';
import { dropService, fieldsOf, setUpdate, type UpdateFields } from './upgrade-draft.ts';
import styles from './upgrade-panel.module.css';

type Props = {
  readonly draft: Draft;
  readonly change: ChangeDraft;
  /** Known from the last dry run. */
  readonly services: readonly string[];
};

export const UpgradePanel = ({ draft, change, services }: Props) => {
  const { t } = useTranslation();
  const [isOpen, setOpen] = useState(draft.upgrade.all !== undefined || draft.upgrade.services !== undefined);
  const bodyId = useId();
  const Chevron = isOpen ? IconChevronDown : IconChevronRight;
  return (
    <Paper p="md" bg="var(--berth-card)" component="section" aria-label={t('publish.replaceHow')}>
      <Title order={2}>
        <button
          type="button"
          className={styles.toggle}
          aria-expanded={isOpen}
          aria-controls={bodyId}
          onClick={() => setOpen(!isOpen)}
        >
          <Chevron size={18} aria-hidden="true" />
          {t('publish.replaceHow')}
        </button>
      </Title>
      <div id={bodyId} hidden={!isOpen}>
        {isOpen ? <Settings draft={draft} change={change} services={services} /> : null}
      </div>
    </Paper>
  );
};

const Settings = ({ draft, change, services }: Props) => {
  const { t } = useTranslation();
  const set = (service: string | undefined, part: Partial<UpdateFields>): void =>
    change((before) => ({ ...before, upgrade: setUpdate(before.upgrade, service, part) }));
  const own = Object.keys(draft.upgrade.services ?? {});
  const others = services.filter((name) => !own.includes(name));
  return (
    <Stack mt={4}>
      <Text size="sm" c="dimmed">
        {t('publish.replaceHowHint')}
      </Text>
      <Fields
        label={t('publish.forAll')}
        fields={fieldsOf(draft.upgrade.all)}
        onChange={(part) => set(undefined, part)}
      />
      {own.map((name) => (
        <Fields
          key={name}
          label={name}
          fields={fieldsOf(draft.upgrade.services?.[name])}
          onChange={(part) => set(name, part)}
          onRemove={() => change((before) => ({ ...before, upgrade: dropService(before.upgrade, name) }))}
        />
      ))}
      {others.length === 0 ? null : (
        <Menu position="bottom-start">
          <Menu.Target>
            <Button size="xs" variant="default" w="fit-content" leftSection={<IconPlus size={15} aria-hidden="true" />}>
              {t('publish.addService')}
            </Button>
          </Menu.Target>
          <Menu.Dropdown mah={320} style={{ overflowY: 'auto' }}>
            {others.map((name) => (
              <Menu.Item key={name} onClick={() => set(name, {})}>
                {name}
              </Menu.Item>
            ))}
          </Menu.Dropdown>
        </Menu>
      )}
    </Stack>
  );
};

type FieldsProps = {
  readonly label: string;
  readonly fields: UpdateFields;
  readonly onChange: (part: Partial<UpdateFields>) => void;
  readonly onRemove?: () => void;
};

const orders = ['default', 'stop-first', 'start-first'] as const;
const failures = ['default', 'hold', 'rollback', 'continue'] as const;

const Fields = ({ label, fields, onChange, onRemove }: FieldsProps) => {
  const { t } = useTranslation();
  return (
    <fieldset className={styles.fields} aria-label={t('publish.settingsOf', { service: label })}>
      <Group justify="space-between" mb={6} mih={28}>
        <Text size="sm" fw={600}>
          {label}
        </Text>
        {onRemove === undefined ? null : (
          <Tooltip label={t('publish.removeSettings', { service: label })}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('publish.removeSettings', { service: label })}
              onClick={onRemove}
            >
              <IconTrash size={16} stroke={1.7} aria-hidden="true" />
            </ActionIcon>
          </Tooltip>
        )}
      </Group>
      <div className={styles.grid}>
        <Select
          label={t('publish.order')}
          data={orders.map((value) => ({ value, label: t(`publish.order_${value}`) }))}
          value={fields.order}
          onChange={(value) => onChange({ order: orders.find((one) => one === value) ?? 'default' })}
          allowDeselect={false}
        />
        <Select
          label={t('publish.onFailure')}
          data={failures.map((value) => ({ value, label: t(`publish.onFailure_${value}`) }))}
          value={fields.onFailure}
          onChange={(value) => onChange({ onFailure: failures.find((one) => one === value) ?? 'default' })}
          allowDeselect={false}
        />
        <Numbers fields={fields} onChange={onChange} />
      </div>
    </fieldset>
  );
};

const containersMaximum = 200;
const secondsMaximum = 86_400;

const Numbers = ({ fields, onChange }: Pick<FieldsProps, 'fields' | 'onChange'>) => {
  const { t } = useTranslation();
  const shared = { placeholder: t('publish.automatic'), min: 0 } as const;
  return (
    <>
      <NumberInput
        {...shared}
        label={`${t('publish.batch')} (${t('publish.batchHint')})`}
        value={fields.batch}
        onChange={(batch) => onChange({ batch })}
        max={containersMaximum}
        allowDecimal={false}
      />
      <NumberInput
        {...shared}
        label={t('publish.interval')}
        value={fields.intervalSeconds}
        onChange={(intervalSeconds) => onChange({ intervalSeconds })}
        max={secondsMaximum}
      />
      <NumberInput
        {...shared}
        label={t('publish.deadline')}
        value={fields.deadlineSeconds}
        onChange={(deadlineSeconds) => onChange({ deadlineSeconds })}
        max={secondsMaximum}
      />
    </>
  );
};
