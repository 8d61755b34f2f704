// From a hook's row to what callers see: never its secret. Pure.
import type { Hook, HookSpec } from '@berth/contract/hooks.ts';
import type { HookRow } from './hook-store.ts';

export const presentHook = (row: HookRow): Hook => ({
  ...(JSON.parse(row.spec) as HookSpec),
  id: row.id,
  createdBy: row.created_by,
  createdAt: row.created_at,
  lastCallAt: row.last_call_at,
  lastOutcome: row.last_outcome,
});
