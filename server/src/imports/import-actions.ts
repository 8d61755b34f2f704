// What callers may ask about imports. Nothing here changes a host: the application is written with the list of what it takes
// over, and the reconciler tells the Docker Server (adopt-pending.ts).
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ForeignContainer, Import, ImportPreview } from '@berth/contract/imports.ts';
import type { Id } from '@berth/contract/ids.ts';
import * as store from '#applications/application-store.ts';
import {
  acceptedWish,
  recordWish,
  type ApplicationParts,
  type EnvironmentReference,
} from '#applications/application-wishes.ts';
import { insertRevision, listSpecs } from '#applications/revision-store.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import { actorName, type Context } from '#context.ts';
import type { Queries } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import { readSettings } from '#environments/environment-store.ts';
import type { DesiredApplication } from '#orchestration/desired.ts';
import { sha256 } from '#orchestration/standalone/sha256.ts';
import { wantedContainers } from '#orchestration/standalone/wanted-containers.ts';
import { readAdopted, type Adopted } from '#applications/adopted-names.ts';
import { checkImport, presentImport, type CheckedImport } from './import-check.ts';
import type { ReachForeign } from './reach-foreign.ts';

export interface ImportParts extends ApplicationParts {
  readonly reachForeign: ReachForeign;
}

export const listForeignContainers = async (
  ctx: Context,
  parts: ImportParts,
  reference: EnvironmentReference,
  query: { host?: string | undefined },
): Promise<{ items: ForeignContainer[] }> => {
  const allowed = await authorize(ctx, parts.db, 'list', 'environment.imports', reference);
  const host = await parts.reachForeign(allowed.environment.id, query.host);
  const items = (await host.describe()).map(
    ({ id, name, image, state, createdAt, project, projectService }): ForeignContainer => ({
      id,
      name,
      image,
      state,
      createdAt,
      host: host.name,
      ...(project === undefined ? {} : { project }),
      ...(projectService === undefined ? {} : { service: projectService }),
    }),
  );
  return {
    items: items.sort(
      (one, other) => (one.project ?? '').localeCompare(other.project ?? '') || one.name.localeCompare(other.name),
    ),
  };
};

export const previewImport = async (
  ctx: Context,
  parts: ImportParts,
  reference: EnvironmentReference,
  wish: Import,
): Promise<ImportPreview> => {
  const allowed = await mayImport(ctx, parts, reference);
  const checked = await check(parts, allowed, ctx.newId('application'), wish);
  const known = await store.findByName(parts.db, allowed, wish.name);
  const preview = presentImport(checked);
  if (known === undefined) return preview;
  const taken = { severity: 'error', code: 'conflict', message: nameTaken(wish.name) } as const;
  return { ...preview, problems: [taken, ...preview.problems] };
};

const nameTaken = (name: string): string => `There is an application ${name} already; give another name`;

export const importApplication = async (
  ctx: Context,
  parts: ImportParts,
  reference: EnvironmentReference,
  wish: Import,
) => {
  const allowed = await mayImport(ctx, parts, reference);
  await requireFreeName(parts.db, allowed, wish.name);
  const application = ctx.newId('application');
  const checked = await check(parts, allowed, application, wish);
  const { made, publication } = checked;
  refuseUnlessGood(checked);
  if (made === undefined) throw new PlatformError('bug', 'An import without a specification passed its checks');
  const containers = pendingContainers(allowed, application, wish.name, made);
  const { row, operation } = await transact(parts.db, async (tx) => {
    const now = nowInstant(ctx.clock);
    await requireFreeName(tx, allowed, wish.name);
    await requireUnclaimed(tx, allowed, wish.containers);
    await store.insertApplication(tx, allowed, { id: application, name: wish.name, now });
    const adopted: Adopted = { ...made.takenOver, containers };
    await tx
      .updateTable('applications')
      .set({ adopted: JSON.stringify(adopted) })
      .where('id', '=', application)
      .execute();
    const revision = ctx.newId('revision');
    const author = actorName(ctx.actor);
    await insertRevision(tx, allowed, {
      id: revision,
      application,
      number: 1,
      author,
      publication,
      spec: made.spec,
      now,
    });
    await tx
      .updateTable('revisions')
      .set({ images: JSON.stringify(made.images) })
      .where('id', '=', revision)
      .execute();
    const desired = { desiredState: 'running', revision: 1, scale: made.scale, phase: 'progressing' } as const;
    const operation = await recordWish(
      ctx,
      tx,
      allowed,
      { id: application, name: wish.name },
      'import',
      { ...desired, readGeneration: 0, now },
      `${wish.containers.length} running containers taken over`,
    );
    return { row: await store.findByName(tx, allowed, wish.name), operation };
  });
  if (row === undefined) throw new PlatformError('bug', 'The application vanished while it was imported');
  return acceptedWish(ctx, parts, allowed, row, made.spec, operation);
};

