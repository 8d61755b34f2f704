// The few calls to the engine's Remote API that the scripts make themselves, before Berth runs. No docker command needed.
import { request, type IncomingMessage } from 'node:http';
import type { Readable } from 'node:stream';
import { PlatformError } from '@berth/common/platform-error.ts';

interface Call {
  readonly method: 'GET' | 'POST' | 'DELETE';
  readonly path: string;
  readonly limitMs: number;
  readonly body?: Readable;
  readonly onLine?: (line: string) => void;
}
interface Answer {
  readonly status: number;
  readonly text: string;
}

const textMaximum = 4 * 1024 * 1024;

export const callEngine = (socket: string, { method, path, limitMs, body, onLine }: Call): Promise<Answer> =>
  new Promise((resolve, reject) => {
    const call = request(
      {
        socketPath: socket,
        method,
        path,
        signal: AbortSignal.timeout(limitMs),
        headers: body === undefined ? {} : { 'content-type': 'application/x-tar' },
      },
      (answer) => {
        readAll(answer, onLine).then((text) => resolve({ status: answer.statusCode ?? 0, text }), reject);
      },
    );
    call.once('error', reject);
    if (body === undefined) call.end();
    else body.once('error', (thrown) => call.destroy(thrown)).pipe(call);
  });

const readAll = async (answer: IncomingMessage, onLine?: (line: string) => void): Promise<string> => {
  let text = '';
  let rest = '';
  for await (const piece of answer.setEncoding('utf8')) {
    text = (text + String(piece)).slice(-textMaximum);
    const lines = (rest + String(piece)).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) onLine?.(line);
  }
  return text;
};

/** `true`: an engine answers. Otherwise why none does. */
export const pingEngine = async (socket: string): Promise<true | 'absent' | 'forbidden' | 'silent'> => {
  try {
    const { status } = await callEngine(socket, { method: 'GET', path: '/_ping', limitMs: 5000 });
    return status === 200 ? true : 'silent';
  } catch (thrown) {
    const code = thrown instanceof Error && 'code' in thrown ? thrown.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') return 'forbidden';
    return code === 'ENOENT' || code === 'ECONNREFUSED' ? 'absent' : 'silent';
  }
};

export const hasImage = async (socket: string, image: string): Promise<boolean> =>
  (await callEngine(socket, { method: 'GET', path: `/images/${encodeURIComponent(image)}/json`, limitMs: 30_000 }))
    .status === 200;

const pullLimitMs = 5 * 60_000;

/** undefined: pulled. Otherwise the engine's reason why not. */
export const pullImage = async (socket: string, image: string): Promise<string | undefined> => {
  const [name = '', tag = 'latest'] = image.split(':');
  const path = `/images/create?fromImage=${encodeURIComponent(name)}&tag=${encodeURIComponent(tag)}`;
  let failure: string | undefined;
  const onLine = (line: string) => {
    const found = errorOf(line);
    if (found !== undefined) failure = found;
  };
  try {
    const answer = await callEngine(socket, { method: 'POST', path, limitMs: pullLimitMs, onLine });
    return answer.status === 200 ? failure : (messageOf(answer.text) ?? `status ${answer.status}`);
  } catch (thrown) {
    return thrown instanceof Error ? thrown.message : String(thrown);
  }
};

/** Makes an image of one layer from a tar stream. */
export const importImage = async (
  socket: string,
  image: string,
  tar: Readable,
  changes: readonly string[],
): Promise<void> => {
  const [repo = '', tag = 'latest'] = image.split(':');
  const query = new URLSearchParams([
    ['fromSrc', '-'],
    ['repo', repo],
    ['tag', tag],
    ...changes.map((change) => ['changes', change]),
  ]);
  const answer = await callEngine(socket, {
    method: 'POST',
    path: `/images/create?${query.toString()}`,
    limitMs: 120_000,
    body: tar,
  });
  const failure =
    answer.status === 200
      ? answer.text
          .split('\n')
          .map(errorOf)
          .find((text) => text !== undefined)
      : messageOf(answer.text);
  if (answer.status !== 200 || failure !== undefined)
    throw new PlatformError(
      'engine_refused',
      `The engine did not take the image ${image}: ${failure ?? `status ${answer.status}`}`,
    );
};

const field = (text: string, name: string): string | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    const found = typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
    return typeof found === 'string' ? found : undefined;
  } catch {
    return undefined;
  }
};
const errorOf = (line: string) => field(line, 'error');
const messageOf = (text: string) => field(text, 'message');
