// A typed client made from a route table; the portal, the CLI, the tests and the portal server's Docker Server client all use it.
import type { z } from 'zod';
import { errorReplySchema, type ErrorReply } from './problems.ts';
import { fillPath, type ReplyOf, type Route, type Routes } from './route.ts';

/** What carries a request: `fetch` itself, or a stand-in over another connection. */
export type Fetch = (url: string, init: RequestInit & { duplex?: 'half' }) => Promise<Response>;

/** Thrown for every answer that is not a good one. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;
  readonly problems: NonNullable<ErrorReply['error']['problems']>;
  readonly requestId: string | undefined;
  constructor(status: number, error: ErrorReply['error']) {
    super(error.message);
    this.name = 'ApiError';
    this.status = status;
    this.code = error.code;
    this.problems = error.problems ?? [];
    this.requestId = error.requestId;
  }
}

// zod infers `Record<string, never>` for an object without keys.
type Empty<T> = string extends keyof T ? true : keyof T extends never ? true : false;
type Part<Name extends string, T> =
  Empty<T> extends true ? { [K in Name]?: T } : Partial<T> extends T ? { [K in Name]?: T } : { [K in Name]: T };
export type CallInput<T extends Route> = Part<'params', z.input<T['params']>> &
  Part<'query', z.input<T['query']>> &
  Part<'body', z.input<T['body']>> & { signal?: AbortSignal };
type CallArgs<T extends Route> =
  Partial<CallInput<T>> extends CallInput<T> ? [input?: CallInput<T>] : [input: CallInput<T>];

export type Client<T extends Routes> = {
  readonly [K in keyof T]: (...args: CallArgs<T[K]>) => Promise<ReplyOf<T[K]>>;
} & {
  /** The same call, answered by the raw response; for `lines`, `events` and `bytes`. Throws ApiError on a bad status. */
  readonly open: <K extends keyof T>(
    name: K,
    input?: Partial<CallInput<T[K]>>,
    rawBody?: NonNullable<RequestInit['body']>,
  ) => Promise<Response>;
  /** Answers once the server has accepted the call; then each line of a `lines` route, parsed. */
  readonly openLines: <K extends keyof T>(
    name: K,
    input?: Partial<CallInput<T[K]>>,
  ) => Promise<AsyncGenerator<ReplyOf<T[K]>>>;
  /** The same without waiting for the acceptance: a refusal is thrown at the first line. */
  readonly lines: <K extends keyof T>(name: K, input?: Partial<CallInput<T[K]>>) => AsyncGenerator<ReplyOf<T[K]>>;
};

type LooseInput = {
  params?: Record<string, string>;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  signal?: AbortSignal;
};

const queryText = (query: LooseInput['query']): string => {
  const search = new URLSearchParams();
  for (const [key, value] of Object.entries(query ?? {})) if (value !== undefined) search.set(key, String(value));
  const text = search.toString();
  return text === '' ? '' : `?${text}`;
};

const failure = async (response: Response): Promise<ApiError> => {
  const text = await response.text();
  try {
    return new ApiError(response.status, errorReplySchema.parse(JSON.parse(text)).error);
  } catch {
    return new ApiError(response.status, {
      code: 'bad_answer',
      message: `HTTP ${response.status}: ${text.slice(0, 300)}`,
    });
  }
};

const lineLengthMaximum = 4 * 1024 * 1024;

/** Splits a stream of bytes into lines. A line longer than 4 MiB ends the stream with an error. */
export async function* readLines(body: ReadableStream<Uint8Array>): AsyncGenerator<string> {
  const decoder = new TextDecoder();
  const reader = body.getReader();
  let rest = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      rest += done ? decoder.decode() : decoder.decode(value, { stream: true });
      const lines = rest.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line !== '') yield line;
      if (rest.length > lineLengthMaximum) throw new RangeError('a line of the answer is too long');
      if (done) break;
    }
    if (rest !== '') yield rest;
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

async function* parsedLines(body: ReadableStream<Uint8Array> | null): AsyncGenerator<unknown> {
  if (body === null) return;
  for await (const line of readLines(body)) yield JSON.parse(line) as unknown;
}

export const makeClient = <T extends Routes>(routes: T, base: string, send: Fetch): Client<T> => {
  const open = async (
    name: string,
    input: LooseInput = {},
    rawBody?: NonNullable<RequestInit['body']>,
  ): Promise<Response> => {
    const route = routes[name];
    if (route === undefined) throw new TypeError(`no route is called ${name}`);
    const url = base + fillPath(route.path, input.params ?? {}) + queryText(input.query);
    const init: RequestInit & { duplex?: 'half' } = { method: route.method };
    if (input.signal !== undefined) init.signal = input.signal;
    if (rawBody !== undefined) {
      init.body = rawBody;
      init.duplex = 'half';
    } else if (route.method !== 'GET') {
      init.headers = { 'content-type': 'application/json' };
      init.body = JSON.stringify(input.body ?? {});
    }
    const response = await send(url, init);
    if (!response.ok) throw await failure(response);
    return response;
  };
  const openLines = async (name: string, input?: LooseInput) => parsedLines((await open(name, input)).body);
  const lines = async function* (name: string, input?: LooseInput) {
    yield* await openLines(name, input);
  };
  const call = (name: string) => async (input?: LooseInput) => (await open(name, input)).json();
  const calls = Object.fromEntries(Object.keys(routes).map((name) => [name, call(name)]));
  // The table gives names and types; the calls above give behaviour. This is the one place where the two are joined.
  return { ...calls, open, openLines, lines } as unknown as Client<T>;
};
