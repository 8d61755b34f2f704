// Everything that can be said against a change of an application's revision before anything is touched, by publishing or by
// going back: policy, ports, names, room, images, and what would be lost. One list for the dry run and for the act.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Loss } from '@berth/contract/applications.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { Allowed } from '#authz/authorize.ts';
import { readSettings } from '#environments/environment-store.ts';
import type { HostLook } from '#hosts/look-at-host.ts';
import type { ImagePins } from '#orchestration/desired.ts';
import { readAdopted, withAdoptedNames } from './adopted-names.ts';
import type { ApplicationRow } from './application-store.ts';
import type { ApplicationParts } from './application-wishes.ts';
import { checkHost, checkPolicy, placed, type PlaceOf } from './check-publication.ts';
import { findImageProblems } from './image-check.ts';
import { findLosses, lossProblems } from './losses.ts';
import { listSpecs } from './revision-store.ts';
import { findRoomProblems } from './room-check.ts';

export interface CheckedChange {
  readonly problems: readonly Problem[];
  readonly losses: readonly Loss[];
  readonly refusal: 'policy_violation' | 'impossible_plan';
  readonly spec: ApplicationSpec;
  readonly view: HostLook | { readonly reason: string };
  readonly known: ApplicationRow | undefined;
  readonly former: ApplicationSpec | undefined;
  readonly scale: Readonly<Record<string, number>>;
}

export const checkChange = async (
  parts: ApplicationParts,
  allowed: Allowed<'create', 'environment.applications'> | Allowed<'modify', 'application'>,
  change: {
    readonly name: string;
    readonly known: ApplicationRow | undefined;
    readonly spec: ApplicationSpec;
    readonly warnings: readonly Problem[];
    /** What the revision ran, when it has run before. */
    readonly images?: ImagePins;
    /** Absent where no file was read: going back. */
    readonly placeOf?: PlaceOf;
  },
): Promise<CheckedChange> => {
  const { name, known } = change;
  const spec = known === undefined ? change.spec : withAdoptedNames(change.spec, readAdopted(known.adopted));
  const problems: Problem[] = [...change.warnings];
  const policy = checkPolicy(spec, await readSettings(parts.db, allowed));
  problems.push(...policy);
  const specs = await listSpecs(parts.db, allowed);
  const former = known === undefined ? undefined : specs.find((other) => other.id === known.id)?.spec;
  const scale = known === undefined ? {} : keptScale(known, former, spec);
  const others = specs.filter((other) => other.id !== known?.id && other.desired_state === 'running');
  const view = await parts.lookAtHost(allowed.environment.id, spec);
  if ('host' in view) {
    problems.push(
      ...checkHost({ id: known?.id, name, environment: allowed.environment.id, spec, scale }, view.host, others),
      ...(view.host.size === undefined
        ? []
        : findRoomProblems({ spec, scale }, others, { name: view.host.name, ...view.host.size })),
      ...(policy.length === 0 ? await findImageProblems(spec, view, change.images) : []),
    );
  } else
    problems.push({
      severity: 'warning',
      code: 'host_unreachable',
      message: `${view.reason}; the plan cannot be shown, and publishing waits for the host`,
    });
  return {
    problems: problems.map((problem) => placed(problem, change.placeOf)),
    losses: findLosses(name, former, spec),
    refusal: policy.length > 0 ? 'policy_violation' : 'impossible_plan',
    spec,
    view,
    known,
    former,
    scale,
  };
};

/** Throws what stands against it, or asks for the losses to be accepted. */
export const refuseUnlessGood = (
  { problems, losses, refusal }: Pick<CheckedChange, 'problems' | 'losses' | 'refusal'>,
  what: string,
  acceptLosses: boolean,
): void => {
  const errors = problems.filter(({ severity }) => severity === 'error');
  if (errors.length > 0)
    throw new PlatformError(
      refusal,
      errors.length === 1 ? (errors[0]?.message ?? '') : `${errors.length} things stand against ${what}`,
      { problems: errors },
    );
  if (losses.length > 0 && !acceptLosses)
    throw new PlatformError(
      'needs_confirmation',
      losses.length === 1 ? (losses[0]?.message ?? '') : `${losses.length} things would be lost`,
      { problems: lossProblems(losses) },
    );
};

// A number set by hand holds until the file asks for another number.
const keptScale = (
  known: Pick<ApplicationRow, 'scale'>,
  former: ApplicationSpec | undefined,
  spec: ApplicationSpec,
): Record<string, number> =>
  Object.fromEntries(
    Object.entries(JSON.parse(known.scale) as Record<string, number>).filter(
      ([service]) =>
        spec.services[service] !== undefined && spec.services[service].replicas === former?.services[service]?.replicas,
    ),
  );
