// Hooks and their deliveries in the database. A secret is there sealed only; a delivery is the answer a call got.
import type { HookSpec } from '@berth/contract/hooks.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const columns = [
  'id',
  'application_id',
  'name',
  'spec',
  'secret',
  'user_id',
  'created_by',
  'created_at',
  'last_call_at',
  'last_effect_at',
  'last_outcome',
] as const;
export type HookRow = NonNullable<Awaited<ReturnType<typeof findHook>>>;
type Handle = Allowed<'list' | 'create' | 'modify' | 'delete', 'application.hooks'>;

/** By id or name, within the application. */
export const findHook = (db: Queries, allowed: Handle, hook: string) =>
  db
    .selectFrom('hooks')
    .select(columns)
    .where('application_id', '=', allowed.application.id)
    .where((e) => e.or([e('id', '=', hook as Id<'hook'>), e('name', '=', hook)]))
    .executeTakeFirst();

export const listHooks = async (db: Queries, allowed: Allowed<'list', 'application.hooks'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('hooks').where('application_id', '=', allowed.application.id);
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  const rows = await query
    .select(columns)
    .orderBy('name')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};

export const countHooks = async (db: Queries, allowed: Allowed<'create', 'application.hooks'>): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('hooks')
        .select((e) => e.fn.countAll().as('count'))
        .where('application_id', '=', allowed.application.id)
        .executeTakeFirstOrThrow()
    ).count,
  );

export const insertHook = async (
  tx: Queries,
  allowed: Allowed<'create', 'application.hooks'>,
  hook: { id: Id<'hook'>; spec: HookSpec; sealedSecret: string; user: Id<'user'>; createdBy: string; now: string },
): Promise<HookRow> => {
  const row: HookRow = {
    id: hook.id,
    application_id: allowed.application.id,
    name: hook.spec.name,
    spec: JSON.stringify(hook.spec),
    secret: hook.sealedSecret,
    user_id: hook.user,
    created_by: hook.createdBy,
    created_at: hook.now,
    last_call_at: null,
    last_effect_at: null,
    last_outcome: null,
  };
  await tx.insertInto('hooks').values(row).execute();
  return row;
};

export const writeHook = (
  tx: Queries,
  allowed: Allowed<'modify', 'application.hooks'>,
  hook: Id<'hook'>,
  spec: HookSpec,
) =>
  tx
    .updateTable('hooks')
    .set({ name: spec.name, spec: JSON.stringify(spec) })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', hook)
    .execute();

/** Whoever gets to know the secret is the one whose rights the hook has from now on. */
export const writeSecret = (
  tx: Queries,
  allowed: Allowed<'modify', 'application.hooks'>,
  hook: Id<'hook'>,
  secret: { sealed: string; user: Id<'user'>; createdBy: string },
) =>
  tx
    .updateTable('hooks')
    .set({ secret: secret.sealed, user_id: secret.user, created_by: secret.createdBy })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', hook)
    .execute();

export const deleteHook = (tx: Queries, allowed: Allowed<'delete', 'application.hooks'>, hook: Id<'hook'>) =>
  tx.deleteFrom('hooks').where('application_id', '=', allowed.application.id).where('id', '=', hook).execute();

// Calls

export type CalledHook = NonNullable<Awaited<ReturnType<typeof findCalled>>>;

/** What a call needs before anybody is known: to check the signature, and to know on whose behalf it would act. */
export const findCalled = (db: Queries, hook: string) =>
  db
    .selectFrom('hooks as h')
    .innerJoin('applications as a', 'a.id', 'h.application_id')
    .innerJoin('users as u', 'u.id', 'h.user_id')
    .select([
      'h.id',
      'h.name',
      'h.spec',
      'h.secret',
      'h.last_effect_at',
      'a.id as application',
      'a.environment_id as environment',
      'a.tenant_id as tenant',
      'u.id as user',
      'u.name as userName',
      'u.platform_role as platformRole',
    ])
    .where('h.id', '=', hook as Id<'hook'>)
    .executeTakeFirst();

type Writer = Allowed<'modify', 'application'>;

/** True for one caller only: the hook had no effect since `notSince`, and from now on it has. */
export const claimEffect = async (
  db: Queries,
  allowed: Writer,
  hook: Id<'hook'>,
  { now, notSince }: { now: string; notSince: string },
): Promise<boolean> => {
  const { numUpdatedRows } = await db
    .updateTable('hooks')
    .set({ last_effect_at: now })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', hook)
    .where((e) => e.or([e('last_effect_at', 'is', null), e('last_effect_at', '<=', notSince)]))
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

/** The call had no effect after all. */
export const giveBackEffect = (
  db: Queries,
  allowed: Writer,
  hook: Id<'hook'>,
  claimed: string,
  former: string | null,
) =>
  db
    .updateTable('hooks')
    .set({ last_effect_at: former })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', hook)
    .where('last_effect_at', '=', claimed)
    .execute();

export const writeOutcome = (db: Queries, allowed: Writer, hook: Id<'hook'>, outcome: { at: string; code: string }) =>
  db
    .updateTable('hooks')
    .set({ last_call_at: outcome.at, last_outcome: outcome.code })
    .where('application_id', '=', allowed.application.id)
    .where('id', '=', hook)
    .execute();

// Deliveries: status 0 while the call is being handled, else that of its answer.

const deliveriesKept = 2_000;

export const findDelivery = (db: Queries, _allowed: Writer, hook: Id<'hook'>, names: readonly string[]) =>
  db
    .selectFrom('hook_deliveries')
    .select(['delivery', 'at', 'status', 'answer'])
    .where('hook_id', '=', hook)
    .where('delivery', 'in', names)
    .orderBy('status', 'desc')
    .limit(1)
    .executeTakeFirst();

export const insertDeliveries = async (
  tx: Queries,
  _allowed: Writer,
  hook: Id<'hook'>,
  names: readonly string[],
  { now, forgetBefore }: { now: string; forgetBefore: string },
): Promise<void> => {
  await tx.deleteFrom('hook_deliveries').where('hook_id', '=', hook).where('at', '<', forgetBefore).execute();
  const oldest = await tx
    .selectFrom('hook_deliveries')
    .select('at')
    .where('hook_id', '=', hook)
    .orderBy('at', 'desc')
    .offset(deliveriesKept)
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined)
    await tx.deleteFrom('hook_deliveries').where('hook_id', '=', hook).where('at', '<=', oldest.at).execute();
  await tx
    .insertInto('hook_deliveries')
    .values(names.map((delivery) => ({ hook_id: hook, delivery, at: now, status: 0, answer: '' })))
    .execute();
};

export const writeAnswer = (
  db: Queries,
  _allowed: Writer,
  hook: Id<'hook'>,
  names: readonly string[],
  answer: { status: number; text: string },
) =>
  db
    .updateTable('hook_deliveries')
    .set({ status: answer.status, answer: answer.text })
    .where('hook_id', '=', hook)
    .where('delivery', 'in', names)
    .execute();

export const deleteDeliveries = (db: Queries, _allowed: Writer, hook: Id<'hook'>, names: readonly string[]) =>
  db.deleteFrom('hook_deliveries').where('hook_id', '=', hook).where('delivery', 'in', names).execute();
