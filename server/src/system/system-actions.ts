// The platform about itself.
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import type { Db } from '#db/tables.ts';
import type { LoopStatus } from '#reconcile/loop.ts';

export const listLoops = async (ctx: Context, db: Db, loops: readonly LoopStatus[]) => {
  await authorize(ctx, db, 'read', 'platform.loops', {});
  return { items: [...loops] };
};
