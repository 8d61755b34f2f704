// What a hook may do: upgrade with some variables, or scale one service within limits.
import { Group, NumberInput, SegmentedControl, Select, TagsInput, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { areLimitsBad, type HookDraft } from './hook-draft.ts';

type Props = {
  readonly draft: HookDraft;
  readonly change: (part: Partial<HookDraft>) => void;
  readonly services: readonly string[];
};

const containersMaximum = 200;

export const HookDoes = ({ draft, change, services }: Props) => {
  const { t } = useTranslation();
  return (
    <>
      <div>
        <Text size="sm" fw={500} mb={4} id="hook-does">
          {t('hooks.does')}
        </Text>
        <SegmentedControl
          aria-labelledby="hook-does"
          data={[
            { value: 'upgrade', label: t('hooks.kind_upgrade') },
            { value: 'scale', label: t('hooks.kind_scale') },
          ]}
          value={draft.kind}
          onChange={(value) => change({ kind: value === 'scale' ? 'scale' : 'upgrade' })}
        />
        <Text size="xs" c="dimmed" mt={4}>
          {t(`hooks.kindHint_${draft.kind}`)}
        </Text>
      </div>
      {draft.kind === 'upgrade' ? (
        <TagsInput
          label={`${t('hooks.variables')} (${t('common.optional')})`}
          description={t('hooks.variablesHint')}
          value={[...draft.variables]}
          onChange={(variables) => change({ variables })}
          maxTags={50}
        />
      ) : (
        <Group grow align="flex-start" preventGrowOverflow={false}>
          <Select
            label={t('hooks.service')}
            data={[...services]}
            value={draft.service}
            onChange={(value) => change({ service: value ?? '' })}
            allowDeselect={false}
          />
          <NumberInput
            label={t('hooks.min')}
            value={draft.min}
            onChange={(min) => change({ min })}
            min={0}
            max={containersMaximum}
            allowDecimal={false}
          />
          <NumberInput
            label={t('hooks.max')}
            value={draft.max}
            onChange={(max) => change({ max })}
            error={areLimitsBad(draft) ? t('hooks.limitsBad') : null}
            min={1}
            max={containersMaximum}
            allowDecimal={false}
          />
        </Group>
      )}
    </>
  );
};
