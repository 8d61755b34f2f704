// A real database in memory with a few rows, for tests of stores and of what stands on them.
import { makeNewId } from '@berth/common/new-id.ts';
import { nowInstant } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { makeFakeClock, type FakeClock } from '@berth/common/testing/fake-clock.ts';
import type { HostFacts } from '@berth/contract/hosts.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PlatformRole, SystemRole, TenantRole } from '@berth/contract/roles.ts';
import type { Context } from '#context.ts';
import { openDb } from '#db/open.ts';
import type { Db } from '#db/tables.ts';

export const facts: HostFacts = {
  hostname: 'alpha',
  address: '10.0.0.5',
  engineId: 'engine',
  engineVersion: '20.10.24',
  apiVersion: '1.41',
  storageDriver: 'overlay2',
  cgroupVersion: '2',
  kernel: '6.1',
  operatingSystem: 'Debian',
  architecture: 'x86_64',
  cpus: 2,
  memoryBytes: 4e9,
  liveRestore: false,
  dockerServerVersion: '0.1.0',
};

export interface Place {
  readonly db: Db;
  readonly clock: FakeClock;
  readonly newId: ReturnType<typeof makeNewId>;
  readonly tenant: (name: string) => Promise<Id<'tenant'>>;
  /** Makes its zone too, when it has none. */
  readonly environment: (tenant: Id<'tenant'>, name: string) => Promise<Id<'environment'>>;
  readonly host: (environment: Id<'environment'>, name: string, more?: { publicKey?: string }) => Promise<Id<'host'>>;
  readonly application: (
    tenant: Id<'tenant'>,
    environment: Id<'environment'>,
    name: string,
  ) => Promise<Id<'application'>>;
  readonly user: (name: string, platformRole?: PlatformRole) => Promise<Id<'user'>>;
  readonly member: (tenant: Id<'tenant'>, user: Id<'user'>, role: TenantRole) => Promise<void>;
  readonly contextOf: (user: Id<'user'>, name?: string, platformRole?: PlatformRole | null) => Context;
  readonly systemContext: (role: SystemRole) => Context;
}

export const openPlace = async (file = ':memory:'): Promise<Place> => {
  const db = await openDb(file);
  const clock = makeFakeClock();
  const newId = makeNewId(clock);
  const now = nowInstant(clock);
  const contextWith = (actor: Context['actor']): Context => ({ actor, clock, newId, log: silentLog });
  return {
    db,
    clock,
    newId,
    ...makeRows(db, newId, now),
    contextOf: (user, name = 'ann', platformRole = null) =>
      contextWith({ kind: 'user', user, name, platformRole, session: newId('session') }),
    systemContext: (role) => contextWith({ kind: 'system', role }),
  };
};

const makeRows = (
  db: Db,
  newId: Place['newId'],
  now: string,
): Pick<Place, 'tenant' | 'environment' | 'host' | 'application' | 'user' | 'member'> => ({
  tenant: async (name) => {
    const id = newId('tenant');
    await db.insertInto('tenants').values({ id, name, title: name, created_at: now }).execute();
    return id;
  },
  environment: async (tenant, name) => {
    const zone = newId('zone');
    const id = newId('environment');
    await db
      .insertInto('zones')
      .values({ id: zone, name: `zone-${id.slice(-10)}`, title: 'Zone', created_at: now })
      .execute();
    await db
      .insertInto('environments')
      .values({
        id,
        tenant_id: tenant,
        zone_id: zone,
        name,
        title: name,
        kind: 'standalone',
        policy_profile: 'baseline',
        bind_roots: '[]',
        created_at: now,
      })
      .execute();
    return id;
  },
  host: async (environment, name, { publicKey = newId('host') } = {}) => {
    const id = newId('host');
    await db
      .insertInto('hosts')
      .values({
        id,
        environment_id: environment,
        name,
        public_key: publicKey,
        state: 'active',
        reason: null,
        since: now,
        facts: JSON.stringify(facts),
        observed_at: now,
        running: 0,
        total: 0,
        foreign_total: 0,
        joined_at: now,
      })
      .execute();
    return id;
  },
  application: async (tenant, environment, name) => {
    const id = newId('application');
    await db
      .insertInto('applications')
      .values({
        id,
        tenant_id: tenant,
        environment_id: environment,
        name,
        generation: 1,
        observed_generation: 0,
        desired_state: 'running',
        revision: 1,
        scale: '{}',
        remove_volumes: 0,
        former_revision: null,
        upgrade_settings: '{}',
        upgrade_accepted: 0,
        restart_services: '[]',
        upgrade: null,
        adopted: '{}',
        phase: 'progressing',
        conditions: '[]',
        created_at: now,
        updated_at: now,
      })
      .execute();
    return id;
  },
  user: async (name, platformRole) => {
    const id = newId('user');
    await db
      .insertInto('users')
      .values({ id, name, title: name, password_hash: '', platform_role: platformRole ?? null, created_at: now })
      .execute();
    return id;
  },
  member: async (tenant, user, role) =>
    void (await db.insertInto('members').values({ tenant_id: tenant, user_id: user, role }).execute()),
});
