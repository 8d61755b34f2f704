// What callers may ask about upgrades: go back to a revision, take the upgrade as it is, give it up, go on with it, restart.
// Each works at once from every state it makes sense in; from others it says in a sentence what to do instead.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Preview, UpgradeSettings } from '@berth/contract/applications.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { readApplication, type ApplicationRow } from './application-store.ts';
import {
  changeApplication,
  type ApplicationParts,
  type ApplicationReference,
  type Decision,
} from './application-wishes.ts';
import { checkChange, refuseUnlessGood } from './change-check.ts';
import { previewChange } from './publication-preview.ts';
import { readRevision, type RevisionImages } from './revision-store.ts';
import {
  againstAborting,
  againstAccepting,
  againstResuming,
  effectiveRevision,
  lastGoodRevision,
  settingsOf,
  upgradeOf,
} from './upgrade-state.ts';

type RevisionReference = ApplicationReference & { readonly number: number };

export const previewRollback = async (
  ctx: Context,
  parts: ApplicationParts,
  reference: RevisionReference,
): Promise<Preview> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application', reference);
  const row = await readApplication(parts.db, allowed);
  if (row.desired_state === 'removed') throw new PlatformError('wrong_state', `${row.name} is being removed`);
  const { spec, images } = await readKept(parts, allowed, reference.number);
  const checked = await checkChange(parts, allowed, { name: row.name, known: row, spec, images, warnings: [] });
  return previewChange({
    ...checked,
    name: row.name,
    environment: row.environment_id,
    revision: reference.number,
    settings: settingsOf(row),
    images,
    newId: ctx.newId,
  });
};

export const rollBackApplication = (
  ctx: Context,
  parts: ApplicationParts,
  reference: RevisionReference,
  input: { upgrade?: UpgradeSettings | undefined; acceptLosses?: boolean | undefined },
) =>
  changeApplication(ctx, parts, reference, 'modify', 'rollback', async (row, allowed) => {
    const good = lastGoodRevision(row);
    return goTo(parts, allowed, row, reference.number, {
      acceptLosses: input.acceptLosses ?? false,
      upgrade: {
        formerRevision: good === reference.number ? null : good,
        settings: input.upgrade ?? {},
        isAccepted: false,
      },
      message: `Rolled back to revision ${reference.number}, from revision ${effectiveRevision(row)}`,
    });
  });

export const abortUpgrade = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  changeApplication(ctx, parts, reference, 'modify', 'abort', async (row, allowed) => {
    const against = againstAborting(row);
    const upgrade = upgradeOf(row);
    if (against !== undefined || upgrade === undefined) throw new PlatformError('wrong_state', against ?? '');
    return goTo(parts, allowed, row, upgrade.from, {
      // Giving up brings back what was there; what came with the upgrade is no loss to ask about.
      acceptLosses: true,
      upgrade: { formerRevision: null, settings: settingsOf(row), isAccepted: false },
      message: `The upgrade to revision ${upgrade.to} was given up; revision ${upgrade.from} comes back`,
    });
  });

export const acceptUpgrade = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  changeApplication(ctx, parts, reference, 'modify', 'accept', async (row) => {
    const against = againstAccepting(row);
    const upgrade = upgradeOf(row);
    if (against !== undefined || upgrade === undefined) throw new PlatformError('wrong_state', against ?? '');
    const isThrough = upgrade.state === 'done';
    return {
      desiredState: row.desired_state,
      phase: 'progressing',
      upgrade: {
        formerRevision: isThrough ? null : upgrade.from,
        settings: settingsOf(row),
        isAccepted: !isThrough,
      },
      message: isThrough
        ? `Revision ${upgrade.to} was accepted`
        : `Revision ${upgrade.to} was accepted; what is left is replaced without waiting`,
    };
  });

export const resumeUpgrade = (ctx: Context, parts: ApplicationParts, reference: ApplicationReference) =>
  changeApplication(ctx, parts, reference, 'modify', 'resume', async (row) => {
    const against = againstResuming(row);
    const upgrade = upgradeOf(row);
    if (against !== undefined || upgrade === undefined) throw new PlatformError('wrong_state', against ?? '');
    mustRun(row);
    return {
      desiredState: 'running',
      phase: 'progressing',
      upgrade: { formerRevision: upgrade.from, settings: settingsOf(row), isAccepted: false },
      message: `The upgrade to revision ${upgrade.to} goes on`,
    };
  });

export const restartApplication = (
  ctx: Context,
  parts: ApplicationParts,
  reference: ApplicationReference,
  input: { services?: readonly string[] | undefined },
) =>
  changeApplication(ctx, parts, reference, 'modify', 'restart', async (row, allowed) => {
    mustRun(row);
    const { spec } = await readKept(parts, allowed, effectiveRevision(row));
    const unknown = input.services?.find((service) => spec.services[service] === undefined);
    if (unknown !== undefined)
      throw new PlatformError('invalid_request', `${row.name} has no service called ${unknown}`);
    const services = input.services ?? Object.keys(spec.services);
    return {
      desiredState: 'running',
      phase: 'progressing',
      restart: services,
      message: `Restart of ${services.join(', ')} asked for`,
    };
  });

const mustRun = (row: ApplicationRow): void => {
  if (row.desired_state === 'stopped') throw new PlatformError('wrong_state', `${row.name} is stopped; start it first`);
};

const goTo = async (
  parts: ApplicationParts,
  allowed: Allowed<'modify', 'application'>,
  row: ApplicationRow,
  revision: number,
  wish: { acceptLosses: boolean; upgrade: NonNullable<Decision['upgrade']>; message: string },
): Promise<Decision> => {
  const { spec, images } = await readKept(parts, allowed, revision);
  const checked = await checkChange(parts, allowed, { name: row.name, known: row, spec, images, warnings: [] });
  refuseUnlessGood(checked, `going to revision ${revision}`, wish.acceptLosses);
  return {
    desiredState: 'running',
    phase: 'progressing',
    revision,
    scale: checked.scale,
    upgrade: wish.upgrade,
    message: wish.message,
  };
};

const readKept = async (
  parts: ApplicationParts,
  allowed: Allowed<'modify', 'application'>,
  number: number,
): Promise<{ spec: ApplicationSpec; images: RevisionImages }> => {
  const row = await readRevision(parts.db, allowed, number);
  if (row === undefined) throw new PlatformError('not_found', 'There is no such revision, or it is not kept any more');
  return { spec: JSON.parse(row.spec) as ApplicationSpec, images: JSON.parse(row.images) as RevisionImages };
};
