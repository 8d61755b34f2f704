// What is shown of a log, and how.
import { Button, Checkbox, Group, Select, TextInput } from '@mantine/core';
import { IconDownload, IconPlayerPause, IconPlayerPlay, IconSearch } from '@tabler/icons-react';
import { useMutation } from '@tanstack/react-query';
import { useTranslation } from 'react-i18next';
import { notifyError } from '#components/error-message.tsx';
import { browserClock } from '#util/clock.ts';
import type { ContainerPlace } from '#util/path-builder.ts';
import { saveFile } from '#util/save-file.ts';
import { downloadLines, type LogChoice } from './log-stream.ts';
import { plainText } from './log-text.ts';

export type LogLook = { readonly isWrapped: boolean; readonly hasTimes: boolean };

type Props = {
  readonly place: ContainerPlace;
  readonly choice: LogChoice;
  readonly onRange: (part: { tail?: number; sinceMinutes?: number }) => void;
  readonly search: string;
  readonly onSearch: (text: string) => void;
  readonly look: LogLook;
  readonly onLook: (look: LogLook) => void;
  readonly isPaused: boolean;
  readonly onPause: (isPaused: boolean) => void;
};

const tails = [100, 500, 2_000, 5_000];
const sinces = [0, 5, 15, 60, 24 * 60];

export const LogToolbar = (props: Props) => {
  const { t } = useTranslation();
  const { look, onLook, search, onSearch, isPaused, onPause } = props;
  return (
    <Group gap="sm" mb="xs" align="center">
      <Ranges {...props} />
      <TextInput
        type="search"
        size="sm"
        aria-label={t('logs.search')}
        placeholder={t('logs.search')}
        leftSection={<IconSearch size={16} aria-hidden="true" />}
        value={search}
        maxLength={200}
        onChange={(event) => onSearch(event.currentTarget.value)}
        style={{ flex: '1 1 200px' }}
      />
      <Checkbox
        label={t('logs.wrap')}
        checked={look.isWrapped}
        onChange={(event) => onLook({ ...look, isWrapped: event.currentTarget.checked })}
      />
      <Checkbox
        label={t('logs.timestamps')}
        checked={look.hasTimes}
        onChange={(event) => onLook({ ...look, hasTimes: event.currentTarget.checked })}
      />
      <Group gap="xs">
        <Button
          variant="default"
          leftSection={
            isPaused ? (
              <IconPlayerPlay size={16} aria-hidden="true" />
            ) : (
              <IconPlayerPause size={16} aria-hidden="true" />
            )
          }
          onClick={() => onPause(!isPaused)}
        >
          {isPaused ? t('logs.resume') : t('logs.pause')}
        </Button>
        <Download {...props} />
      </Group>
    </Group>
  );
};

const Ranges = ({ choice, onRange }: Props) => {
  const { t } = useTranslation();
  const sinceText = (minutes: number): string => {
    if (minutes === 0) return t('logs.sinceAny');
    return minutes < 60 ? t('logs.sinceMinutes', { count: minutes }) : t('logs.sinceHours', { count: minutes / 60 });
  };
  return (
    <>
      <Select
        aria-label={t('logs.tail')}
        data={tails.map((tail) => ({ value: String(tail), label: t('logs.tailLines', { count: tail }) }))}
        value={String(choice.tail)}
        onChange={(value) => onRange({ tail: Number(value) })}
        allowDeselect={false}
        w={160}
      />
      <Select
        aria-label={t('logs.since')}
        data={sinces.map((minutes) => ({ value: String(minutes), label: sinceText(minutes) }))}
        value={String(choice.sinceMinutes)}
        onChange={(value) => onRange({ sinceMinutes: Number(value) })}
        allowDeselect={false}
        w={160}
      />
    </>
  );
};

const Download = ({ place, choice }: Props) => {
  const { t } = useTranslation();
  const download = useMutation({
    mutationFn: () => downloadLines(browserClock, place, choice),
    onSuccess: (lines) =>
      saveFile(
        `${place.container}.log`,
        lines.map((line) => `${line.at} ${plainText(line.text)}\n`).join(''),
        'text/plain;charset=utf-8',
      ),
    onError: (error) => notifyError(error, t('logs.downloadFailed')),
  });
  return (
    <Button
      variant="default"
      leftSection={<IconDownload size={16} aria-hidden="true" />}
      loading={download.isPending}
      onClick={() => download.mutate()}
    >
      {t('logs.download')}
    </Button>
  );
};
