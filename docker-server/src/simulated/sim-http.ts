// The HTTP side of a simulated engine: a table of addresses, and answers in the engine's form.
import type { IncomingMessage, ServerResponse } from 'node:http';

/** What the engine answers when it will not. */
export class Refusal extends Error {
  readonly status: number;
  constructor(status: number, message: string) {
    super(message);
    this.name = 'Refusal';
    this.status = status;
  }
}

export interface SimCall {
  readonly request: IncomingMessage;
  readonly answer: ServerResponse;
  readonly query: URLSearchParams;
  /** The groups of the route's pattern, decoded. */
  readonly parts: readonly string[];
  /** The parsed JSON body. */
  readonly body: unknown;
}

export interface SimRoute {
  readonly method: string;
  readonly pattern: RegExp;
  /** The handler reads the body itself. */
  readonly takesBytes?: boolean;
  /** Answers by its return value (`undefined`: the handler has answered), or throws a Refusal. */
  readonly handle: (call: SimCall) => Reply | undefined | Promise<Reply | undefined>;
}

export interface Reply {
  readonly status: number;
  readonly json?: unknown;
}

export const route = (
  method: string,
  path: string,
  handle: SimRoute['handle'],
  options: { takesBytes?: boolean } = {},
): SimRoute => ({
  method,
  // `:x` stands for one part, `*` for any number: names of images hold slashes.
  pattern: new RegExp(`^(?:/v1\\.\\d+)?${path.replaceAll(':x', '([^/]+)').replaceAll('*', '(.+)')}$`),
  handle,
  ...options,
});

const bodyMaximumBytes = 16 * 1024 * 1024;

export const dispatch = async (
  routes: readonly SimRoute[],
  request: IncomingMessage,
  answer: ServerResponse,
): Promise<void> => {
  const url = new URL(request.url ?? '/', 'http://engine');
  try {
    for (const { method, pattern, handle, takesBytes } of routes) {
      const match = method === request.method ? pattern.exec(url.pathname) : null;
      if (match === null) continue;
      const reply = await handle({
        request,
        answer,
        query: url.searchParams,
        parts: match.slice(1).map(decodeURIComponent),
        body: takesBytes === true ? undefined : await readJson(request),
      });
      if (reply !== undefined) send(answer, reply);
      return;
    }
    throw new Refusal(404, 'page not found');
  } catch (thrown) {
    if (!(thrown instanceof Refusal)) throw thrown;
    // As the real one does: the rest of what is being sent is taken first.
    request.resume();
    send(answer, { status: thrown.status, json: { message: thrown.message } });
  }
};

const send = (answer: ServerResponse, { status, json }: Reply): void => {
  if (answer.headersSent || answer.destroyed) return;
  if (json === undefined) answer.writeHead(status).end();
  else answer.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
};

const readJson = async (request: IncomingMessage): Promise<unknown> => {
  let text = '';
  for await (const piece of request.setEncoding('utf8')) {
    text += String(piece);
    if (text.length > bodyMaximumBytes) throw new Refusal(400, 'the body is too long');
  }
  return text === '' ? {} : (JSON.parse(text) as unknown);
};

export const isTrue = (text: string | null): boolean => text === '1' || text?.toLowerCase() === 'true';

/** `filters` of a list: names to wished values. The engine takes lists, and the older maps of true. */
export const readFilters = (query: URLSearchParams): ReadonlyMap<string, readonly string[]> => {
  const parsed: unknown = JSON.parse(query.get('filters') ?? '{}');
  const filters = new Map<string, readonly string[]>();
  for (const [name, value] of Object.entries(parsed ?? {}))
    filters.set(name, Array.isArray(value) ? value.map(String) : Object.keys(value as object));
  return filters;
};

export const hasLabels = (labels: Readonly<Record<string, string>>, wanted: readonly string[] | undefined): boolean =>
  (wanted ?? []).every((text) => {
    const [name = '', value] = text.split(/=(.*)/s);
    return name in labels && (value === undefined || labels[name] === value);
  });
