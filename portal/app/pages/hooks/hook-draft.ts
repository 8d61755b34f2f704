// A hook while somebody writes it. Pure; the API's shape is made at the end.
import type { Hook, HookSpec } from '@berth/contract/hooks.ts';
import { namePattern } from '@berth/contract/names.ts';
import { instantMs, instantOf } from '#util/clock.ts';

export type HookDraft = {
  readonly name: string;
  readonly kind: 'upgrade' | 'scale';
  readonly variables: readonly string[];
  readonly service: string;
  /** Fields of numbers give text while they are empty. */
  readonly min: number | string;
  readonly max: number | string;
  readonly coolDownSeconds: number | string;
  /** As a browser's date field has it, `2026-12-31`; empty: no end. */
  readonly expires: string;
  readonly enabled: boolean;
};

const secondMs = 1000;
const dayMs = 86_400_000;

export const newHook = (service: string): HookDraft => ({
  name: '',
  kind: 'upgrade',
  variables: [],
  service,
  min: 1,
  max: 5,
  coolDownSeconds: 60,
  expires: '',
  enabled: true,
});

/** Valid until the end of the day, in UTC, so that the same day is shown again everywhere. */
const expiryOf = (day: string): string | null => (day === '' ? null : instantOf(instantMs(day) + dayMs - 1));

export const draftOfHook = (hook: Hook, service: string): HookDraft => ({
  ...newHook(service),
  name: hook.name,
  kind: hook.does.kind,
  ...(hook.does.kind === 'upgrade'
    ? { variables: hook.does.variables }
    : { service: hook.does.service, min: hook.does.min, max: hook.does.max }),
  coolDownSeconds: hook.coolDownMs / secondMs,
  expires: hook.expiresAt === null ? '' : hook.expiresAt.slice(0, 10),
  enabled: hook.enabled,
});

export const areLimitsBad = (draft: HookDraft): boolean =>
  draft.kind === 'scale' && typeof draft.min === 'number' && typeof draft.max === 'number' && draft.max < draft.min;

const doesOf = (draft: HookDraft): HookSpec['does'] | undefined => {
  if (draft.kind === 'upgrade') return { kind: 'upgrade', variables: [...draft.variables] };
  const { service, min, max } = draft;
  if (service === '' || typeof min !== 'number' || typeof max !== 'number' || max < min) return undefined;
  return { kind: 'scale', service, min, max };
};

/** What may be sent; nothing while something is missing or wrong. */
export const hookOf = (draft: HookDraft): HookSpec | undefined => {
  const does = doesOf(draft);
  const { coolDownSeconds } = draft;
  if (does === undefined || !namePattern.test(draft.name) || typeof coolDownSeconds !== 'number') return undefined;
  return {
    name: draft.name,
    does,
    coolDownMs: Math.round(coolDownSeconds * secondMs),
    expiresAt: expiryOf(draft.expires),
    enabled: draft.enabled,
  };
};

/** The part of a hook that a caller writes. */
export const specOfHook = (hook: Hook): HookSpec => ({
  name: hook.name,
  does: hook.does,
  coolDownMs: hook.coolDownMs,
  expiresAt: hook.expiresAt,
  enabled: hook.enabled,
});
