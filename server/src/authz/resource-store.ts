// Finds a thing through its parents in one query: an id or name in a path counts only below the parents named before it.
import type { Id } from '@berth/contract/ids.ts';
import type { ResourceKind, TenantRole } from '@berth/contract/roles.ts';
import type { Queries } from '#db/tables.ts';

interface Named<K extends 'tenant' | 'zone' | 'environment' | 'host' | 'application'> {
  readonly id: Id<K>;
  readonly name: string;
}
interface Thing {
  readonly tenant: Named<'tenant'>;
  readonly zone: Named<'zone'>;
  readonly environment: Named<'environment'>;
  readonly host: Named<'host'>;
  readonly application: Named<'application'>;
  readonly container: {
    readonly id: string;
    readonly name: string;
    readonly host: Id<'host'>;
    readonly application: Id<'application'>;
  };
  readonly operation: { readonly id: Id<'operation'> };
}

type Base<K extends ResourceKind> = K extends `${infer B}.${string}` ? B : K;
type Way = {
  platform: never;
  zone: 'zone';
  tenant: 'tenant';
  environment: 'tenant' | 'environment';
  host: 'tenant' | 'environment' | 'host';
  application: 'tenant' | 'environment' | 'application';
  container: 'tenant' | 'environment' | 'container';
  operation: 'tenant' | 'environment' | 'operation';
};
type Parts<K extends ResourceKind> = Base<K> extends keyof Way ? Way[Base<K>] : never;

/** What a caller names: an id or a name for every thing on the way. */
export type References<K extends ResourceKind> = { readonly [P in Parts<K>]: string };
export type Found<K extends ResourceKind> = { readonly [P in Parts<K>]: Thing[P] };
export type PartsFound = Partial<Thing>;

/** undefined: some part of the way does not exist below the part before it. */
export const findPath = async <K extends ResourceKind>(
  db: Queries,
  kind: K,
  references: References<K>,
): Promise<(Found<K> & PartsFound) | undefined> => {
  const base = (kind.includes('.') ? kind.slice(0, kind.indexOf('.')) : kind) as keyof Way;
  const named = references as Readonly<Record<string, string>>;
  if (base === 'platform') return {} as Found<K> & PartsFound;
  const found = base === 'zone' ? await findZone(db, named['zone'] ?? '') : await finders[base](db, named);
  return found as (Found<K> & PartsFound) | undefined;
};

/** The role of a person in a tenant. */
export const findRole = async (db: Queries, tenant: Id<'tenant'>, user: Id<'user'>): Promise<TenantRole | undefined> =>
  (
    await db
      .selectFrom('members')
      .select('role')
      .where('tenant_id', '=', tenant)
      .where('user_id', '=', user)
      .executeTakeFirst()
  )?.role;

const findZone = async (db: Queries, reference: string): Promise<PartsFound | undefined> => {
  const zone = await db
    .selectFrom('zones')
    .select(['id', 'name'])
    .where((e) => e.or([e('id', '=', reference as Id<'zone'>), e('name', '=', reference)]))
    .executeTakeFirst();
  return zone === undefined ? undefined : { zone };
};

/** What a caller named, by part of the way. */
type NamedParts = Readonly<Record<string, string>>;
type TenantThing = Exclude<keyof Way, 'platform' | 'zone'>;

const tenantsNamed = (db: Queries, { tenant = '' }: NamedParts) =>
  db
    .selectFrom('tenants as t')
    .select(['t.id as tenantId', 't.name as tenantName'])
    .where((e) => e.or([e('t.id', '=', tenant as Id<'tenant'>), e('t.name', '=', tenant)]));

const environmentsNamed = (db: Queries, named: NamedParts) => {
  const { environment = '' } = named;
  return tenantsNamed(db, named)
    .innerJoin('environments as n', 'n.tenant_id', 't.id')
    .select(['n.id as environmentId', 'n.name as environmentName'])
    .where((e) => e.or([e('n.id', '=', environment as Id<'environment'>), e('n.name', '=', environment)]));
};

type Above = {
  tenantId: Id<'tenant'>;
  tenantName: string;
  environmentId: Id<'environment'>;
  environmentName: string;
};
const above = (row: Above) => ({
  tenant: { id: row.tenantId, name: row.tenantName },
  environment: { id: row.environmentId, name: row.environmentName },
});

const finders: { readonly [B in TenantThing]: (db: Queries, named: NamedParts) => Promise<PartsFound | undefined> } = {
  tenant: async (db, named) => {
    const row = await tenantsNamed(db, named).executeTakeFirst();
    return row && { tenant: { id: row.tenantId, name: row.tenantName } };
  },
  environment: async (db, named) => {
    const row = await environmentsNamed(db, named).executeTakeFirst();
    return row && above(row);
  },
  host: async (db, named) => {
    const { host = '' } = named;
    const row = await environmentsNamed(db, named)
      .innerJoin('hosts as h', 'h.environment_id', 'n.id')
      .select(['h.id', 'h.name'])
      .where((e) => e.or([e('h.id', '=', host as Id<'host'>), e('h.name', '=', host)]))
      .executeTakeFirst();
    return row && { ...above(row), host: { id: row.id, name: row.name } };
  },
  application: async (db, named) => {
    const { application = '' } = named;
    const row = await environmentsNamed(db, named)
      .innerJoin('applications as a', 'a.environment_id', 'n.id')
      .select(['a.id', 'a.name'])
      .where((e) => e.or([e('a.id', '=', application as Id<'application'>), e('a.name', '=', application)]))
      .executeTakeFirst();
    return row && { ...above(row), application: { id: row.id, name: row.name } };
  },
  container: async (db, named) => {
    const { container = '' } = named;
    const row = await environmentsNamed(db, named)
      .innerJoin('containers as c', 'c.environment_id', 'n.id')
      .select(['c.id', 'c.name', 'c.host_id', 'c.application_id'])
      .where((e) => e.or([e('c.id', '=', container), e('c.name', '=', container)]))
      .executeTakeFirst();
    return (
      row && {
        ...above(row),
        container: { id: row.id, name: row.name, host: row.host_id, application: row.application_id },
      }
    );
  },
  operation: async (db, named) => {
    const row = await environmentsNamed(db, named)
      .innerJoin('operations as o', 'o.environment_id', 'n.id')
      .select('o.id')
      .where('o.id', '=', (named['operation'] ?? '') as Id<'operation'>)
      .executeTakeFirst();
    return row && { ...above(row), operation: { id: row.id } };
  },
};
