// Commands about hooks, and the call of one.
import { InvalidArgumentError, type Command } from 'commander';
import type { CallFlags } from '#hooks/call-hook.ts';
import type { HookFlags, SetHookFlags } from '#hooks/hooks.ts';
import type { PlaceFlags } from '#session/find-place.ts';
import { collect, type Running, wholeNumber, withJson, withPlace, withServer } from './options.ts';

export const declareHooks = (program: Command, running: Running): void => {
  const hooks = program.command('hooks').description('Addresses at which another system may upgrade or scale');
  declareMaking(hooks, running);
  declareKeeping(hooks, running);
  declareCall(program, running);
};

const containersMaximum = 200;
const count = wholeNumber(0, containersMaximum);

/** What both `create` and `set` take. */
const withHookOptions = (command: Command): Command =>
  command
    .option('--allow <variable>', 'a variable that a caller may set in an upgrade', collect)
    .option('--min <number>', 'fewest containers it may scale to', count)
    .option('--max <number>', 'most containers it may scale to', count)
    .option('--cool-down <duration>', 'after a call that did something, refuse the next for so long, as in 30s')
    .option('--expires <time>', 'good until then: 30d from now, or 2027-01-31T12:00:00Z');

const declareMaking = (hooks: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      hooks
        .command('list')
        .description('Hooks of an application with their addresses')
        .argument('<app>')
        .action(async (app: string, flags: PlaceFlags) => {
          const { listHooks } = await import('#hooks/hooks.ts');
          await finish(listHooks(machine, app, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      withHookOptions(hooks.command('create').description('Make a hook; its secret is shown this once'))
        .argument('<app>')
        .argument('<name>')
        .option('--upgrade', 'a call publishes the same files again, with images looked for anew')
        .option('--scale <service>', 'a call sets how many containers the service has')
        .action(async (app: string, name: string, flags: HookFlags) => {
          const { createHook } = await import('#hooks/hooks.ts');
          await finish(createHook(machine, app, name, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      withHookOptions(hooks.command('set').description('Change of a hook what is given; address and secret stay'))
        .argument('<app>')
        .argument('<hook>')
        .option('--name <name>', 'call it so')
        .option('--enable', 'take calls again')
        .option('--disable', 'refuse every call')
        .action(async (app: string, hook: string, flags: SetHookFlags) => {
          const { setHook } = await import('#hooks/hooks.ts');
          await finish(setHook(machine, app, hook, flags));
        }),
    ),
  );
};

const declareKeeping = (hooks: Command, { machine, finish }: Running): void => {
  withJson(
    withPlace(
      hooks
        .command('remove')
        .description('Remove a hook')
        .argument('<app>')
        .argument('<hook>')
        .option('-y, --yes', 'do not ask')
        .action(async (app: string, hook: string, flags: PlaceFlags & { yes?: boolean }) => {
          const { removeHook } = await import('#hooks/hooks.ts');
          await finish(removeHook(machine, app, hook, flags));
        }),
    ),
  );
  withJson(
    withPlace(
      hooks
        .command('renew')
        .description('Give a hook another secret; the former one is void at once')
        .argument('<app>')
        .argument('<hook>')
        .action(async (app: string, hook: string, flags: PlaceFlags) => {
          const { renewHook } = await import('#hooks/hooks.ts');
          await finish(renewHook(machine, app, hook, flags));
        }),
    ),
  );
};

const declareCall = (program: Command, { machine, finish }: Running): void => {
  withJson(
    withServer(
      program
        .command('call-hook')
        .description('Call a hook as another system does; needs its secret, and no account')
        .argument('<hook>', 'its address, as "berth hooks list" shows it, or its id')
        .option('--secret-stdin', 'read the secret from standard input (or give BERTH_HOOK_SECRET)')
        .option('--var <name=value>', 'set a variable in an upgrade', collect)
        .option('--replicas <number>', 'have so many containers', count)
        .option('--change <number>', 'have so many more, or with a minus fewer', readChange)
        .option('--delivery <id>', 'a call of the same id does nothing and has the same answer')
        .action(async (hook: string, flags: Partial<CallFlags>) => {
          const { callHook } = await import('#hooks/call-hook.ts');
          await finish(callHook(machine, hook, { var: [], ...flags }));
        }),
    ),
  );
};

const readChange = (text: string): number => {
  const number = Number(text);
  if (/^[+-]?\d{1,3}$/.test(text) && Math.abs(number) <= containersMaximum) return number;
  throw new InvalidArgumentError('Give a number like 1, +2 or -1.');
};
