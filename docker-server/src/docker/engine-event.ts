// One line of the engine's event stream → a hint. Pure.
import type { EngineEvent } from '@berth/contract/engine-objects.ts';
import { toInstant } from '@berth/common/clock.ts';
import { ownerLabels } from './labels.ts';

export const watchedTypes = ['container', 'network', 'volume', 'image'] as const;

/** Asked of the engine, so that health checks (`exec_*`, several a second) do not even cross the socket. */
export const watchedActions = [
  'create',
  'start',
  'restart',
  'die',
  'destroy',
  'oom',
  'health_status',
  'rename',
  'stop',
  'kill',
  'pause',
  'unpause',
  'update',
  'remove',
  'pull',
  'tag',
  'untag',
  'delete',
  'import',
  'load',
] as const;

interface RawEvent {
  readonly Type?: unknown;
  readonly Action?: unknown;
  readonly Actor?: { readonly ID?: unknown; readonly Attributes?: Readonly<Record<string, unknown>> };
  readonly timeNano?: unknown;
}

export const toEngineEvent = (line: unknown, nowMs: number): (EngineEvent & { type: 'event' }) | undefined => {
  if (typeof line !== 'object' || line === null) return undefined;
  const { Type, Action, Actor, timeNano } = line as RawEvent;
  const object = watchedTypes.find((type) => type === Type);
  if (object === undefined || typeof Action !== 'string' || typeof Actor?.ID !== 'string') return undefined;
  if (Action.startsWith('exec_')) return undefined;
  const text = (name: string) => {
    const value = Actor.Attributes?.[name];
    return typeof value === 'string' && value !== '' ? value : undefined;
  };
  const application = text(ownerLabels.application);
  const service = text(ownerLabels.key);
  const exitCode = Action === 'die' ? Number(text('exitCode')) : Number.NaN;
  return {
    type: 'event',
    object,
    action: Action,
    id: Actor.ID,
    ...(application === undefined ? {} : { application }),
    ...(service === undefined ? {} : { service }),
    ...(Number.isInteger(exitCode) ? { exitCode } : {}),
    at: toInstant(typeof timeNano === 'number' ? Math.floor(timeNano / 1e6) : nowMs),
  };
};
