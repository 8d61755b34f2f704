// A route, said once: the server's binding, the typed client, the OpenAPI document and the authorization sweep all come from it.
import { z } from 'zod';
import type { ErrorCode } from './errors.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

/** What a caller must hold: nothing, a session, a Docker Server's key, a hook's signature, or leave for an action on a kind. */
export type Needs =
  | 'anyone'
  | 'session'
  | 'docker-server'
  | 'signature'
  | { readonly action: string; readonly kind: string };

/**
 * How the answer travels. `json`: one document. `lines`: newline-delimited JSON, one `reply` a line, until done.
 * `events`: server-sent events, one `reply` an event. `bytes`: raw bytes. `duplex`: bytes both ways (HTTP/2 only).
 */
export type Transport = 'json' | 'lines' | 'events' | 'bytes' | 'duplex';

export interface Route<
  Params extends z.ZodType = z.ZodType,
  Query extends z.ZodType = z.ZodType,
  Body extends z.ZodType = z.ZodType,
  Reply extends z.ZodType = z.ZodType,
> {
  readonly method: Method;
  /** With `:name` parameters. */
  readonly path: string;
  readonly summary: string;
  readonly needs: Needs;
  readonly params: Params;
  readonly query: Query;
  readonly body: Body;
  readonly reply: Reply;
  readonly transport: Transport;
  /** Status of a good answer. */
  readonly status: 200 | 201 | 202;
  readonly errors: readonly ErrorCode[];
  /** Largest body in bytes. */
  readonly bodyLimit: number;
}

export type Routes = Readonly<Record<string, Route>>;

export const nothing = z.strictObject({});
const kibibyte = 1024;

type Given<P, Q, B, R> = {
  method: Method;
  path: string;
  summary: string;
  needs: Needs;
  params?: P;
  query?: Q;
  body?: B;
  reply: R;
  transport?: Transport;
  status?: 200 | 201 | 202;
  errors?: readonly ErrorCode[];
  bodyLimit?: number;
};

/** Fills in what most routes share: no parameters, JSON, 200, 64 KiB. */
export const defineRoute = <
  R extends z.ZodType,
  P extends z.ZodType = typeof nothing,
  Q extends z.ZodType = typeof nothing,
  B extends z.ZodType = typeof nothing,
>(
  given: Given<P, Q, B, R>,
): Route<P, Q, B, R> => ({
  transport: 'json',
  status: 200,
  errors: [],
  bodyLimit: 64 * kibibyte,
  ...given,
  // A schema left out is `nothing`, which is what its type parameter defaults to.
  params: (given.params ?? nothing) as P,
  query: (given.query ?? nothing) as Q,
  body: (given.body ?? nothing) as B,
});

export type Parsed<T extends Route> = {
  params: z.output<T['params']>;
  query: z.output<T['query']>;
  body: z.output<T['body']>;
};
export type ReplyOf<T extends Route> = z.output<T['reply']>;

/** Fills `:name` places of a path; values are percent-encoded. */
export const fillPath = (path: string, params: Readonly<Record<string, string>>): string =>
  path.replace(/:([a-zA-Z]+)/g, (_, name: string) => {
    const value = params[name];
    if (value === undefined || value === '') throw new TypeError(`the path ${path} needs ${name}`);
    return encodeURIComponent(value);
  });
