// How every wish of a caller about an application is written: compare-and-set on the generation that was read, its event and
// its operation in one transaction, then the bell.
import { nowInstant, toInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Operation } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import { authorize, rolesOf, type Allowed } from '#authz/authorize.ts';
import { listRunningOrEnded } from '#containers/container-store.ts';
import { actorName, type Context } from '#context.ts';
import type { Db, Tx } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { LookAtHost } from '#hosts/look-at-host.ts';
import type { LiveHub } from '#live/live-hub.ts';
import * as store from './application-store.ts';
import { presentSummary } from './application-view.ts';
import { insertEvents, insertOperation, presentOperation } from './operation-store.ts';
import { readSpec } from './revision-store.ts';
import { effectiveRevision } from './upgrade-state.ts';

export interface ApplicationParts {
  readonly db: Db;
  readonly live: LiveHub;
  /** Rings the bell of the application's loop. */
  readonly ring: (application: Id<'application'>) => void;
  /** What is on the environment's host now, as far as it matters to the spec; or why that cannot be told. */
  readonly lookAtHost: LookAtHost;
}

export type EnvironmentReference = { readonly tenant: string; readonly environment: string };
export type ApplicationReference = EnvironmentReference & { readonly application: string };

const deadlineMs: Readonly<Record<Operation['kind'], number>> = {
  publish: 30 * 60_000,
  rollback: 30 * 60_000,
  abort: 30 * 60_000,
  resume: 30 * 60_000,
  accept: 30 * 60_000,
  import: 30 * 60_000,
  restart: 30 * 60_000,
  start: 10 * 60_000,
  stop: 10 * 60_000,
  scale: 15 * 60_000,
  remove: 15 * 60_000,
};

type Wish = Parameters<typeof store.writeWish>[3];
type Writer = Allowed<'create', 'environment.applications'> | Allowed<'modify' | 'delete', 'application'>;

/** What is wished for, and the sentence of its event. */
export type Decision = Omit<Wish, 'readGeneration' | 'now'> & { readonly message: string };

export const changeApplication = async <A extends 'modify' | 'delete'>(
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  action: A,
  kind: Operation['kind'],
  decide: (row: store.ApplicationRow, allowed: Allowed<'modify', 'application'>) => Promise<Decision>,
) => {
  const allowed = (await authorize(ctx, parts.db, action, 'application', reference)) as Allowed<
    'modify',
    'application'
  >;
  const read = await store.readApplication(parts.db, allowed);
  if (read.desired_state === 'removed' && kind !== 'remove')
    throw new PlatformError('wrong_state', `${read.name} is being removed`);
  // Questions to the host are asked before the transaction; the compare-and-set tells when the answer came too late.
  const { message, ...decided } = await decide(read, allowed);
  const { row, operation } = await transact(parts.db, async (tx) => {
    const wish = { ...decided, readGeneration: read.generation, now: nowInstant(ctx.clock) };
    const operation = await recordWish(ctx, tx, allowed, { id: read.id, name: read.name }, kind, wish, message);
    return { row: await store.readApplication(tx, allowed), operation };
  });
  const spec = await readSpec(parts.db, allowed, effectiveRevision(row));
  return acceptedWish(ctx, parts, allowed, row, spec, operation);
};

export const recordWish = async (
  ctx: Context,
  tx: Tx,
  allowed: Writer,
  application: { id: Id<'application'>; name: string },
  kind: Operation['kind'],
  wish: Wish,
  message: string,
) => {
  await store.writeWish(tx, allowed, application.id, wish);
  const requestedBy = actorName(ctx.actor);
  await insertEvents(tx, allowed, application.id, [
    { id: ctx.newId('event'), at: wish.now, type: 'normal', reason: kind, message, actor: requestedBy },
  ]);
  return insertOperation(tx, allowed, {
    id: ctx.newId('operation'),
    application: application.id,
    applicationName: application.name,
    kind,
    generation: wish.readGeneration + 1,
    requestedBy,
    now: wish.now,
    deadlineAt: toInstant(ctx.clock.nowMs() + deadlineMs[kind]),
  });
};

export const acceptedWish = async (
  ctx: Context,
  parts: ApplicationParts,
  allowed: Writer,
  row: store.ApplicationRow,
  spec: ApplicationSpec,
  operation: Awaited<ReturnType<typeof insertOperation>>,
) => {
  parts.ring(row.id);
  parts.live.tell(row.environment_id, { type: 'changed', what: 'applications', application: row.id });
  const containers = await listRunningOrEnded(parts.db, allowed, [row.id]);
  return {
    application: presentSummary(row, spec, containers, await rolesOf(ctx, parts.db, allowed)),
    operation: presentOperation(operation),
  };
};
