// What callers may ask about applications: authorize → check → write the wish and its operation → ring the bell.
// Nothing here talks to an engine, but for the questions of a dry run.
import { nowInstant, toInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Operation, Preview, Publication } from '@berth/contract/applications.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { authorize, rolesOf, type Allowed } from '#authz/authorize.ts';
import { listRunning } from '#containers/container-store.ts';
import { actorName, type Context } from '#context.ts';
import type { Db, Tx } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import { readSettings } from '#environments/environment-store.ts';
import type { LookAtHost } from '#hosts/look-at-host.ts';
import type { LiveHub } from '#live/live-hub.ts';
import * as store from './application-store.ts';
import { presentSummary } from './application-view.ts';
import { checkHost, checkPolicy, compilePublication } from './check-publication.ts';
import { insertEvents, insertOperation, presentOperation } from './operation-store.ts';
import { previewPublication } from './publication-preview.ts';

export interface ApplicationParts {
  readonly db: Db;
  readonly live: LiveHub;
  /** Rings the bell of the application's loop. */
  readonly ring: (application: Id<'application'>) => void;
  /** What is on the environment's host now, as far as it matters to the spec; or why that cannot be told. */
  readonly lookAtHost: LookAtHost;
}

type EnvironmentReference = { readonly tenant: string; readonly environment: string };
type ApplicationReference = EnvironmentReference & { readonly application: string };

const deadlineMs = {
  publish: 30 * 60_000,
  start: 10 * 60_000,
  stop: 10 * 60_000,
  scale: 15 * 60_000,
  remove: 15 * 60_000,
} as const;
const revisionsKept = 20;

export const previewApplication = async (
  ctx: Context,
  parts: ApplicationParts,
  reference: EnvironmentReference,
  publication: Publication,
): Promise<Preview> => {
  const allowed = await authorize(ctx, parts.db, 'create', 'environment.applications', reference);
  const checked = await check(parts, allowed, publication);
  if (checked.spec === undefined) return { problems: [...checked.problems], steps: [], unchanged: 0, services: [] };
  return previewPublication({
    ...checked,
    spec: checked.spec,
    name: publication.name,
    environment: allowed.environment.id,
    newId: ctx.newId,
  });
};

