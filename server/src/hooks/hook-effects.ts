// What a verified call would do, worked out before anything is done: upgrade or scale, within what the hook was made for and
// with the rights its maker has now.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import type { HookSpec } from '@berth/contract/hooks.ts';
import { publishApplication, scaleApplication } from '#applications/application-actions.ts';
import { readApplication } from '#applications/application-store.ts';
import type { ApplicationParts } from '#applications/application-wishes.ts';
import { readRevision, readSpec } from '#applications/revision-store.ts';
import { effectiveRevision } from '#applications/upgrade-state.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import type { CalledHook } from './hook-store.ts';
import { scaleTarget } from './scale-target.ts';

export interface HookInput {
  readonly variables?: Readonly<Record<string, string>> | undefined;
  readonly replicas?: number | undefined;
  readonly change?: number | undefined;
}

export interface HookEffect {
  /** undefined: there is nothing to do. */
  readonly act: (() => Promise<Operation>) | undefined;
  readonly message: string;
}

/** Throws what is wrong with the call, or `forbidden` when the hook's maker may no longer do this. */
export const effectOf = async (
  ctx: Context,
  parts: ApplicationParts,
  hook: CalledHook,
  { does }: HookSpec,
  input: HookInput,
): Promise<HookEffect> =>
  does.kind === 'scale'
    ? scaleEffect(ctx, parts, hook, does, input)
    : upgradeEffect(ctx, parts, hook, does.variables, input);

const upgradeEffect = async (
  ctx: Context,
  parts: ApplicationParts,
  hook: CalledHook,
  mayBeSet: readonly string[],
  { variables = {}, replicas, change }: HookInput,
): Promise<HookEffect> => {
  if (replicas !== undefined || change !== undefined)
    throw new PlatformError('invalid_request', 'This hook upgrades; it takes no number of containers');
  const foreign = Object.keys(variables).find((name) => !mayBeSet.includes(name));
  if (foreign !== undefined)
    throw new PlatformError(
      'invalid_request',
      `This hook does not set ${foreign}; it may set ${mayBeSet.length === 0 ? 'nothing' : mayBeSet.join(', ')}`,
    );
  const place = placeOf(hook);
  await stillAllowed(() => authorize(ctx, parts.db, 'create', 'environment.applications', place));
  const allowed = await stillAllowed(() => authorize(ctx, parts.db, 'modify', 'application', place));
  const application = await readApplication(parts.db, allowed);
  const revision = await readRevision(parts.db, allowed, effectiveRevision(application));
  if (revision === undefined)
    throw new PlatformError('wrong_state', `${application.name} has no revision to publish anew`);
  const publication: Publication = {
    name: application.name,
    bundle: JSON.parse(revision.bundle) as Publication['bundle'],
    variables: { ...(JSON.parse(revision.variables) as Record<string, string>), ...variables },
    profiles: JSON.parse(revision.profiles) as string[],
    note: `hook ${hook.name}`,
  };
  return {
    message: `${application.name} is published anew from revision ${revision.number}`,
    act: async () => (await publishApplication(ctx, parts, place, publication)).operation,
  };
};

const scaleEffect = async (
  ctx: Context,
  parts: ApplicationParts,
  hook: CalledHook,
  limits: Extract<HookSpec['does'], { kind: 'scale' }>,
  input: HookInput,
): Promise<HookEffect> => {
  if (input.variables !== undefined)
    throw new PlatformError('invalid_request', 'This hook scales; it takes no variables');
  const place = placeOf(hook);
  const { service } = limits;
  const allowed = await stillAllowed(() => authorize(ctx, parts.db, 'modify', 'application', place));
  const application = await readApplication(parts.db, allowed);
  const spec = await readSpec(parts.db, allowed, effectiveRevision(application));
  const own = spec.services[service];
  if (own === undefined)
    throw new PlatformError('wrong_state', `${application.name} has no service called ${service} any more`);
  const scale = JSON.parse(application.scale) as Record<string, number>;
  const now = scale[service] ?? own.replicas;
  const target = scaleTarget(now, input, limits);
  if (target === now) return { act: undefined, message: `${service} has ${now} already` };
  return {
    message: `${service} goes from ${now} to ${target}`,
    act: async () => (await scaleApplication(ctx, parts, place, { services: { [service]: target } })).operation,
  };
};

const placeOf = ({ tenant, environment, application }: CalledHook) => ({ tenant, environment, application });

// Who was taken out of the tenant is told nothing of it, as ever; but here the caller has shown that they know of the hook.
const stillAllowed = async <T>(ask: () => Promise<T>): Promise<T> => {
  try {
    return await ask();
  } catch (thrown) {
    if (thrown instanceof PlatformError && (thrown.code === 'not_found' || thrown.code === 'forbidden'))
      throw new PlatformError('forbidden', 'The person this hook acts for may no longer do this', {}, thrown);
    throw thrown;
  }
};
