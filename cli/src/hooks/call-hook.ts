// `berth call-hook`: a call as another system makes it: signed with the hook's secret, without an account.
import { createHmac } from 'node:crypto';
import type { Clock } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError, makeClient, type Fetch } from '@berth/contract/client.ts';
import { hookDeliveryHeader, hookRoutes, hookSignatureHeader } from '@berth/contract/hooks.ts';
import { readFirstLine } from '#account/ask.ts';
import { readPairs } from '#jobs/job-spec.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { printJson } from '#output/table.ts';
import { makeFetch, requireServer, type ServerFlags } from '#session/session.ts';

export type CallFlags = ServerFlags & {
  readonly secretStdin?: boolean;
  readonly var: readonly string[];
  readonly replicas?: number;
  readonly change?: number;
  readonly delivery?: string;
};

export const callHook = async (machine: Machine, named: string, flags: CallFlags): Promise<number> => {
  const { base, hook } = findHook(machine, named, flags);
  const body = {
    ...(flags.var.length === 0 ? {} : { variables: readPairs('--var', flags.var, machine.environment) }),
    ...(flags.replicas === undefined ? {} : { replicas: flags.replicas }),
    ...(flags.change === undefined ? {} : { change: flags.change }),
  };
  const signed = signing(makeFetch(machine, base, undefined), {
    clock: machine.clock,
    secret: await findSecret(machine, flags),
    delivery: flags.delivery,
  });
  const answer = await makeClient(hookRoutes, base, signed).callHook({ params: { hook }, body }).catch(explainRefusal);
  if (flags.json === true) printJson(machine, answer);
  else {
    const operation = answer.operation === null ? '' : ` (${answer.operation.id})`;
    machine.out(`${printable(answer.message)}${operation}\n`);
  }
  return 0;
};

/** A whole address, or the id of a hook of the server that commands mean. */
const findHook = (machine: Machine, named: string, flags: ServerFlags): { base: string; hook: string } => {
  const [, base, hook] = /^(https?:\/\/[^\s]+)\/v1\/hooks\/([\w-]+)\/?$/.exec(named) ?? [];
  if (base !== undefined && hook !== undefined) return { base, hook };
  if (/^[\w-]+$/.test(named)) return { base: requireServer(machine, flags.server).url, hook: named };
  throw new PlatformError('invalid_request', `"${named}" is no hook. Give its address, as "berth hooks list" shows it`);
};

const findSecret = async (machine: Machine, flags: CallFlags): Promise<string> => {
  const secret = flags.secretStdin === true ? await readFirstLine() : machine.environment['BERTH_HOOK_SECRET'];
  if (secret !== undefined && secret !== '') return secret;
  throw new PlatformError(
    'invalid_request',
    'The hook’s secret is needed: in BERTH_HOOK_SECRET, or with --secret-stdin',
  );
};

type Signature = { readonly clock: Clock; readonly secret: string; readonly delivery: string | undefined };

const signing =
  (send: Fetch, { clock, secret, delivery }: Signature): Fetch =>
  (url, init) => {
    const headers = new Headers(init.headers);
    const seconds = Math.floor(clock.nowMs() / 1000);
    const body = typeof init.body === 'string' ? init.body : '';
    const hex = createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');
    headers.set(hookSignatureHeader, `t=${seconds},v1=${hex}`);
    if (delivery !== undefined) headers.set(hookDeliveryHeader, delivery);
    return send(url, { ...init, headers });
  };

/** Not signed in is not what is wrong here. */
const explainRefusal = (thrown: unknown): never => {
  if (thrown instanceof ApiError && thrown.status === 401)
    throw new PlatformError(
      'wrong_state',
      `${thrown.message}. Check the secret, the clock of this machine, and whether the hook is disabled or has expired`,
      {},
      thrown,
    );
  throw thrown;
};
