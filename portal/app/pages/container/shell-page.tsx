// A shell in a container.
import { Alert, Button, Group, Skeleton, Text } from '@mantine/core';
import { IconPlugConnected, IconTerminal2 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { lazy, Suspense, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { containerQuery } from '#api/queries.ts';
import { ErrorMessage } from '#components/error-message.tsx';
import { AppLink, TextLink } from '#components/link.tsx';
import { useContainerPlace } from '#components/place.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';
import { StatusBadge } from '#ui/status-badge.tsx';
import { loadPart } from '#util/load-part.ts';
import { pb } from '#util/path-builder.ts';
import type { ShellState } from './shell-session.ts';

const Terminal = lazy(loadPart(async () => ({ default: (await import('./terminal.tsx')).Terminal })));

export const ShellPage = () => {
  const { t } = useTranslation();
  const place = useContainerPlace();
  const container = useSuspenseQuery(containerQuery(place)).data;
  const [state, setState] = useState<ShellState>({ is: 'connecting' });
  const [attempt, setAttempt] = useState(0);
  const again = useRef<HTMLButtonElement>(null);
  const reconnect = (): void => {
    setState({ is: 'connecting' });
    setAttempt((before) => before + 1);
  };
  return (
    <>
      <PageHeader
        title={t('containers.shellOf', { name: container.name })}
        badge={
          <span role="status">
            {state.is === 'connected' ? <StatusBadge tone="good">{t('shell.connected')}</StatusBadge> : null}
            {state.is === 'connecting' ? <StatusBadge tone="busy">{t('shell.connecting')}</StatusBadge> : null}
          </span>
        }
        above={
          <TextLink to={pb.applicationTab(place, 'containers')} size="sm">
            {place.application}
          </TextLink>
        }
        actions={
          <Button
            ref={again}
            variant="default"
            leftSection={<IconPlugConnected size={17} aria-hidden="true" />}
            onClick={reconnect}
          >
            {t('shell.reconnect')}
          </Button>
        }
      />
      <Ending state={state} />
      {state.is === 'not_running' ? (
        <EmptyState
          icon={<IconTerminal2 size={28} stroke={1.6} />}
          title={t('shell.notRunningTitle')}
          text={t('shell.notRunning')}
          action={
            <Button component={AppLink} to={pb.logs(place)} variant="default" mt="xs">
              {t('containers.logsOf', { name: container.name })}
            </Button>
          }
        />
      ) : (
        <Suspense fallback={<Skeleton height={420} />}>
          <Terminal
            key={attempt}
            place={place}
            label={t('shell.terminal', { name: container.name })}
            onState={setState}
            onLeave={() => again.current?.focus()}
          />
          <Text size="xs" c="dimmed" mt="xs">
            {t('shell.hint')}
          </Text>
        </Suspense>
      )}
    </>
  );
};

const Ending = ({ state }: { state: ShellState }) => {
  const { t } = useTranslation();
  if (state.is === 'refused') return <ErrorMessage error={state.error} title={t('shell.refused')} />;
  if (state.is !== 'ended' && state.is !== 'broken') return null;
  const ended = (exitCode: number | null): string =>
    exitCode === null ? t('shell.ended') : t('shell.endedCode', { code: exitCode });
  const text = state.is === 'ended' ? ended(state.exitCode) : t('shell.broken');
  return (
    <Alert color={state.is === 'broken' ? 'yellow' : 'gray'} variant="light" role="status" mb="sm">
      <Group>{text}</Group>
    </Alert>
  );
};
