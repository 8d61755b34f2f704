// `berth publish`: gathers the bundle, shows the plan on a dry run, else publishes and follows.
import { nameSchema } from '@berth/contract/names.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { problemLines } from '#output/problems.ts';
import { printJson } from '#output/table.ts';
import { followAccepted, type FollowFlags } from '#operations/follow-accepted.ts';
import { findPlace, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { gatherBundle } from './gather-bundle.ts';
import { previewText } from './preview-text.ts';
import { readUpgradeSettings, type UpgradeFlags } from './upgrade-settings.ts';

export type PublishFlags = PlaceFlags &
  FollowFlags &
  UpgradeFlags & {
    readonly file: readonly string[];
    readonly envFile: readonly string[];
    readonly var: readonly string[];
    readonly profile: readonly string[];
    readonly note?: string;
    readonly dryRun?: boolean;
    readonly acceptLosses?: boolean;
  };

export const publish = async (machine: Machine, named: string | undefined, flags: PublishFlags): Promise<number> => {
  if (named !== undefined && !nameSchema.safeParse(named).success)
    throw new PlatformError(
      'invalid_request',
      `"${named}" cannot be a name: use 1–40 lower-case letters, digits and inner hyphens`,
    );
  const { name, files, main, variables, warnings } = gatherBundle({
    folder: machine.folder,
    environment: machine.environment,
    files: flags.file,
    envFiles: flags.envFile,
    variables: flags.var,
    profiles: flags.profile,
    name: named,
  });
  const upgrade = readUpgradeSettings(flags);
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const body = {
    name,
    bundle: { files, main },
    variables,
    ...(flags.profile.length === 0 ? {} : { profiles: [...flags.profile] }),
    ...(flags.note === undefined ? {} : { note: flags.note }),
    ...(upgrade === undefined ? {} : { upgrade }),
    ...(flags.acceptLosses === true ? { acceptLosses: true } : {}),
  };
  if (flags.dryRun === true) {
    const preview = await session.client.previewApplication({ params: place, body });
    if (flags.json === true) printJson(machine, preview);
    else {
      machine.err(problemLines(preview.problems));
      machine.out(previewText(machine, preview));
    }
    return preview.problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  }
  if (flags.json !== true) machine.err(problemLines(warnings));
  const accepted = await session.client.publishApplication({ params: place, body });
  return followAccepted(session, place, accepted, flags);
};
