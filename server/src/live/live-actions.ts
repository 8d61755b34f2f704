// Live updates for a page: news of one environment.
import type { LiveMessage } from '@berth/contract/live.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import type { Db } from '#db/tables.ts';
import type { LiveHub } from './live-hub.ts';

export const followEnvironment = async (
  ctx: Context,
  parts: { db: Db; live: LiveHub },
  reference: { tenant: string; environment: string },
  signal: AbortSignal,
): Promise<AsyncIterable<LiveMessage>> => {
  const allowed = await authorize(ctx, parts.db, 'read', 'environment.live', reference);
  return parts.live.follow(allowed.environment.id, signal);
};
