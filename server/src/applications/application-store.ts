// Applications in the database; their revisions are in revision-store.ts.
import type { ApplicationPhase, Condition, DesiredState, UpgradeSettings } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';
import type { UpgradeWord } from './upgrade-state.ts';

const columns = [
  'id',
  'tenant_id',
  'environment_id',
  'name',
  'generation',
  'observed_generation',
  'desired_state',
  'revision',
  'scale',
  'remove_volumes',
  'former_revision',
  'upgrade_settings',
  'upgrade_accepted',
  'restart_services',
  'upgrade',
  'adopted',
  'phase',
  'conditions',
  'created_at',
  'updated_at',
] as const;
export type ApplicationRow = Awaited<ReturnType<typeof readApplication>>;
type Handle = Allowed<'read' | 'modify' | 'delete', 'application'>;

export const listApplications = async (
  db: Queries,
  allowed: Allowed<'list', 'environment.applications'>,
  page: PageQuery,
) => {
  const limit = pageLimit(page.limit);
  const after = readCursor(page.cursor);
  let query = db.selectFrom('applications').where('environment_id', '=', allowed.environment.id);
  if (page.search !== undefined) query = query.where(contains('name', page.search));
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (after !== undefined) query = query.where('name', '>', after);
  return {
    rows: await query
      .select(columns)
      .orderBy('name')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const readApplication = (db: Queries, allowed: Handle) =>
  db
    .selectFrom('applications')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.application.id)
    .executeTakeFirstOrThrow();

export const findByName = (
  db: Queries,
  allowed: Allowed<'create' | 'list', 'environment.applications'>,
  name: string,
) =>
  db
    .selectFrom('applications')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('name', '=', name)
    .executeTakeFirst();

export const insertApplication = (
  tx: Queries,
  allowed: Allowed<'create', 'environment.applications'>,
  application: { id: Id<'application'>; name: string; now: string },
) =>
  tx
    .insertInto('applications')
    .values({
      id: application.id,
      tenant_id: allowed.tenant.id,
      environment_id: allowed.environment.id,
      name: application.name,
      generation: 0,
      observed_generation: 0,
      desired_state: 'running',
      revision: 0,
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
      created_at: application.now,
      updated_at: application.now,
    })
    .execute();

/** A caller's wish: compare-and-set on the generation that was read. */
export const writeWish = async (
  tx: Queries,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify' | 'delete', 'application'>,
  application: Id<'application'>,
  wish: {
    readGeneration: number;
    desiredState: DesiredState;
    revision?: number;
    scale?: Readonly<Record<string, number>>;
    removeVolumes?: boolean;
    /** A change of it begins the upgrade anew; absent: it stays as it is. */
    upgrade?: { formerRevision: number | null; settings: UpgradeSettings; isAccepted: boolean };
    /** For this wish only. */
    restart?: readonly string[];
    phase: ApplicationPhase;
    now: string;
  },
): Promise<void> => {
  const { numUpdatedRows } = await tx
    .updateTable('applications')
    .set({
      generation: wish.readGeneration + 1,
      desired_state: wish.desiredState,
      phase: wish.phase,
      updated_at: wish.now,
      ...(wish.revision === undefined ? {} : { revision: wish.revision }),
      ...(wish.scale === undefined ? {} : { scale: JSON.stringify(wish.scale) }),
      ...(wish.removeVolumes === undefined ? {} : { remove_volumes: Number(wish.removeVolumes) }),
      restart_services: JSON.stringify(wish.restart ?? []),
      ...(wish.upgrade === undefined
        ? {}
        : {
            former_revision: wish.upgrade.formerRevision,
            upgrade_settings: JSON.stringify(wish.upgrade.settings),
            upgrade_accepted: Number(wish.upgrade.isAccepted),
            upgrade: null,
          }),
    })
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', application)
    .where('generation', '=', wish.readGeneration)
    .executeTakeFirst();
  if (numUpdatedRows !== 1n)
    throw new PlatformError('conflict', 'Somebody changed the application meanwhile; look again and repeat');
};

/** The reconciler's word; only while the wish it carried out is still the newest. */
export const writeStatus = async (
  tx: Queries,
  allowed: Allowed<'modify', 'application'>,
  status: {
    generation: number;
    observedGeneration: number;
    phase: ApplicationPhase;
    conditions: readonly Condition[];
    upgrade: UpgradeWord | null;
  },
): Promise<boolean> => {
  const { numUpdatedRows } = await tx
    .updateTable('applications')
    .set({
      observed_generation: status.observedGeneration,
      phase: status.phase,
      conditions: JSON.stringify(status.conditions),
      upgrade: status.upgrade === null ? null : JSON.stringify(status.upgrade),
    })
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.application.id)
    .where('generation', '=', status.generation)
    .executeTakeFirst();
  return numUpdatedRows === 1n;
};

export const deleteApplication = (tx: Queries, allowed: Allowed<'delete', 'application'>, generation: number) =>
  tx
    .deleteFrom('applications')
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.application.id)
    .where('generation', '=', generation)
    .executeTakeFirst();

/** For the reconciler's sweep and to find the way to one: ids only. */
export const listApplicationIds = async (db: Queries): Promise<string[]> =>
  (await db.selectFrom('applications').select('id').limit(100_000).execute()).map((row) => row.id);
export const findWay = (db: Queries, application: Id<'application'>) =>
  db
    .selectFrom('applications')
    .select(['id as application', 'environment_id as environment', 'tenant_id as tenant'])
    .where('id', '=', application)
    .executeTakeFirst();
export const listIdsOfEnvironment = async (db: Queries, environment: Id<'environment'>): Promise<string[]> =>
  (
    await db.selectFrom('applications').select('id').where('environment_id', '=', environment).limit(10_000).execute()
  ).map((row) => row.id);
