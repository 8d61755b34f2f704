// Binds a route table to handlers: authenticate → parse → handle → reply, and every error mapped in one place.
// The portal server and the Docker Server both use it.
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { Http2ServerResponse } from 'node:http2';
import { Readable } from 'node:stream';
import type { z } from 'zod';
import { errorCodes } from '@berth/contract/errors.ts';
import type { ErrorReply, Problem } from '@berth/contract/problems.ts';
import type { Parsed, ReplyOf, Route, Routes } from '@berth/contract/route.ts';
import type { Log } from './log.ts';
import { asPlatformError, PlatformError } from './platform-error.ts';
import { parseStrictJson } from './strict-json.ts';

export interface Call<T extends Route, C> extends Parsed<T> {
  readonly context: C;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  /** Fires when the caller is gone. */
  readonly signal: AbortSignal;
  /** The body as it came, on routes that need a `signature`: what is signed is the text, not what it says. */
  readonly bodyText: string;
}

/** A body of raw bytes to send, or for `PUT`s of bytes the JSON that answers them. */
export interface Bytes {
  readonly stream: Readable;
  readonly headers?: Readonly<Record<string, string>>;
}

type Outcome<T extends Route> = T['transport'] extends 'json'
  ? ReplyOf<T>
  : 'json' extends T['transport']
    ? ReplyOf<T> | AsyncIterable<ReplyOf<T>> | Bytes | 'handled'
    : AsyncIterable<ReplyOf<T>> | Bytes | ReplyOf<T> | 'handled';

export type Handlers<R extends Routes, C> = {
  readonly [K in keyof R]: (call: Call<R[K], C>) => Promise<Outcome<R[K]>>;
};

export interface Binding<C> {
  /** Throws `unauthenticated`; gives what the handlers get as `context`. */
  readonly authenticate: (request: FastifyRequest, route: Route) => Promise<C>;
  readonly log: Log;
}

export const bindRoutes = <R extends Routes, C>(
  app: FastifyInstance,
  routes: R,
  handlers: Handlers<R, C>,
  binding: Binding<C>,
): void => {
  for (const [name, route] of Object.entries(routes)) {
    const handle = handlers[name];
    if (handle === undefined) throw new TypeError(`the route ${name} has no handler`);
    bindRoute(app, name, route, handle as (call: Call<Route, C>) => Promise<unknown>, binding);
  }
};

// Of requests to routes that need a signature; for others the text would only be held twice.
const bodyTexts = new WeakMap<FastifyRequest, string>();

/** JSON bodies only, read strictly; unknown addresses and every thrown thing answered in the one error form. */
export const prepareServer = (app: FastifyInstance, log: Log): void => {
  app.removeAllContentTypeParsers();
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, body, done) => {
    if (bodyTexts.has(request)) bodyTexts.set(request, body.toString());
    try {
      done(null, body === '' ? {} : parseStrictJson(body.toString()));
    } catch (thrown) {
      done(asPlatformError(thrown), undefined);
    }
  });
  // Raw bytes: the handler of a `bytes` or `duplex` route reads them itself.
  app.addContentTypeParser(['application/x-tar', 'application/octet-stream'], (_request, _payload, done) =>
    done(null, undefined),
  );
  app.setErrorHandler((thrown, request, reply) => sendError(thrown, request, reply, log));
  app.setNotFoundHandler((request, reply) =>
    sendError(new PlatformError('not_found', 'There is nothing at this address'), request, reply, log),
  );
};

const bindRoute = <C>(
  app: FastifyInstance,
  name: string,
  route: Route,
  handle: (call: Call<Route, C>) => Promise<unknown>,
  binding: Binding<C>,
): void => {
  const contexts = new WeakMap<FastifyRequest, C>();
  app.route({
    method: route.method,
    url: route.path,
    bodyLimit: route.bodyLimit,
    // Before the body is read: a stranger cannot make us parse anything.
    onRequest: async (request) => {
      contexts.set(request, await binding.authenticate(request, route));
      // The parser of raw bytes is there for the few routes that take them; to the others they would look like no body.
      if (!isRaw(route) && !isJsonOrNothing(request))
        throw new PlatformError('unsupported_media_type', 'The body must be application/json');
      if (route.needs === 'signature') bodyTexts.set(request, '');
    },
    handler: async (request, reply) => {
      const context = contexts.get(request) as C;
      const parsed = parseRequest(route, request);
      const gone = new AbortController();
      const leave = () => gone.abort(new PlatformError('unavailable', 'The caller went away'));
      // They may have left while they were let in, and a `close` that is past is told to nobody.
      if (reply.raw.closed) leave();
      else reply.raw.once('close', leave);
      const outcome = await handle({
        ...parsed,
        context,
        request,
        reply,
        signal: gone.signal,
        bodyText: bodyTexts.get(request) ?? '',
      });
      if (outcome === 'handled') return reply;
      if (isBytes(outcome)) {
        breakOffWith(outcome.stream, reply);
        return reply
          .status(route.status)
          .headers({ 'content-type': 'application/octet-stream', ...outcome.headers })
          .send(outcome.stream);
      }
      if (isAsyncIterable(outcome))
        return sendStream(route, outcome, reply, gone.signal, binding.log.with({ route: name }));
      return reply.status(route.status).type('application/json').send(JSON.stringify(outcome));
    },
  });
};

