// Operations and events: what was asked, and what happened. Both have a cap on rows.
import type { ApplicationEvent, Operation } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import type { Allowed } from '#authz/authorize.ts';
import { contains, pageLimit, readCursor } from '#db/page.ts';
import type { Queries } from '#db/tables.ts';

const columns = [
  'id',
  'environment_id',
  'application_id',
  'application_name',
  'kind',
  'state',
  'generation',
  'requested_by',
  'reason',
  'message',
  'progress',
  'created_at',
  'deadline_at',
  'finished_at',
] as const;
export type OperationRow = NonNullable<Awaited<ReturnType<typeof findLatestOperation>>>;
type Writer = Allowed<'create', 'environment.applications'> | Allowed<'modify' | 'delete', 'application'>;

const operationsKept = 200;
const eventsKept = 500;

export const presentOperation = (row: OperationRow): Operation => ({
  id: row.id,
  kind: row.kind,
  state: row.state,
  application: { id: row.application_id, name: row.application_name },
  requestedBy: row.requested_by,
  createdAt: row.created_at,
  deadlineAt: row.deadline_at,
  finishedAt: row.finished_at,
  reason: row.reason,
  message: row.message,
  progress: JSON.parse(row.progress) as Operation['progress'],
});

/** A new wish takes the place of unfinished ones. */
export const insertOperation = async (
  tx: Queries,
  allowed: Writer,
  operation: {
    id: Id<'operation'>;
    application: Id<'application'>;
    applicationName: string;
    kind: Operation['kind'];
    generation: number;
    requestedBy: string;
    now: string;
    deadlineAt: string;
  },
): Promise<OperationRow> => {
  await tx
    .updateTable('operations')
    .set({
      state: 'superseded',
      finished_at: operation.now,
      reason: 'superseded',
      message: 'A newer wish took its place',
    })
    .where('application_id', '=', operation.application)
    .where('state', '=', 'running')
    .execute();
  const row = {
    id: operation.id,
    environment_id: allowed.environment.id,
    application_id: operation.application,
    application_name: operation.applicationName,
    kind: operation.kind,
    state: 'running' as const,
    generation: operation.generation,
    requested_by: operation.requestedBy,
    reason: null,
    message: null,
    progress: '[]',
    created_at: operation.now,
    deadline_at: operation.deadlineAt,
    finished_at: null,
  };
  await tx.insertInto('operations').values(row).execute();
  const oldest = await tx
    .selectFrom('operations')
    .select('id')
    .where('application_id', '=', operation.application)
    .orderBy('id', 'desc')
    .offset(operationsKept)
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined)
    await tx
      .deleteFrom('operations')
      .where('application_id', '=', operation.application)
      .where('id', '<=', oldest.id)
      .execute();
  return row;
};

export const findOperation = (db: Queries, allowed: Writer, application: Id<'application'>, generation: number) =>
  db
    .selectFrom('operations')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('application_id', '=', application)
    .where('generation', '=', generation)
    .executeTakeFirst();

export const findLatestOperation = (db: Queries, allowed: Allowed<'read', 'application'>) =>
  db
    .selectFrom('operations')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('application_id', '=', allowed.application.id)
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst();

export const readOperation = (db: Queries, allowed: Allowed<'read', 'operation'>) =>
  db
    .selectFrom('operations')
    .select(columns)
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', allowed.operation.id)
    .executeTakeFirstOrThrow();

export const listOperations = async (
  db: Queries,
  allowed: Allowed<'list', 'environment.operations'>,
  page: PageQuery & { application?: string | undefined },
) => {
  const limit = pageLimit(page.limit);
  const before = readCursor(page.cursor);
  let query = db.selectFrom('operations').where('environment_id', '=', allowed.environment.id);
  const { application } = page;
  if (application !== undefined)
    query = query.where((e) =>
      e.or([e('application_id', '=', application as Id<'application'>), e('application_name', '=', application)]),
    );
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (before !== undefined) query = query.where('id', '<', before as Id<'operation'>);
  return {
    rows: await query
      .select(columns)
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute(),
    limit,
    total,
  };
};

export const writeProgress = (
  db: Queries,
  _allowed: Writer,
  operation: Id<'operation'>,
  progress: Operation['progress'],
) =>
  db
    .updateTable('operations')
    .set({ progress: JSON.stringify(progress) })
    .where('id', '=', operation)
    .execute();

export const finishOperation = (
  tx: Queries,
  _allowed: Writer,
  operation: Id<'operation'>,
  outcome: { state: 'succeeded' | 'failed'; reason: string | null; message: string | null; now: string },
) =>
  tx
    .updateTable('operations')
    .set({ state: outcome.state, reason: outcome.reason, message: outcome.message, finished_at: outcome.now })
    .where('id', '=', operation)
    .where('state', '=', 'running')
    .execute();

// Events

export interface NewEvent extends Omit<ApplicationEvent, 'id' | 'service'> {
  readonly id: Id<'event'>;
  readonly service?: string | undefined;
}

export const insertEvents = async (
  tx: Queries,
  _allowed: Writer,
  application: Id<'application'>,
  events: readonly NewEvent[],
): Promise<void> => {
  if (events.length === 0) return;
  await tx
    .insertInto('events')
    .values(events.map((event) => ({ ...event, service: event.service ?? null, application_id: application })))
    .execute();
  const oldest = await tx
    .selectFrom('events')
    .select('id')
    .where('application_id', '=', application)
    .orderBy('id', 'desc')
    .offset(eventsKept)
    .limit(1)
    .executeTakeFirst();
  if (oldest !== undefined)
    await tx.deleteFrom('events').where('application_id', '=', application).where('id', '<=', oldest.id).execute();
};

export const listEvents = async (
  db: Queries,
  allowed: Allowed<'list', 'application.events'>,
  page: PageQuery & { type?: ApplicationEvent['type'] | undefined },
) => {
  const limit = pageLimit(page.limit);
  const before = readCursor(page.cursor);
  let query = db.selectFrom('events').where('application_id', '=', allowed.application.id);
  const { search, type } = page;
  if (type !== undefined) query = query.where('type', '=', type);
  if (search !== undefined)
    query = query.where((e) =>
      e.or([contains('message', search), contains('service', search), contains('actor', search)]),
    );
  const total = Number((await query.select((e) => e.fn.countAll().as('count')).executeTakeFirstOrThrow()).count);
  if (before !== undefined) query = query.where('id', '<', before as Id<'event'>);
  const rows = await query
    .select(['id', 'at', 'type', 'reason', 'message', 'actor', 'service'])
    .orderBy('id', 'desc')
    .limit(limit + 1)
    .execute();
  return { rows, limit, total };
};
