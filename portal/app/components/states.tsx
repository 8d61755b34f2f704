// States of applications, containers, hosts and operations as badges.
import type { ApplicationPhase, Operation } from '@berth/contract/applications.ts';
import type { Container, ContainerState } from '@berth/contract/containers.ts';
import type { HostState } from '@berth/contract/hosts.ts';
import { Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { StatusBadge, type Tone } from '#ui/status-badge.tsx';
import { Age, useAgeText } from './age.tsx';

const phaseTones: { readonly [P in ApplicationPhase]: Tone } = {
  progressing: 'busy',
  running: 'good',
  degraded: 'warn',
  blocked: 'bad',
  stopped: 'idle',
  removing: 'busy',
  unknown: 'unknown',
};
export const PhaseBadge = ({ phase }: { phase: ApplicationPhase }) => {
  const { t } = useTranslation();
  return <StatusBadge tone={phaseTones[phase]}>{t(`phase.${phase}`)}</StatusBadge>;
};

const containerTones: { readonly [S in ContainerState]: Tone } = {
  created: 'idle',
  running: 'good',
  paused: 'warn',
  restarting: 'busy',
  exited: 'idle',
  dead: 'bad',
  removing: 'busy',
  unknown: 'unknown',
};

/** A stopped container that failed is bad news; one that ended well, or was stopped, is not. */
const containerTone = (container: Container): Tone =>
  container.state === 'exited' && (container.exitCode ?? 0) !== 0 ? 'bad' : containerTones[container.state];

/** State with what goes with it: the exit code of a stopped one, and how old the news is when it may be wrong. */
export const ContainerStateBadge = ({ container }: { container: Container }) => {
  const { t } = useTranslation();
  const age = useAgeText();
  const notes = [
    ...(container.exitCode === undefined || container.state === 'running'
      ? []
      : [t('containers.exitCode', { code: container.exitCode })]),
    ...(container.outOfMemory === true ? [t('containers.outOfMemory')] : []),
  ];
  return (
    <>
      <StatusBadge tone={containerTone(container)}>{t(`containerState.${container.state}`)}</StatusBadge>
      {notes.length === 0 ? null : (
        <Text size="xs" c="dimmed" mt={2}>
          {notes.join(' · ')}
        </Text>
      )}
      <Text size="xs" mt={2} c={container.state === 'unknown' ? 'var(--berth-unknown)' : 'dimmed'}>
        {container.state === 'unknown'
          ? t('containers.stale', { age: age(container.observedAt) })
          : t('containers.seen', { age: age(container.observedAt) })}
      </Text>
    </>
  );
};

const healthTones: { readonly [H in Container['health']]: Tone } = {
  none: 'idle',
  starting: 'busy',
  healthy: 'good',
  unhealthy: 'bad',
};
export const HealthBadge = ({ health }: { health: Container['health'] }) => {
  const { t } = useTranslation();
  if (health === 'none')
    return (
      <Text size="sm" c="dimmed">
        {t('health.none')}
      </Text>
    );
  return <StatusBadge tone={healthTones[health]}>{t(`health.${health}`)}</StatusBadge>;
};

const hostTones: { readonly [S in HostState]: Tone } = {
  joining: 'busy',
  active: 'good',
  unreachable: 'unknown',
  engine_down: 'bad',
};
export const HostStateBadge = ({ state }: { state: HostState }) => {
  const { t } = useTranslation();
  return <StatusBadge tone={hostTones[state]}>{t(`hostState.${state}`)}</StatusBadge>;
};

const operationTones: { readonly [S in Operation['state']]: Tone } = {
  running: 'busy',
  succeeded: 'good',
  failed: 'bad',
  superseded: 'idle',
};
export const OperationBadge = ({ state }: { state: Operation['state'] }) => {
  const { t } = useTranslation();
  return <StatusBadge tone={operationTones[state]}>{t(`operation.state_${state}`)}</StatusBadge>;
};

export const SeenAt = ({ at }: { at: string | null }) => {
  const { t } = useTranslation();
  return at === null ? <Text size="sm">{t('hosts.never')}</Text> : <Age at={at} />;
};
