// What callers may ask about tenants, members and accounts.
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { TenantRole } from '@berth/contract/roles.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import { insertUser } from '#sign-in/account-store.ts';
import { hashPassword } from '#sign-in/password.ts';
import * as store from './tenant-store.ts';

type TenantReference = { readonly tenant: string };

const presentTenant = ({ created_at, ...row }: Awaited<ReturnType<typeof store.readTenant>>) => ({
  ...row,
  createdAt: created_at,
});

export const listTenants = async (ctx: Context, db: Db, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'platform.tenants', {});
  const { rows, limit, total } = await store.listTenants(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, presentTenant);
};

export const createTenant = async (ctx: Context, db: Db, input: { name: string; title: string }) => {
  const allowed = await authorize(ctx, db, 'create', 'platform.tenants', {});
  const tenant = { id: ctx.newId('tenant'), name: input.name, title: input.title, created_at: nowInstant(ctx.clock) };
  await transact(db, (tx) => store.insertTenant(tx, allowed, tenant));
  return presentTenant(tenant);
};

export const readTenant = async (ctx: Context, db: Db, reference: TenantReference) =>
  presentTenant(await store.readTenant(db, await authorize(ctx, db, 'read', 'tenant', reference)));

const presentMember = ({ role, ...user }: Awaited<ReturnType<typeof store.listMembers>>['rows'][number]) => ({
  user,
  role,
});

export const listMembers = async (ctx: Context, db: Db, reference: TenantReference, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'tenant.members', reference);
  const { rows, limit, total } = await store.listMembers(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, presentMember);
};

export const setMember = async (
  ctx: Context,
  db: Db,
  reference: TenantReference,
  input: { user: string; role: TenantRole },
) => {
  const allowed = await authorize(ctx, db, 'create', 'tenant.members', reference);
  return transact(db, async (tx) => {
    const user = await store.findUser(tx, allowed, input.user);
    if (user === undefined) throw new PlatformError('not_found', `There is no account called ${input.user}`);
    const known = await store.findMember(tx, allowed, user.id);
    if (known?.role === 'tenant_admin' && input.role !== 'tenant_admin') await keepOneAdmin(tx, allowed);
    await store.putMember(tx, allowed, user.id, input.role);
    return { user, role: input.role };
  });
};

export const removeMember = async (ctx: Context, db: Db, reference: TenantReference, user: string) => {
  const allowed = await authorize(ctx, db, 'delete', 'tenant.members', reference);
  await transact(db, async (tx) => {
    const member = await store.findMember(tx, allowed, user);
    if (member === undefined) throw new PlatformError('not_found', 'There is no such member');
    if (member.role === 'tenant_admin') await keepOneAdmin(tx, allowed);
    await store.deleteMember(tx, allowed, member.id);
  });
  return {};
};

const keepOneAdmin = async (...[tx, allowed]: Parameters<typeof store.countAdmins>) => {
  if ((await store.countAdmins(tx, allowed)) <= 1)
    throw new PlatformError('wrong_state', 'This is the tenant’s last administrator; make another one first');
};

export const listUsers = async (ctx: Context, db: Db, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'platform.users', {});
  const { rows, limit, total } = await store.listUsers(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, presentUser);
};

export const createUser = async (
  ctx: Context,
  db: Db,
  input: { name: string; title?: string | undefined; password: string },
) => {
  await authorize(ctx, db, 'create', 'platform.users', {});
  const user = {
    id: ctx.newId('user'),
    name: input.name,
    title: input.title ?? input.name,
    password_hash: await hashPassword(input.password),
    platform_role: null,
    created_at: nowInstant(ctx.clock),
  };
  await transact(db, (tx) => insertUser(tx, user));
  return presentUser(user);
};

const presentUser = (
  row: Pick<
    Awaited<ReturnType<typeof store.listUsers>>['rows'][number],
    'id' | 'name' | 'title' | 'platform_role' | 'created_at'
  >,
) => ({
  id: row.id,
  name: row.name,
  title: row.title,
  platformRole: row.platform_role,
  createdAt: row.created_at,
});
