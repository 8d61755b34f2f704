// What callers may ask about runs: read them, have a task run, end one. The rows are the wish; the reconciler does the rest.
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Run, RunState } from '@berth/contract/jobs.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { readApplication, type ApplicationRow } from '#applications/application-store.ts';
import { readSpec } from '#applications/revision-store.ts';
import { effectiveRevision } from '#applications/upgrade-state.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import { actorName, type Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db, Tx } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import { readSettings } from '#environments/environment-store.ts';
import type { LiveHub } from '#live/live-hub.ts';
import { evaluatePolicy } from '#policy/evaluate-policy.ts';
import { presentRun } from './job-view.ts';
import * as store from './run-store.ts';

type ApplicationReference = { readonly tenant: string; readonly environment: string; readonly application: string };
type RunReference = ApplicationReference & { readonly run: string };

export interface RunActionParts {
  readonly db: Db;
  readonly live: LiveHub;
  /** Rings the bell of a run. */
  readonly ringRun: (run: string) => void;
}

const timeoutDefaultMs = 3_600_000;

export const listRuns = async (
  ctx: Context,
  parts: RunActionParts,
  reference: ApplicationReference,
  page: PageQuery & { job?: string | undefined; state?: RunState | undefined },
) => {
  const allowed = await authorize(ctx, parts.db, 'list', 'application.runs', reference);
  const { rows, limit, total } = await store.listRuns(parts.db, allowed, page);
  return makePage(rows, limit, total, ({ id }) => id, presentRun);
};

export const readRun = async (ctx: Context, parts: RunActionParts, reference: RunReference): Promise<Run> => {
  const allowed = await authorize(ctx, parts.db, 'read', 'application.runs', reference);
  return presentRun(found(await store.findRun(parts.db, allowed, reference.run)));
};

export const runTask = async (
  ctx: Context,
  parts: RunActionParts,
  reference: ApplicationReference,
  input: {
    service: string;
    command: readonly string[] | null;
    environment?: Readonly<Record<string, string>> | undefined;
    timeoutMs?: number | undefined;
  },
): Promise<Run> => {
  const allowed = await authorize(ctx, parts.db, 'create', 'application.runs', reference);
  const application = await refuseUnlessRunnable(ctx, parts, reference, input.service);
  const row = await askForRun(ctx, parts, allowed, application, {
    job: undefined,
    service: input.service,
    command: input.command,
    environment: input.environment ?? {},
    timeoutMs: input.timeoutMs ?? timeoutDefaultMs,
    before: () => Promise.resolve([]),
  });
  return presentRun(row);
};

export const cancelRun = async (ctx: Context, parts: RunActionParts, reference: RunReference): Promise<Run> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application.runs', reference);
  const { id } = found(await store.findRun(parts.db, allowed, reference.run));
  await store.cancelRuns(parts.db, allowed, [id]);
  told(parts, allowed, [id]);
  return presentRun(found(await store.findRun(parts.db, allowed, id)));
};

/** The application as it is now; throws for what can be known before anything is written. */
export const refuseUnlessRunnable = async (
  ctx: Context,
  parts: RunActionParts,
  reference: ApplicationReference,
  service: string,
): Promise<ApplicationRow> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application', reference);
  const application = await readApplication(parts.db, allowed);
  if (application.desired_state === 'removed')
    throw new PlatformError('wrong_state', `${application.name} is being removed`);
  const spec = await readSpec(parts.db, allowed, effectiveRevision(application));
  if (spec.services[service] === undefined)
    throw new PlatformError('invalid_request', `${application.name} has no service called ${service}`);
  const refusals = evaluatePolicy(spec, await readSettings(parts.db, allowed)).filter(
    ({ path }) => path?.startsWith('services.') !== true || path.startsWith(`services.${service}.`),
  );
  if (refusals.length > 0)
    throw new PlatformError('policy_violation', refusals[0]?.message ?? '', { problems: refusals });
  return application;
};

type Asked = Pick<store.NewRun, 'job' | 'service' | 'command' | 'environment' | 'timeoutMs'> & {
  /** What has to hold, or to be changed, first; gives the runs that were told to end. */
  readonly before: (tx: Tx) => Promise<Id<'run'>[]>;
};

export const askForRun = async (
  ctx: Context,
  parts: RunActionParts,
  allowed: Allowed<'create', 'application.runs'>,
  application: ApplicationRow,
  { before, ...asked }: Asked,
): Promise<store.RunRow> => {
  const { row, ended } = await transact(parts.db, async (tx) => {
    const ended = await before(tx);
    if ((await store.listUnfinished(tx, allowed)).length >= store.unfinishedMaximum)
      throw new PlatformError('wrong_state', `${store.unfinishedMaximum} runs of ${application.name} have not ended`);
    const row = await store.insertRun(tx, allowed, {
      ...asked,
      id: ctx.newId('run'),
      revision: effectiveRevision(application),
      requestedBy: actorName(ctx.actor),
      scheduledFor: null,
      now: nowInstant(ctx.clock),
    });
    return { row, ended };
  });
  told(parts, allowed, [row.id, ...ended]);
  return row;
};

const told = (
  parts: RunActionParts,
  { environment, application }: Allowed<'create' | 'modify', 'application.runs'>,
  runs: readonly Id<'run'>[],
): void => {
  for (const run of runs) parts.ringRun(run);
  parts.live.tell(environment.id, { type: 'changed', what: 'runs', application: application.id });
};

const found = (row: store.RunRow | undefined): store.RunRow => {
  if (row === undefined) throw new PlatformError('not_found', 'There is no such object, or you may not know of it');
  return row;
};