export const publishApplication = async (
  ctx: Context,
  parts: ApplicationParts,
  reference: EnvironmentReference,
  publication: Publication,
) => {
  const allowed = await authorize(ctx, parts.db, 'create', 'environment.applications', reference);
  const { problems, spec, refusal, scale } = await check(parts, allowed, publication);
  const errors = problems.filter((problem) => problem.severity === 'error');
  if (spec === undefined || errors.length > 0)
    throw new PlatformError(
      refusal ?? 'invalid_compose',
      errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} things stand against publishing this`,
      { problems: errors },
    );
  const { row, operation } = await transact(parts.db, async (tx) => {
    const now = nowInstant(ctx.clock);
    const known = await store.findByName(tx, allowed, publication.name);
    if (known?.desired_state === 'removed')
      throw new PlatformError('wrong_state', `${publication.name} is being removed; wait until it is gone`);
    const application = known?.id ?? ctx.newId('application');
    if (known === undefined)
      await store.insertApplication(tx, allowed, { id: application, name: publication.name, now });
    const number = (known?.revision ?? 0) + 1;
    await store.insertRevision(tx, allowed, {
      id: ctx.newId('revision'),
      application,
      number,
      author: actorName(ctx.actor),
      publication,
      spec,
      now,
    });
    await store.pruneRevisions(tx, application, number, revisionsKept);
    const wish = {
      readGeneration: known?.generation ?? 0,
      desiredState: 'running',
      revision: number,
      scale: scale ?? {},
      phase: 'progressing',
      now,
    } as const;
    const operation = await writeWish(
      ctx,
      tx,
      allowed,
      { id: application, name: publication.name },
      'publish',
      wish,
      `Revision ${number} published`,
    );
    return { row: await store.findByName(tx, allowed, publication.name), operation };
  });
  if (row === undefined) throw new PlatformError('bug', 'The application vanished while it was published');
  return accepted(ctx, parts, allowed, row, spec, operation);
};

/** Problems of every kind; `spec` when the files themselves are right. */
const check = async (
  parts: ApplicationParts,
  allowed: Allowed<'create', 'environment.applications'>,
  publication: Publication,
) => {
  const compiled = compilePublication(publication);
  if ('problems' in compiled)
    return { problems: compiled.problems, spec: undefined, refusal: 'invalid_compose' as const };
  const problems: Problem[] = [...compiled.warnings];
  const policy = checkPolicy(compiled.spec, await readSettings(parts.db, allowed));
  problems.push(...policy);
  const known = await store.findByName(parts.db, allowed, publication.name);
  const specs = await store.listSpecs(parts.db, allowed);
  const former = known === undefined ? undefined : specs.find((other) => other.id === known.id)?.spec;
  const scale = known === undefined ? {} : keptScale(known, former, compiled.spec);
  const view = await parts.lookAtHost(allowed.environment.id, compiled.spec);
  let impossible: Problem[] = [];
  if ('host' in view) {
    const others = specs.filter((other) => other.id !== known?.id && other.desired_state === 'running');
    impossible = checkHost(
      { id: known?.id, name: publication.name, environment: allowed.environment.id, spec: compiled.spec, scale },
      view.host,
      others,
    );
    problems.push(...impossible);
  } else
    problems.push({
      severity: 'warning',
      code: 'host_unreachable',
      message: `${view.reason}; the plan cannot be shown, and publishing waits for the host`,
    });
  return {
    problems,
    spec: compiled.spec,
    refusal: policy.length > 0 ? ('policy_violation' as const) : ('impossible_plan' as const),
    view,
    known,
    former,
    scale,
  };
};
// A number set by hand holds until the file asks for another number.
const keptScale = (
  known: Pick<store.ApplicationRow, 'scale'>,
  former: ApplicationSpec | undefined,
  spec: ApplicationSpec,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(JSON.parse(known.scale) as Record<string, number>).filter(
      ([service]) =>
        spec.services[service] !== undefined && spec.services[service].replicas === former?.services[service]?.replicas,
    ),
  );

export type Checked = Awaited<ReturnType<typeof check>>;

export const startApplication = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  change(
    ctx,
    parts,
    reference,
    'modify',
    'start',
    async () => ({ desiredState: 'running', phase: 'progressing' }),
    'Start asked for',
  );

export const stopApplication = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  change(
    ctx,
    parts,
    reference,
    'modify',
    'stop',
    async () => ({ desiredState: 'stopped', phase: 'progressing' }),
    'Stop asked for',
  );

export const removeApplication = (
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  input: { removeVolumes?: boolean | undefined },
) =>
  change(
    ctx,
    parts,
    reference,
    'delete',
    'remove',
    async () => ({ desiredState: 'removed', removeVolumes: input.removeVolumes ?? false, phase: 'removing' }),
    'Removal asked for',
  );

export const scaleApplication = (
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  input: { services: Readonly<Record<string, number>> },
) =>
  change(
    ctx,
    parts,
    reference,
    'modify',
    'scale',
    async (row, spec, allowed) => {
      const unknown = Object.keys(input.services).find((service) => spec.services[service] === undefined);
      if (unknown !== undefined)
        throw new PlatformError('invalid_request', `${row.name} has no service called ${unknown}`);
      if (row.desired_state === 'stopped')
        throw new PlatformError('wrong_state', `${row.name} is stopped; start it first`);
      // The policy may be stricter now than when this was published.
      const refusals = checkPolicy(spec, await readSettings(parts.db, allowed));
      if (refusals.length > 0)
        throw new PlatformError('policy_violation', refusals[0]?.message ?? '', { problems: refusals });
      const scale = { ...(JSON.parse(row.scale) as Record<string, number>), ...input.services };
      const view = await parts.lookAtHost(row.environment_id, spec);
      if ('host' in view) {
        const others = (await store.listSpecs(parts.db, allowed)).filter(
          (other) => other.id !== row.id && other.desired_state === 'running',
        );
        const problems = checkHost(
          { id: row.id, name: row.name, environment: row.environment_id, spec, scale },
          view.host,
          others,
        );
        if (problems.length > 0) throw new PlatformError('impossible_plan', problems[0]?.message ?? '', { problems });
      }
      return { desiredState: 'running', scale, phase: 'progressing' };
    },
    `Scaled to ${Object.entries(input.services)
      .map(([service, count]) => `${service}=${count}`)
      .join(', ')}`,
  );

type Change = Omit<Parameters<typeof store.writeWish>[3], 'readGeneration' | 'now' | 'revision'>;

const change = async <A extends 'modify' | 'delete'>(
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  action: A,
  kind: Operation['kind'],
  decide: (
    row: store.ApplicationRow,
    spec: ApplicationSpec,
    allowed: Allowed<'modify', 'application'>,
  ) => Promise<Change>,
  message: string,
) => {
  const allowed = (await authorize(ctx, parts.db, action, 'application', reference)) as Allowed<
    'modify',
    'application'
  >;
  const read = await store.readApplication(parts.db, allowed);
  if (read.desired_state === 'removed' && kind !== 'remove')
    throw new PlatformError('wrong_state', `${read.name} is being removed`);
  const spec = await store.readSpec(parts.db, allowed, read.revision);
  // Questions to the host are asked before the transaction; the compare-and-set tells when the answer came too late.
  const decided = await decide(read, spec, allowed);
  const { row, operation } = await transact(parts.db, async (tx) => {
    const wish = { ...decided, readGeneration: read.generation, now: nowInstant(ctx.clock) };
    const operation = await writeWish(ctx, tx, allowed, { id: read.id, name: read.name }, kind, wish, message);
    return { row: await store.readApplication(tx, allowed), operation };
  });
  return accepted(ctx, parts, allowed, row, spec, operation);
};

const writeWish = async (
  ctx: Context,
  tx: Tx,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify' | 'delete', 'application'>,
  application: { id: Id<'application'>; name: string },
  kind: Operation['kind'],
  wish: Parameters<typeof store.writeWish>[3],
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

const accepted = async (
  ctx: Context,
  parts: ApplicationParts,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify' | 'delete', 'application'>,
  row: store.ApplicationRow,
  spec: ApplicationSpec,
  operation: Awaited<ReturnType<typeof insertOperation>>,
) => {
  parts.ring(row.id);
  parts.live.tell(row.environment_id, { type: 'changed', what: 'applications', application: row.id });
  const running = await listRunning(parts.db, allowed, [row.id]);
  return {
    application: presentSummary(row, spec, running, await rolesOf(ctx, parts.db, allowed)),
    operation: presentOperation(operation),
  };
};
