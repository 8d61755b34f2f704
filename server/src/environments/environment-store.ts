// Zones and environments in the database.
import type { Id } from '@berth/contract/ids.ts';
import type { EnvironmentSettings, PolicyProfile } from '@berth/contract/environments.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

export const listZones = async (db: Queries, _allowed: Allowed<'list', 'platform.zones'>, page: PageQuery) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('zones');
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  const rows = await query
    .select(['id', 'name', 'title', 'created_at'])
    .orderBy('name')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};

export const insertZone = (
  db: Queries,
  _allowed: Allowed<'create', 'platform.zones'>,
  zone: { id: Id<'zone'>; name: string; title: string; created_at: string },
) => db.insertInto('zones').values(zone).execute();

export const findZone = (db: Queries, _allowed: Allowed<'create', 'tenant.environments'>, reference: string) =>
  db
    .selectFrom('zones')
    .select(['id', 'name'])
    .where((e) => e.or([e('id', '=', reference as Id<'zone'>), e('name', '=', reference)]))
    .executeTakeFirst();

const environmentRows = (db: Queries) =>
  db
    .selectFrom('environments as n')
    .innerJoin('zones as z', 'z.id', 'n.zone_id')
    .select((e) => [
      'n.id',
      'n.name',
      'n.title',
      'n.kind',
      'n.created_at',
      'z.id as zoneId',
      'z.name as zoneName',
      e
        .selectFrom('hosts as h')
        .select((h) => h.fn.countAll<number>().as('c'))
        .whereRef('h.environment_id', '=', 'n.id')
        .as('hosts'),
      e
        .selectFrom('hosts as h')
        .select((h) => h.fn.countAll<number>().as('c'))
        .whereRef('h.environment_id', '=', 'n.id')
        .where('h.state', '=', 'active')
        .as('connected'),
      e
        .selectFrom('applications as a')
        .select((a) => a.fn.countAll<number>().as('c'))
        .whereRef('a.environment_id', '=', 'n.id')
        .as('applications'),
    ]);

export const listEnvironments = async (
  db: Queries,
  allowed: Allowed<'list', 'tenant.environments'>,
  page: PageQuery,
) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let count = db.selectFrom('environments').where('tenant_id', '=', allowed.tenant.id);
  let query = environmentRows(db).where('n.tenant_id', '=', allowed.tenant.id);
  if (page.search !== undefined) {
    count = count.where(contains('name', page.search));
    query = query.where(contains('n.name', page.search));
  }
  if (after !== undefined) query = query.where('n.name', '>', after);
  const total = Number((await count.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  return {
    rows: await query
      .orderBy('n.name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const readEnvironment = (db: Queries, allowed: Allowed<'read', 'environment'>) =>
  environmentRows(db)
    .where('n.tenant_id', '=', allowed.tenant.id)
    .where('n.id', '=', allowed.environment.id)
    .executeTakeFirstOrThrow();

export const insertEnvironment = (
  db: Queries,
  allowed: Allowed<'create', 'tenant.environments'>,
  environment: {
    id: Id<'environment'>;
    zone_id: Id<'zone'>;
    name: string;
    title: string;
    kind: 'standalone';
    policy_profile: PolicyProfile;
    bind_roots: string;
    created_at: string;
  },
) =>
  db
    .insertInto('environments')
    .values({ ...environment, tenant_id: allowed.tenant.id })
    .execute();

type SettingsReader =
  | Allowed<'read' | 'modify', 'environment.settings'>
  | Allowed<'create', 'environment.applications'>
  | Allowed<'modify', 'application'>;

/** Also for those who publish: the policy judges what they send by these. */
export const readSettings = async (db: Queries, allowed: SettingsReader): Promise<EnvironmentSettings> => {
  const row = await db
    .selectFrom('environments')
    .select(['policy_profile', 'bind_roots'])
    .where('tenant_id', '=', allowed.tenant.id)
    .where('id', '=', allowed.environment.id)
    .executeTakeFirstOrThrow();
  return { policyProfile: row.policy_profile, bindRoots: JSON.parse(row.bind_roots) as string[] };
};

export const writeSettings = (
  db: Queries,
  allowed: Allowed<'modify', 'environment.settings'>,
  settings: EnvironmentSettings,
) =>
  db
    .updateTable('environments')
    .set({ policy_profile: settings.policyProfile, bind_roots: JSON.stringify(settings.bindRoots) })
    .where('tenant_id', '=', allowed.tenant.id)
    .where('id', '=', allowed.environment.id)
    .execute();
