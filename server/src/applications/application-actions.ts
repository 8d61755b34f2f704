// What callers may ask about applications: authorize → check → write the wish and its operation → ring the bell.
// Nothing here talks to an engine, but for the questions of a dry run. What is asked of upgrades is in upgrade-actions.ts.
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Preview, Publication } from '@berth/contract/applications.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { authorize } from '#authz/authorize.ts';
import { actorName, type Context } from '#context.ts';
import { transact } from '#db/transaction.ts';
import { readSettings } from '#environments/environment-store.ts';
import * as store from './application-store.ts';
import {
  acceptedWish,
  changeApplication,
  recordWish,
  type ApplicationParts,
  type ApplicationReference,
  type EnvironmentReference,
} from './application-wishes.ts';
import { checkChange, refuseUnlessGood } from './change-check.ts';
import { checkHost, checkPolicy, compilePublication } from './check-publication.ts';
import { previewChange } from './publication-preview.ts';
import { insertRevision, listSpecs, nextRevisionNumber, pruneRevisions, readSpec } from './revision-store.ts';
import { effectiveRevision, lastGoodRevision } from './upgrade-state.ts';

/** Besides the one that runs and the one to go back to, however old these are. */
const revisionsKept = 20;

export const previewApplication = async (
  ctx: Context,
  parts: ApplicationParts,
  reference: EnvironmentReference,
  publication: Publication,
): Promise<Preview> => {
  const allowed = await authorize(ctx, parts.db, 'create', 'environment.applications', reference);
  const compiled = compilePublication(publication);
  if ('problems' in compiled)
    return { problems: [...compiled.problems], losses: [], steps: [], unchanged: 0, services: [] };
  const known = await store.findByName(parts.db, allowed, publication.name);
  const checked = await checkChange(parts, allowed, { ...compiled, name: publication.name, known });
  return previewChange({
    ...checked,
    name: publication.name,
    environment: allowed.environment.id,
    revision: known === undefined ? 1 : await nextRevisionNumber(parts.db, known.id),
    settings: publication.upgrade ?? {},
    images: {},
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
  const compiled = compilePublication(publication);
  if ('problems' in compiled) throw invalidCompose(compiled.problems);
  const seen = await store.findByName(parts.db, allowed, publication.name);
  const checked = await checkChange(parts, allowed, { ...compiled, name: publication.name, known: seen });
  refuseUnlessGood(checked, 'publishing this', publication.acceptLosses ?? false);
  const { spec, scale } = checked;
  const { row, operation } = await transact(parts.db, async (tx) => {
    const now = nowInstant(ctx.clock);
    const known = await store.findByName(tx, allowed, publication.name);
    if (known?.desired_state === 'removed')
      throw new PlatformError('wrong_state', `${publication.name} is being removed; wait until it is gone`);
    const application = known?.id ?? ctx.newId('application');
    if (known === undefined)
      await store.insertApplication(tx, allowed, { id: application, name: publication.name, now });
    const number = await nextRevisionNumber(tx, application);
    await insertRevision(tx, allowed, {
      id: ctx.newId('revision'),
      application,
      number,
      author: actorName(ctx.actor),
      publication,
      spec,
      now,
    });
    const formerRevision = known === undefined ? null : lastGoodRevision(known);
    await pruneRevisions(tx, application, number, revisionsKept, [number, formerRevision ?? number]);
    const wish = {
      // What was checked is what is changed; who came first meanwhile wins.
      readGeneration: seen?.generation ?? 0,
      desiredState: 'running',
      revision: number,
      scale,
      upgrade: { formerRevision, settings: publication.upgrade ?? {}, isAccepted: false },
      phase: 'progressing',
      now,
    } as const;
    const from = formerRevision === null ? '' : `, from revision ${formerRevision}`;
    const operation = await recordWish(
      ctx,
      tx,
      allowed,
      { id: application, name: publication.name },
      'publish',
      wish,
      `Revision ${number} published${from}`,
    );
    return { row: await store.findByName(tx, allowed, publication.name), operation };
  });
  if (row === undefined) throw new PlatformError('bug', 'The application vanished while it was published');
  return acceptedWish(ctx, parts, allowed, row, spec, operation);
};

const invalidCompose = (problems: readonly Problem[]): PlatformError => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  return new PlatformError(
    'invalid_compose',
    errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} things stand against publishing this`,
    { problems: errors },
  );
};

export const startApplication = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  changeApplication(ctx, parts, reference, 'modify', 'start', async (row, allowed) => {
    // The policy may be stricter now than when this was published.
    const spec = await readSpec(parts.db, allowed, effectiveRevision(row));
    const refusals = checkPolicy(spec, await readSettings(parts.db, allowed));
    if (refusals.length > 0)
      throw new PlatformError('policy_violation', refusals[0]?.message ?? '', { problems: refusals });
    return { desiredState: 'running', phase: 'progressing', message: 'Start asked for' };
  });

export const stopApplication = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  changeApplication(ctx, parts, reference, 'modify', 'stop', async () => ({
    desiredState: 'stopped',
    phase: 'progressing',
    message: 'Stop asked for',
  }));

export const removeApplication = (
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  input: { removeVolumes?: boolean | undefined },
) =>
  changeApplication(ctx, parts, reference, 'delete', 'remove', async () => ({
    desiredState: 'removed',
    removeVolumes: input.removeVolumes ?? false,
    phase: 'removing',
    message: 'Removal asked for',
  }));

export const scaleApplication = (
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  input: { services: Readonly<Record<string, number>> },
) =>
  changeApplication(ctx, parts, reference, 'modify', 'scale', async (row, allowed) => {
    const spec = await readSpec(parts.db, allowed, effectiveRevision(row));
    const unknown = Object.keys(input.services).find((service) => spec.services[service] === undefined);
    if (unknown !== undefined)
      throw new PlatformError('invalid_request', `${row.name} has no service called ${unknown}`);
    if (row.desired_state === 'stopped')
      throw new PlatformError('wrong_state', `${row.name} is stopped; start it first`);
    const refusals = checkPolicy(spec, await readSettings(parts.db, allowed));
    if (refusals.length > 0)
      throw new PlatformError('policy_violation', refusals[0]?.message ?? '', { problems: refusals });
    const scale = { ...(JSON.parse(row.scale) as Record<string, number>), ...input.services };
    const view = await parts.lookAtHost(row.environment_id, spec);
    if ('host' in view) {
      const others = (await listSpecs(parts.db, allowed)).filter(
        (other) => other.id !== row.id && other.desired_state === 'running',
      );
      const problems = checkHost(
        { id: row.id, name: row.name, environment: row.environment_id, spec, scale },
        view.host,
        others,
      );
      if (problems.length > 0) throw new PlatformError('impossible_plan', problems[0]?.message ?? '', { problems });
    }
    const numbers = Object.entries(input.services).map(([service, count]) => `${service}=${count}`);
    return { desiredState: 'running', scale, phase: 'progressing', message: `Scaled to ${numbers.join(', ')}` };
  });
