// `berth publish`: gathers the bundle, shows the plan on a dry run or before it touches what runs, publishes and follows.
import { nameSchema } from '@berth/contract/names.ts';
import type { Preview, Publication } from '@berth/contract/applications.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { problemLines } from '#output/problems.ts';
import { printJson } from '#output/table.ts';
import { followAccepted, type FollowFlags } from '#operations/follow-accepted.ts';
import { findPlace, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { bundleBytesMax, tooMuch } from './disk-source.ts';
import { gatherBundle, type Gathered } from './gather-bundle.ts';
import { acceptPlan, printPreview, type PlanFlags } from './preview-text.ts';
import { readUpgradeSettings, type UpgradeFlags } from './upgrade-settings.ts';

/** Which files, and what they find for `${…}`. */
export type FileFlags = {
  readonly file: readonly string[];
  readonly envFile: readonly string[];
  readonly var: readonly string[];
  readonly profile: readonly string[];
  readonly root?: string;
};

export type PublishFlags = PlaceFlags &
  FollowFlags &
  UpgradeFlags &
  FileFlags &
  PlanFlags & {
    readonly note?: string;
    readonly dryRun?: boolean;
  };

export const publish = async (machine: Machine, named: string | undefined, flags: PublishFlags): Promise<number> => {
  const gathered = gatherOrTell(machine, named, flags);
  if (gathered === undefined) return 1;
  const body = publicationOf(gathered, flags);
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const preview = (): Promise<Preview> => session.client.previewApplication({ params: place, body });
  if (flags.dryRun === true) return printPreview(machine, await preview(), flags);
  if (flags.json !== true) machine.err(problemLines(gathered.warnings));
  const acceptLosses = await acceptPlan(machine, flags, preview);
  const accepted = await session.client.publishApplication({
    params: place,
    body: { ...body, ...(acceptLosses ? { acceptLosses } : {}) },
  });
  return followAccepted(session, place, accepted, flags);
};

/** Files that are wrong here already are told in the form that was asked for, without any server. */
const gatherOrTell = (machine: Machine, named: string | undefined, flags: PublishFlags): Gathered | undefined => {
  try {
    return gather(machine, named, flags);
  } catch (thrown) {
    if (flags.dryRun !== true || flags.json !== true || !(thrown instanceof PlatformError)) throw thrown;
    if (thrown.code !== 'invalid_compose' && thrown.code !== 'too_large') throw thrown;
    const { code, message } = thrown;
    const problems = thrown.problems.length > 0 ? thrown.problems : [{ severity: 'error' as const, code, message }];
    printJson(machine, { problems, losses: [], steps: [], unchanged: 0, services: [] });
    return undefined;
  }
};

/** The files, checked as far as that can be done here. */
export const gather = (machine: Machine, named: string | undefined, flags: FileFlags): Gathered => {
  if (named !== undefined && !nameSchema.safeParse(named).success)
    throw new PlatformError(
      'invalid_request',
      `"${named}" cannot be a name: use 1–40 lower-case letters, digits and inner hyphens`,
    );
  const gathered = gatherBundle({
    folder: machine.folder,
    environment: machine.environment,
    files: flags.file,
    envFiles: flags.envFile,
    variables: flags.var,
    profiles: flags.profile,
    name: named,
    root: flags.root,
  });
  // As it is sent: base64 makes four bytes of three, and JSON writes quotes and line ends with two.
  const bytes = Buffer.byteLength(JSON.stringify(gathered.bundle));
  if (bytes > bundleBytesMax - roomForTheRest) throw new PlatformError('too_large', tooMuch(bytes));
  return gathered;
};

// Variables, note and settings of the same request.
const roomForTheRest = 1024 * 1024;

const publicationOf = ({ name, bundle, variables }: Gathered, flags: PublishFlags): Publication => {
  const upgrade = readUpgradeSettings(flags);
  return {
    name,
    bundle,
    variables,
    ...(flags.profile.length === 0 ? {} : { profiles: [...flags.profile] }),
    ...(flags.note === undefined ? {} : { note: flags.note }),
    ...(upgrade === undefined ? {} : { upgrade }),
  };
};
