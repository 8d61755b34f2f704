// `berth hooks`: addresses at which another system may upgrade or scale an application.
import { fromInstant, toInstant, type Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { hookRoutes, type Hook, type HookSpec } from '@berth/contract/hooks.ts';
import { fillPath } from '@berth/contract/route.ts';
import { readTime } from '#jobs/job-spec.ts';
import type { Machine } from '#machine.ts';
import { confirmRemoval } from '#output/confirm.ts';
import { printable } from '#output/printable.ts';
import { printJson, printList } from '#output/table.ts';
import { durationText, readDuration, timeText } from '#output/words.ts';
import { findPlace, ofApplication, type PlaceFlags } from '#session/find-place.ts';
import { allPages, openSession } from '#session/session.ts';

export type HookFlags = PlaceFlags & {
  readonly upgrade?: boolean;
  readonly allow?: readonly string[];
  readonly scale?: string;
  readonly min?: number;
  readonly max?: number;
  readonly coolDown?: string;
  readonly expires?: string;
};

export const listHooks = async (machine: Machine, application: string, flags: PlaceFlags): Promise<number> => {
  const { client, server, place } = await open(machine, application, flags);
  const items = await ofApplication(
    place,
    application,
    allPages((query) => client.listHooks({ params: place, query })),
  );
  printList(machine, items, {
    json: flags.json,
    empty: `${application} has no hook. Make one with "berth hooks create ${application} NAME --upgrade".`,
    columns: [
      { title: 'HOOK', cell: ({ name }) => name },
      { title: 'DOES', cell: doesText },
      { title: 'COOLS DOWN', cell: ({ coolDownMs }) => (coolDownMs === 0 ? '' : durationText(coolDownMs)) },
      { title: 'GOOD UNTIL', cell: untilText },
      { title: 'LAST CALL', cell: ({ lastCallAt }) => (lastCallAt === null ? '' : timeText(lastCallAt)) },
      { title: 'OUTCOME', cell: ({ lastOutcome }) => printable(lastOutcome ?? '') },
      { title: 'BY', cell: ({ createdBy }) => printable(createdBy) },
      { title: 'ADDRESS', cell: (hook) => addressOf(server, hook) },
    ],
  });
  return 0;
};

const open = async (machine: Machine, application: string, flags: PlaceFlags) => {
  const session = openSession(machine, flags);
  const place = { ...(await findPlace(session, flags)), application };
  return { client: session.client, server: session.server.url, place };
};

const addressOf = (server: string, { id }: Hook): string => server + fillPath(hookRoutes.callHook.path, { hook: id });

const doesText = ({ does }: Hook): string =>
  does.kind === 'scale'
    ? `scale ${printable(does.service)} to ${does.min}–${does.max}`
    : `upgrade${does.variables.length === 0 ? '' : ` with ${printable(does.variables.join(', '))}`}`;

const untilText = ({ enabled, expiresAt }: Hook): string => {
  if (!enabled) return 'disabled';
  return expiresAt === null ? '' : timeText(expiresAt);
};

export const createHook = async (
  machine: Machine,
  application: string,
  name: string,
  flags: HookFlags,
): Promise<number> => {
  const body: HookSpec = {
    name,
    does: readEffect(flags),
    coolDownMs: flags.coolDown === undefined ? 0 : readTime('--cool-down', flags.coolDown),
    expiresAt: flags.expires === undefined ? null : readExpiry(machine.clock, flags.expires),
    enabled: true,
  };
  const { client, server, place } = await open(machine, application, flags);
  const made = await ofApplication(place, application, client.createHook({ params: place, body }));
  return tellSecret(machine, { ...made, address: addressOf(server, made.hook) }, flags, 'made');
};

const readEffect = ({ upgrade, allow = [], scale, min, max }: HookFlags): HookSpec['does'] => {
  if ((upgrade === true) === (scale !== undefined))
    throw new PlatformError('invalid_request', 'Say what the hook does: --upgrade, or --scale SERVICE');
  if (scale === undefined) {
    if (min !== undefined || max !== undefined)
      throw new PlatformError('invalid_request', '--min and --max belong to --scale');
    return { kind: 'upgrade', variables: [...allow] };
  }
  if (allow.length > 0) throw new PlatformError('invalid_request', '--allow belongs to --upgrade');
  if (max === undefined)
    throw new PlatformError('invalid_request', 'Say how many containers it may make: --max NUMBER');
  return { kind: 'scale', service: scale, min: min ?? 1, max };
};

/** `30d` from now, or a time. */
const readExpiry = (clock: Clock, text: string): string => {
  const inMs = readDuration(text);
  const atMs = inMs === undefined ? fromInstant(text) : clock.nowMs() + inMs;
  if (Number.isFinite(atMs)) return toInstant(atMs);
  throw new PlatformError('invalid_request', `--expires ${text} is no time. Write 30d or 2027-01-31T12:00:00Z`);
};

export type SetHookFlags = HookFlags & {
  readonly name?: string;
  readonly enable?: boolean;
  readonly disable?: boolean;
};

export const setHook = async (
  machine: Machine,
  application: string,
  named: string,
  flags: SetHookFlags,
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const all = await ofApplication(
    place,
    application,
    allPages((query) => client.listHooks({ params: place, query })),
  );
  const known = all.find(({ id, name }) => id === named || name === named);
  if (known === undefined) throw new PlatformError('not_found', `There is no hook ${named} of ${application}`);
  const body: HookSpec = {
    name: flags.name ?? known.name,
    does: changedEffect(known.does, flags),
    coolDownMs: flags.coolDown === undefined ? known.coolDownMs : readTime('--cool-down', flags.coolDown),
    expiresAt: flags.expires === undefined ? known.expiresAt : readExpiry(machine.clock, flags.expires),
    enabled: flags.enable === true || (known.enabled && flags.disable !== true),
  };
  const hook = await ofApplication(place, application, client.setHook({ params: { ...place, hook: known.id }, body }));
  if (flags.json === true) printJson(machine, hook);
  else machine.out(`The hook ${hook.name} was changed: ${doesText(hook)}${hook.enabled ? '' : ', disabled'}.\n`);
  return 0;
};

const changedEffect = (does: HookSpec['does'], { allow, min, max }: HookFlags): HookSpec['does'] => {
  if (does.kind === 'scale') {
    if (allow !== undefined) throw new PlatformError('invalid_request', 'This hook scales; --allow is for upgrades');
    return { ...does, min: min ?? does.min, max: max ?? does.max };
  }
  if (min !== undefined || max !== undefined)
    throw new PlatformError('invalid_request', 'This hook upgrades; --min and --max are for scaling');
  return { ...does, variables: allow === undefined ? does.variables : [...allow] };
};

export const renewHook = async (
  machine: Machine,
  application: string,
  named: string,
  flags: PlaceFlags,
): Promise<number> => {
  const { client, server, place } = await open(machine, application, flags);
  const asked = client.renewHookSecret({ params: { ...place, hook: named } });
  const made = await ofApplication(place, application, asked, `hook ${named}`);
  return tellSecret(machine, { ...made, address: addressOf(server, made.hook) }, flags, 'given another secret');
};

type Made = { readonly hook: Hook; readonly secret: string; readonly address: string };

const tellSecret = (machine: Machine, made: Made, flags: PlaceFlags, verb: string): number => {
  if (flags.json === true) printJson(machine, made);
  else
    machine.out(
      `The hook ${made.hook.name} was ${verb}. Its secret is shown this once.\n  address  ${made.address}\n  secret   ${printable(made.secret)}\nCall it with BERTH_HOOK_SECRET set to the secret:\n  berth call-hook ${made.address}\n`,
    );
  return 0;
};

export const removeHook = async (
  machine: Machine,
  application: string,
  named: string,
  flags: PlaceFlags & { readonly yes?: boolean },
): Promise<number> => {
  const { client, place } = await open(machine, application, flags);
  const params = { ...place, hook: named };
  if (flags.yes !== true) await confirmRemoval(machine, named, `the hook ${named} of ${application}`);
  await ofApplication(place, application, client.removeHook({ params }), `hook ${named}`);
  if (flags.json === true) printJson(machine, {});
  else machine.out(`The hook ${printable(named)} of ${application} is removed.\n`);
  return 0;
};
