// Tenants, members and accounts in the database.
import type { Id } from '@berth/contract/ids.ts';
import type { TenantRole } from '@berth/contract/roles.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const tenantColumns = ['id', 'name', 'title', 'created_at'] as const;

export const listTenants = async (db: Queries, _allowed: Allowed<'list', 'platform.tenants'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('tenants');
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  return {
    rows: await query
      .select(tenantColumns)
      .orderBy('name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const insertTenant = (
  db: Queries,
  _allowed: Allowed<'create', 'platform.tenants'>,
  tenant: { id: Id<'tenant'>; name: string; title: string; created_at: string },
) => db.insertInto('tenants').values(tenant).execute();

export const readTenant = (db: Queries, allowed: Allowed<'read', 'tenant'>) =>
  db.selectFrom('tenants').select(tenantColumns).where('id', '=', allowed.tenant.id).executeTakeFirstOrThrow();

export const listMembers = async (db: Queries, allowed: Allowed<'list', 'tenant.members'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .where('m.tenant_id', '=', allowed.tenant.id);
  if (page.search !== undefined) query = query.where(contains('u.name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('u.name', '>', after);
  const rows = await query
    .select(['u.id', 'u.name', 'u.title', 'm.role'])
    .orderBy('u.name')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};

export const findMember = (db: Queries, allowed: Allowed<'create' | 'delete', 'tenant.members'>, reference: string) =>
  db
    .selectFrom('members as m')
    .innerJoin('users as u', 'u.id', 'm.user_id')
    .select(['u.id', 'u.name', 'u.title', 'm.role'])
    .where('m.tenant_id', '=', allowed.tenant.id)
    .where((e) => e.or([e('u.id', '=', reference as Id<'user'>), e('u.name', '=', reference)]))
    .executeTakeFirst();

export const countAdmins = async (
  db: Queries,
  allowed: Allowed<'create' | 'delete', 'tenant.members'>,
): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('members')
        .select((e) => e.fn.countAll().as('count'))
        .where('tenant_id', '=', allowed.tenant.id)
        .where('role', '=', 'tenant_admin')
        .executeTakeFirstOrThrow()
    ).count,
  );

export const putMember = async (
  db: Queries,
  allowed: Allowed<'create', 'tenant.members'>,
  user: Id<'user'>,
  role: TenantRole,
) => {
  await db.deleteFrom('members').where('tenant_id', '=', allowed.tenant.id).where('user_id', '=', user).execute();
  await db.insertInto('members').values({ tenant_id: allowed.tenant.id, user_id: user, role }).execute();
};

export const deleteMember = (db: Queries, allowed: Allowed<'delete', 'tenant.members'>, user: Id<'user'>) =>
  db.deleteFrom('members').where('tenant_id', '=', allowed.tenant.id).where('user_id', '=', user).execute();

const userColumns = ['id', 'name', 'title', 'platform_role', 'created_at'] as const;

export const listUsers = async (db: Queries, _allowed: Allowed<'list', 'platform.users'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('users');
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  return {
    rows: await query
      .select(userColumns)
      .orderBy('name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

/** For giving a person a role: an account is found by its exact id or name only. */
export const findUser = (db: Queries, _allowed: Allowed<'create', 'tenant.members'>, reference: string) =>
  db
    .selectFrom('users')
    .select(['id', 'name', 'title'])
    .where((e) => e.or([e('id', '=', reference as Id<'user'>), e('name', '=', reference)]))
    .executeTakeFirst();