const isRaw = ({ transport }: Route): boolean => transport === 'bytes' || transport === 'duplex';
const isJsonOrNothing = (request: FastifyRequest): boolean => {
  const type = request.headers['content-type'];
  return type === undefined || /^application\/json\s*(;|$)/i.test(type);
};

const isAsyncIterable = (value: unknown): value is AsyncIterable<unknown> =>
  typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
const isBytes = (value: unknown): value is Bytes =>
  typeof value === 'object' && value !== null && 'stream' in value && value.stream instanceof Readable;

const parseRequest = (route: Route, request: FastifyRequest): Parsed<Route> => {
  const problems: Problem[] = [];
  const part = (place: string, schema: z.ZodType, value: unknown): unknown => {
    const result = schema.safeParse(value ?? {});
    if (result.success) return result.data;
    for (const issue of result.error.issues.slice(0, 20)) {
      const path = [place, ...issue.path.map(String)].join('.');
      problems.push({ severity: 'error', code: 'invalid_request', message: `${path}: ${issue.message}`, path });
    }
    return undefined;
  };
  const raw = isRaw(route);
  const parsed = {
    params: part('path', route.params, request.params),
    query: part('query', route.query, request.query),
    body: raw ? undefined : part('body', route.body, route.method === 'GET' ? {} : request.body),
  };
  if (problems.length > 0)
    throw new PlatformError(
      'invalid_request',
      problems[0]?.message ?? 'The request is not in the form the route asks for',
      { problems },
    );
  return parsed as Parsed<Route>;
};

// A stream that fails in the middle must not look whole. Fastify destroys the answer without an error, which over HTTP/2
// reaches the other side as a good end; so we are there first, with one.
const breakOffWith = (body: Readable, reply: FastifyReply): void => {
  const raw: unknown = reply.raw;
  if (raw instanceof Http2ServerResponse)
    body.once('error', (thrown) => {
      if (raw.headersSent) raw.stream.destroy(thrown);
    });
};

const sendStream = async (
  route: Route,
  items: AsyncIterable<unknown>,
  reply: FastifyReply,
  signal: AbortSignal,
  log: Log,
): Promise<FastifyReply> => {
  const events = route.transport === 'events';
  const text = async function* () {
    for await (const item of items) {
      if (signal.aborted) return;
      yield events ? `data: ${JSON.stringify(item)}\n\n` : `${JSON.stringify(item)}\n`;
    }
  };
  const body = Readable.from(text(), { objectMode: false, highWaterMark: 64 * 1024 });
  body.once('error', (thrown) => log.warn('stream broke off', { why: thrown.message }));
  breakOffWith(body, reply);
  void reply
    .status(route.status)
    .headers({
      'content-type': events ? 'text/event-stream' : 'application/x-ndjson',
      'cache-control': 'no-store',
      'x-accel-buffering': 'no',
    })
    .send(body);
  // A log that is followed may be silent for hours; that the call was accepted must be seen at once.
  reply.raw.flushHeaders();
  return reply;
};

const sendError = (thrown: unknown, request: FastifyRequest, reply: FastifyReply, log: Log): FastifyReply => {
  const error = fromFramework(thrown);
  if (error.code === 'bug')
    log.error(
      'request failed',
      { requestId: request.id, method: request.method, route: request.routeOptions.url },
      error,
    );
  else
    log.debug('request refused', { requestId: request.id, code: error.code, message: error.message, ...error.detail });
  const body: ErrorReply = {
    error: {
      code: error.code,
      message: error.message,
      ...(error.problems.length > 0 ? { problems: [...error.problems] } : {}),
      requestId: request.id,
    },
  };
  const retryAfter = error.detail['retryAfterSeconds'];
  if (typeof retryAfter === 'number') void reply.header('retry-after', String(Math.ceil(retryAfter)));
  return reply.status(errorCodes[error.code].status).type('application/json').send(JSON.stringify(body));
};

// Fastify's own refusals (too large, wrong type, bad JSON) come as errors with a status.
const fromFramework = (thrown: unknown): PlatformError => {
  if (thrown instanceof PlatformError) return thrown;
  const status =
    typeof thrown === 'object' && thrown !== null && 'statusCode' in thrown ? thrown.statusCode : undefined;
  if (status === 413) return new PlatformError('too_large', 'The request is larger than this route takes', {}, thrown);
  if (status === 415)
    return new PlatformError('unsupported_media_type', 'The body must be application/json', {}, thrown);
  if (typeof status === 'number' && status >= 400 && status < 500)
    return new PlatformError(
      'invalid_request',
      thrown instanceof Error ? thrown.message : 'The request is malformed',
      {},
      thrown,
    );
  return asPlatformError(thrown);
};
