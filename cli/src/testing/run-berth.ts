// One command of the program from its words to its exit code, signed in to a server that answers as the test says.
import type { ServerResponse } from 'node:http';
import type { TestContext } from 'node:test';
import type { Machine } from '#machine.ts';
import { reportFailure } from '#failures.ts';
import { runCommand } from '#program.ts';
import { writeConfig } from '#session/config-file.ts';
import { makeFakeMachine } from './fake-machine.ts';
import { sendJson, startFakeServer } from './fake-server.ts';
import { makeFolder } from './temporary-folder.ts';

/** `GET /applications` → what is answered; a path counts from the environment, one with `/v1` from the server. */
export type Answers = Readonly<Record<string, unknown>>;

export interface Asked {
  /** As in the answers. */
  readonly what: string;
  readonly query: string;
  readonly body: unknown;
  readonly text: string;
  readonly headers: Readonly<Record<string, unknown>>;
}

export interface Ran {
  readonly code: number;
  readonly out: string;
  readonly err: string;
  readonly asked: readonly Asked[];
  readonly folder: string;
  readonly url: string;
}

/** Answered with that status and code. */
export const refusal = (status: number, code: string, message: string) => ({ refused: { status, code, message } });
/** One after the other, the last again and again. */
export const inTurn = (...answers: readonly unknown[]) => ({ inTurn: answers });
/** Newline-delimited JSON, then the end of the answer. */
export const lines = (...items: readonly unknown[]) => ({ lines: items });

const has = <K extends string>(value: unknown, key: K): value is Record<K, unknown> =>
  typeof value === 'object' && value !== null && key in value;

const send = (response: ServerResponse, answer: unknown, what: string): void => {
  if (answer === undefined)
    sendJson(response, { error: { code: 'not_found', message: `There is no such object: ${what}` } }, 404);
  else if (has(answer, 'refused') && has(answer.refused, 'status')) {
    const { status, ...error } = answer.refused;
    sendJson(response, { error }, Number(status));
  } else if (has(answer, 'lines') && Array.isArray(answer.lines))
    response.writeHead(200).end(answer.lines.map((item) => `${JSON.stringify(item)}\n`).join(''));
  else sendJson(response, answer);
};

const environmentPath = '/v1/tenants/main/environments/local';

export const runBerth = async (
  t: TestContext,
  words: readonly string[],
  options: {
    readonly answers?: Answers;
    readonly files?: Readonly<Record<string, string | Uint8Array>>;
    readonly machine?: Partial<Machine>;
  } = {},
): Promise<Ran> => {
  const folder = makeFolder(t, options.files);
  const asked: Asked[] = [];
  const server = await startFakeServer((url, request, response) => {
    const [path = '', query = ''] = url.split('?');
    const short = path.startsWith(environmentPath) ? path.slice(environmentPath.length) : path;
    const what = `${request.method} ${short}`;
    let text = '';
    request.setEncoding('utf8').on('data', (chunk: string) => (text += chunk));
    request.on('end', () => {
      asked.push({ what, query, body: text === '' ? undefined : JSON.parse(text), text, headers: request.headers });
      const given = options.answers?.[what];
      const turns = has(given, 'inTurn') && Array.isArray(given.inTurn) ? given.inTurn : [given];
      const before = asked.filter((request) => request.what === what).length - 1;
      send(response, turns[Math.min(before, turns.length - 1)], what);
    });
  });
  t.after(() => server.close());
  const { environment, ...more } = options.machine ?? {};
  const home = makeFolder(t);
  const machine = makeFakeMachine({ folder, environment: { HOME: home, ...environment }, ...more });
  const known = { url: server.url, user: 'ada', key: 'a-key', expiresAt: '2127-01-01T00:00:00.000Z' };
  writeConfig(machine, { current: server.url, servers: [{ ...known, environment: 'main/local' }] });
  const code = await runCommand(machine, words).catch((thrown: unknown) => reportFailure(machine, thrown));
  return { code, out: machine.printed(), err: machine.complained(), asked, folder, url: server.url };
};