const requireFreeName = async (
  db: Queries,
  allowed: Allowed<'create', 'environment.applications'>,
  name: string,
): Promise<void> => {
  if ((await store.findByName(db, allowed, name)) !== undefined) throw new PlatformError('conflict', nameTaken(name));
};

/** An import makes an application, too. */
const mayImport = async (ctx: Context, parts: ImportParts, reference: EnvironmentReference) => {
  await authorize(ctx, parts.db, 'create', 'environment.imports', reference);
  return authorize(ctx, parts.db, 'create', 'environment.applications', reference);
};

const check = async (
  parts: ImportParts,
  allowed: Allowed<'create', 'environment.applications'>,
  application: Id<'application'>,
  wish: Import,
): Promise<CheckedImport> => {
  const environment = allowed.environment.id;
  const host = await parts.reachForeign(environment, wish.host);
  const [containers, observation, settings, specs] = await Promise.all([
    host.describe(wish.containers),
    host.observe(),
    readSettings(parts.db, allowed),
    listSpecs(parts.db, allowed),
  ]);
  const others = specs.filter((other) => other.desired_state === 'running');
  return checkImport(wish, { application, environment, settings, host: host.name, containers, observation, others });
};

const refuseUnlessGood = ({ problems, refusal }: CheckedImport): void => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length === 0) return;
  const [first] = errors;
  const message = errors.length === 1 ? (first?.message ?? '') : `${errors.length} things stand against importing this`;
  throw new PlatformError(refusal, message, { problems: errors });
};

/** With the hash the planner will look for: what is taken over is right as it is. */
const pendingContainers = (
  allowed: Allowed<'create', 'environment.applications'>,
  application: Id<'application'>,
  name: string,
  { spec, scale, places }: NonNullable<CheckedImport['made']>,
): NonNullable<Adopted['containers']> => {
  const desired: DesiredApplication = {
    id: application,
    name,
    environment: allowed.environment.id,
    revision: 1,
    state: 'running',
    removeVolumes: false,
    spec,
    scale,
    wishOpen: true,
    startedForWish: new Set(),
    restart: new Set(),
    images: {},
    upgrade: undefined,
  };
  const wanted = wantedContainers(desired, sha256);
  return places.map(({ container, service, slot }) => {
    const want = wanted.find((candidate) => candidate.service === service && candidate.slot === slot);
    if (want === undefined) throw new PlatformError('bug', `No slot ${slot} of ${service} is wanted`);
    return { id: container.id, service, slot, specHash: want.spec.owner.specHash };
  });
};

/** Two imports of one container at once: the later one is refused before anything of it is written. */
const requireUnclaimed = async (
  tx: Queries,
  allowed: Allowed<'create', 'environment.applications'>,
  ids: readonly string[],
): Promise<void> => {
  const wanted = new Set(ids);
  const rows = await tx
    .selectFrom('applications')
    .select(['name', 'adopted'])
    .where('environment_id', '=', allowed.environment.id)
    .where('adopted', '!=', '{}')
    .limit(10_000)
    .execute();
  for (const { name, adopted } of rows)
    if (readAdopted(adopted).containers?.some(({ id }) => wanted.has(id)) === true)
      throw new PlatformError('conflict', `The application ${name} is taking one of these containers over already`);
};
