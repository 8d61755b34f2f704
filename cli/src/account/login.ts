// `berth login`, `berth logout`, `berth whoami`, `berth servers`.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import { systemRoutes } from '@berth/contract/system.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { printJson, printList } from '#output/table.ts';
import { timeText } from '#output/words.ts';
import { findServer, readConfig, withServer, writeConfig } from '#session/config-file.ts';
import { readServerUrl } from '#session/server-url.ts';
import { makeServerClient, openSession, requireServer, type ServerFlags } from '#session/session.ts';
import { ask, askSecret, readFirstLine } from './ask.ts';

export type LoginFlags = {
  readonly name?: string;
  readonly passwordStdin?: boolean;
  readonly insecureHttp?: boolean;
  readonly json?: boolean;
};

export const login = async (machine: Machine, address: string, flags: LoginFlags): Promise<number> => {
  const url = readServerUrl(address, { insecureHttp: flags.insecureHttp === true });
  const client = makeServerClient(machine, url, undefined);
  await requireBerth(client, url);
  const known = findServer(readConfig(machine), url);
  const name = flags.name ?? (await askName(machine, known?.user));
  const password = await findPassword(machine, flags);
  const { caller, key } = await client.signIn({ body: { name, password, client: 'cli' } }).catch(explainRefusal);
  if (key === undefined) throw new PlatformError('unavailable', `The server at ${url} gave no key`);
  const server = { ...known, url, user: caller.user.name, key, expiresAt: caller.expiresAt };
  writeConfig(machine, { ...withServer(readConfig(machine), server), current: url });
  if (flags.json === true) printJson(machine, { server: url, ...caller });
  else machine.out(`Signed in to ${url} as ${caller.user.name}, until ${timeText(caller.expiresAt)}.\n`);
  return 0;
};

/** Before a password goes out: is this a Berth server at all? */
const requireBerth = async (client: ReturnType<typeof makeServerClient>, url: string): Promise<void> => {
  const answer: unknown = await client.readHealth().catch((thrown: unknown) => {
    if (thrown instanceof ApiError || thrown instanceof SyntaxError) return undefined;
    throw thrown;
  });
  if (!systemRoutes.readHealth.reply.safeParse(answer).success)
    throw new PlatformError('unavailable', `What answers at ${url} is no Berth server`);
};

const explainRefusal = (thrown: unknown): never => {
  if (thrown instanceof ApiError && thrown.status === 401)
    throw new PlatformError(
      'wrong_state',
      `${thrown.message}. Check the name and the password, then try again`,
      {},
      thrown,
    );
  throw thrown;
};

const askName = async (machine: Machine, before: string | undefined): Promise<string> => {
  if (!machine.canAsk) throw new PlatformError('invalid_request', 'Say who you are: --name NAME');
  const answer = await ask(before === undefined ? 'Name: ' : `Name [${before}]: `);
  const name = answer === '' ? before : answer;
  if (name === undefined) throw new PlatformError('invalid_request', 'Say who you are: --name NAME');
  return name;
};

const findPassword = async (machine: Machine, flags: LoginFlags): Promise<string> => {
  const given = flags.passwordStdin === true ? await readFirstLine() : machine.environment['BERTH_PASSWORD'];
  const password = given ?? (machine.canAsk ? await askSecret('Password: ') : undefined);
  if (password !== undefined && password !== '') return password;
  throw new PlatformError(
    'invalid_request',
    'A password is needed: on the terminal, in BERTH_PASSWORD, or with --password-stdin',
  );
};

export const logout = async (machine: Machine, flags: ServerFlags): Promise<number> => {
  const { url, key } = requireServer(machine, flags.server);
  // A key that is no good any more is as good as ended, and an unreachable server must not keep the key on this disk.
  const trouble = await makeServerClient(machine, url, key)
    .signOut()
    .then(() => undefined)
    .catch((thrown: unknown) => (thrown instanceof ApiError && thrown.status === 401 ? undefined : thrown));
  const { current, ...config } = readConfig(machine);
  const servers = config.servers.filter((server) => server.url !== url);
  writeConfig(machine, { servers, ...(current === undefined || current === url ? {} : { current }) });
  if (trouble !== undefined)
    machine.err(`warning: The key was forgotten here, but the server could not be told; it runs out by itself.\n`);
  if (flags.json === true) printJson(machine, { server: url });
  else machine.out(`Signed out of ${url}.\n`);
  return 0;
};

export const whoami = async (machine: Machine, flags: ServerFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const caller = await session.client.readCaller();
  if (flags.json === true) {
    printJson(machine, { server: session.server.url, ...caller });
    return 0;
  }
  const { user, memberships, expiresAt } = caller;
  const title = user.title === user.name || user.title === '' ? '' : ` (${printable(user.title)})`;
  machine.out(`${user.name}${title} at ${session.server.url}, signed in until ${timeText(expiresAt)}\n`);
  if (user.platformRole !== null) machine.out(`platform: ${user.platformRole}\n`);
  for (const { tenant, role } of memberships)
    machine.out(`${tenant.name}${tenant.title === '' ? '' : ` (${printable(tenant.title)})`}: ${role}\n`);
  return 0;
};

export const servers = (machine: Machine, flags: ServerFlags): number => {
  const config = readConfig(machine);
  const current = findServer(config, undefined)?.url;
  // The keys stay in the file.
  const items = config.servers.map(({ url, user, expiresAt, environment }) => ({
    url,
    user,
    expiresAt,
    environment: environment ?? null,
    isCurrent: url === current,
  }));
  printList(machine, items, {
    json: flags.json,
    empty: 'You are not signed in to a server. Sign in with "berth login URL".',
    columns: [
      { title: '', cell: ({ isCurrent }) => (isCurrent ? '*' : ' ') },
      { title: 'SERVER', cell: ({ url }) => url },
      { title: 'USER', cell: ({ user }) => user },
      { title: 'ENVIRONMENT', cell: ({ environment }) => environment ?? '' },
      { title: 'SIGNED IN UNTIL', cell: ({ expiresAt }) => timeText(expiresAt) },
    ],
  });
  return 0;
};
