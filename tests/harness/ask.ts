// One raw request for a route of the table, by whoever: for tests of what the typed client would never send.
import { publicApi, type PublicApi } from '@berth/contract/public-api.ts';
import { fillPath, type Route } from '@berth/contract/route.ts';

export type RouteName = keyof PublicApi;
export const routeNames = Object.keys(publicApi) as RouteName[];
export const routeOf = (name: RouteName): Route => publicApi[name];

export interface Question {
  readonly key?: string | undefined;
  readonly cookie?: string | undefined;
  readonly params?: Readonly<Record<string, string>>;
  readonly query?: Readonly<Record<string, string>> | undefined;
  readonly body?: unknown;
  /** Sent as it is, in place of `body`. */
  readonly text?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  /** Of a refusal. */
  readonly code: string | undefined;
  readonly message: string | undefined;
  readonly headers: Headers;
  readonly json: unknown;
}

const answerLimitMs = 15_000;

export const ask = async (url: string, name: RouteName, question: Question = {}): Promise<Answer> => {
  const route = routeOf(name);
  const search = new URLSearchParams(question.query).toString();
  const path = fillPath(route.path, question.params ?? {}) + (search === '' ? '' : `?${search}`);
  const text = question.text ?? (route.method === 'GET' ? undefined : JSON.stringify(question.body ?? {}));
  return askPath(url, route.method, path, { ...question, text }, route.transport !== 'json');
};

/** `endless`: only the head of a good answer is waited for. */
export const askPath = async (
  url: string,
  method: string,
  path: string,
  { key, cookie, text, headers }: Question = {},
  endless = false,
): Promise<Answer> => {
  const gone = new AbortController();
  const response = await fetch(url + path, {
    method,
    signal: AbortSignal.any([gone.signal, AbortSignal.timeout(answerLimitMs)]),
    redirect: 'manual',
    headers: {
      ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      ...(cookie === undefined ? {} : { cookie }),
      ...(text === undefined ? {} : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(text === undefined ? {} : { body: text }),
  });
  if (endless && response.ok) {
    gone.abort();
    return { status: response.status, code: undefined, message: undefined, headers: response.headers, json: undefined };
  }
  const answer = await response.text();
  const json: unknown = answer === '' ? undefined : JSON.parse(answer);
  const error = (json as { error?: { code: string; message: string } } | undefined)?.error;
  return { status: response.status, code: error?.code, message: error?.message, headers: response.headers, json };
};

/** The names after colons in a route's path. */
export const parametersOf = (name: RouteName): string[] =>
  [...routeOf(name).path.matchAll(/:([a-zA-Z]+)/g)].map((match) => match[1] ?? '');
