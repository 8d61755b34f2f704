// What callers may ask about zones and environments.
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Environment, EnvironmentSettings } from '@berth/contract/environments.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import * as store from './environment-store.ts';

type EnvironmentReference = { readonly tenant: string; readonly environment: string };

const presentZone = (row: { id: Environment['zone']['id']; name: string; title: string; created_at: string }) => ({
  id: row.id,
  name: row.name,
  title: row.title,
  createdAt: row.created_at,
});

export const listZones = async (ctx: Context, db: Db, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'platform.zones', {});
  const { rows, limit, total } = await store.listZones(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, presentZone);
};

export const createZone = async (ctx: Context, db: Db, input: { name: string; title: string }) => {
  const allowed = await authorize(ctx, db, 'create', 'platform.zones', {});
  const zone = { id: ctx.newId('zone'), name: input.name, title: input.title, created_at: nowInstant(ctx.clock) };
  await transact(db, (tx) => store.insertZone(tx, allowed, zone));
  return presentZone(zone);
};

const presentEnvironment = (row: Awaited<ReturnType<typeof store.readEnvironment>>): Environment => ({
  id: row.id,
  name: row.name,
  title: row.title,
  kind: row.kind,
  zone: { id: row.zoneId, name: row.zoneName },
  hosts: { total: Number(row.hosts), connected: Number(row.connected) },
  applications: Number(row.applications),
  createdAt: row.created_at,
});

export const listEnvironments = async (ctx: Context, db: Db, reference: { tenant: string }, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'tenant.environments', reference);
  const { rows, limit, total } = await store.listEnvironments(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, presentEnvironment);
};

export const createEnvironment = async (
  ctx: Context,
  db: Db,
  reference: { tenant: string },
  input: { name: string; title: string; zone: string; kind: 'standalone' },
) => {
  const allowed = await authorize(ctx, db, 'create', 'tenant.environments', reference);
  await transact(db, async (tx) => {
    const zone = await store.findZone(tx, allowed, input.zone);
    if (zone === undefined) throw new PlatformError('not_found', `There is no zone called ${input.zone}`);
    await store.insertEnvironment(tx, allowed, {
      id: ctx.newId('environment'),
      zone_id: zone.id,
      name: input.name,
      title: input.title,
      kind: input.kind,
      policy_profile: 'baseline',
      bind_roots: '[]',
      created_at: nowInstant(ctx.clock),
    });
  });
  return readEnvironment(ctx, db, { tenant: reference.tenant, environment: input.name });
};

export const readEnvironment = async (ctx: Context, db: Db, reference: EnvironmentReference) =>
  presentEnvironment(await store.readEnvironment(db, await authorize(ctx, db, 'read', 'environment', reference)));

export const readSettings = async (ctx: Context, db: Db, reference: EnvironmentReference) =>
  store.readSettings(db, await authorize(ctx, db, 'read', 'environment.settings', reference));

export const setSettings = async (
  ctx: Context,
  db: Db,
  reference: EnvironmentReference,
  settings: EnvironmentSettings,
) => {
  const allowed = await authorize(ctx, db, 'modify', 'environment.settings', reference);
  const unclean = settings.bindRoots.find((root) => root.split('/').some((part) => part === '..' || part === '.'));
  if (unclean !== undefined)
    throw new PlatformError('invalid_request', `The folder ${unclean} must be written without . and ..`);
  await transact(db, (tx) => store.writeSettings(tx, allowed, settings));
  return settings;
};
