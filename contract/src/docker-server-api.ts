// What the portal server asks of a Docker Server. Typed verbs only: the body for the engine is built anew from these
// models, never passed through, because the engine's JSON reader takes keys in any case and keeps the last of two.
import { z } from 'zod';
import { buildSchema, networkSpecSchema, volumeSpecSchema } from './application-spec.ts';
import { figuresSchema, logLineSchema, logQuerySchema, terminalSizeSchema } from './containers.ts';
import {
  containerOwnerSchema,
  containerSpecSchema,
  describedContainerSchema,
  engineEventSchema,
  listenerSchema,
  observationSchema,
  ownerSchema,
  pullLineSchema,
} from './engine-objects.ts';
import { hostFactsSchema } from './hosts.ts';
import { defineRoute } from './route.ts';

/** Every changing verb says for which environment it acts, and with which fencing number; a lower one than seen is refused. */
export const fenceHeaders = { environment: 'berth-environment', fence: 'berth-fence' } as const;

/** Labels under this prefix are ours: never taken from a file or an image. */
export const labelPrefix = 'io.berth.';

const containerParams = z.strictObject({ container: z.string().min(1).max(200) });
const execParams = z.strictObject({ exec: z.string().regex(/^[0-9a-f]{64}$/) });
const engineErrors = ['engine_unavailable', 'engine_refused', 'not_found', 'stale_fence'] as const;
const needs = 'docker-server' as const;
const done = z.strictObject({});

export const dockerServerApi = {
  readFacts: defineRoute({
    method: 'GET',
    path: '/v1/facts',
    summary: 'Host and engine',
    needs,
    reply: hostFactsSchema,
    errors: engineErrors,
  }),
  observe: defineRoute({
    method: 'GET',
    path: '/v1/observation',
    summary: 'All containers, networks and volumes',
    needs,
    reply: observationSchema,
    errors: engineErrors,
  }),
  followEvents: defineRoute({
    method: 'GET',
    path: '/v1/events',
    summary: 'Hints of change, for ever',
    needs,
    reply: engineEventSchema,
    transport: 'lines',
  }),
  listListeners: defineRoute({
    method: 'GET',
    path: '/v1/listeners',
    summary: 'Ports programs of the host listen on',
    needs,
    reply: z.strictObject({ items: z.array(listenerSchema) }),
  }),
  findImage: defineRoute({
    method: 'GET',
    path: '/v1/image',
    summary: 'Whether the engine has an image, and what it declares',
    needs,
    query: z.object({ reference: z.string().min(1).max(500) }),
    reply: z.strictObject({
      image: z
        .strictObject({
          id: z.string(),
          digests: z.array(z.string()),
          volumes: z.array(z.string()),
          exposedPorts: z.array(z.string()),
        })
        .nullable(),
    }),
    errors: engineErrors,
  }),
  pullImage: defineRoute({
    method: 'POST',
    path: '/v1/images/pull',
    summary: 'Pull, with progress; the last line is `done` or `failed`',
    needs,
    body: z.strictObject({ reference: z.string().min(1).max(500), platform: z.string().max(100).optional() }),
    reply: pullLineSchema,
    transport: 'lines',
    errors: engineErrors,
  }),
  createNetwork: defineRoute({
    method: 'POST',
    path: '/v1/networks',
    summary: 'Make a network of ours, or find it made',
    needs,
    body: z.strictObject({ name: z.string(), owner: ownerSchema, spec: networkSpecSchema, specHash: z.string() }),
    reply: z.strictObject({ id: z.string() }),
    status: 201,
    errors: [...engineErrors, 'name_taken'],
  }),
  removeNetwork: defineRoute({
    method: 'DELETE',
    path: '/v1/networks/:network',
    summary: 'Remove a network of ours',
    needs,
    params: z.strictObject({ network: z.string() }),
    reply: done,
    errors: engineErrors,
  }),
  createVolume: defineRoute({
    method: 'POST',
    path: '/v1/volumes',
    summary: 'Make a volume of ours, or find it made',
    needs,
    body: z.strictObject({ name: z.string(), owner: ownerSchema, spec: volumeSpecSchema, specHash: z.string() }),
    reply: z.strictObject({ name: z.string() }),
    status: 201,
    errors: [...engineErrors, 'name_taken'],
  }),
  removeVolume: defineRoute({
    method: 'DELETE',
    path: '/v1/volumes/:volume',
    summary: 'Remove a volume of ours',
    needs,
    params: z.strictObject({ volume: z.string() }),
    reply: done,
    errors: engineErrors,
  }),
  createContainer: defineRoute({
    method: 'POST',
    path: '/v1/containers',
    summary:
      'Make a container of ours with its networks, not started; one that exists with the same owner and hash is found',
    needs,
    body: containerSpecSchema,
    reply: z.strictObject({ id: z.string() }),
    status: 201,
    bodyLimit: 4 * 1024 * 1024,
    errors: [...engineErrors, 'image_not_found', 'name_taken', 'no_space'],
  }),
  startContainer: defineRoute({
    method: 'POST',
    path: '/v1/containers/:container/start',
    summary: 'Start; already running is success',
    needs,
    params: containerParams,
    reply: done,
    errors: [...engineErrors, 'port_taken', 'no_space'],
  }),
  stopContainer: defineRoute({
    method: 'POST',
    path: '/v1/containers/:container/stop',
    summary: 'Stop; not running is success',
    needs,
    params: containerParams,
    body: z.strictObject({ graceMs: z.number().min(0).max(3_600_000).optional() }),
    reply: done,
    errors: engineErrors,
  }),
  renameContainer: defineRoute({
    method: 'POST',
    path: '/v1/containers/:container/rename',
    summary: 'Give a container of ours another name; having it already is success',
    needs,
    params: containerParams,
    body: z.strictObject({ name: z.string().min(1).max(255) }),
    reply: done,
    errors: [...engineErrors, 'name_taken'],
  }),
  describeContainers: defineRoute({
    method: 'GET',
    path: '/v1/described-containers',
    summary: 'Containers that are not ours, in the words of a Compose file; for an import',
    needs,
    query: z.object({ ids: z.string().max(20_000).optional() }),
    reply: z.strictObject({ items: z.array(describedContainerSchema) }),
    errors: engineErrors,
  }),
  adopt: defineRoute({
    method: 'POST',
    path: '/v1/adoptions',
    summary:
      'Take objects over as they are: from now on they are observed and changed as ours. Again is success; those of another owner are refused.',
    needs,
    body: z.strictObject({
      containers: z.array(z.strictObject({ id: z.string(), owner: containerOwnerSchema })).max(500),
      networks: z.array(z.strictObject({ name: z.string(), owner: ownerSchema })).max(500),
      volumes: z.array(z.strictObject({ name: z.string(), owner: ownerSchema })).max(500),
    }),
    reply: done,
    bodyLimit: 1024 * 1024,
    errors: [...engineErrors, 'name_taken'],
  }),
  buildImage: defineRoute({
    method: 'POST',
    path: '/v1/images/build',
    summary: 'Build from the files given, with what the build prints; the last line is `done` or `failed`',
    needs,
    body: z.strictObject({
      /** Name of the image; of our own making. */
      reference: z.string().min(1).max(500),
      owner: ownerSchema,
      build: buildSchema,
      /** Path in the context → base64. */
      files: z.record(z.string().max(1000), z.string()),
    }),
    reply: pullLineSchema,
    transport: 'lines',
    bodyLimit: 32 * 1024 * 1024,
    errors: engineErrors,
  }),
  findRemoteImage: defineRoute({
    method: 'GET',
    path: '/v1/remote-image',
    summary: 'Whether the registry has an image and lets this host pull it; nothing is pulled',
    needs,
    query: z.object({ reference: z.string().min(1).max(500) }),
    reply: z.strictObject({
      /** `unknown`: the registry did not answer, or cannot say. */
      state: z.enum(['found', 'not_found', 'denied', 'unknown']),
      digest: z.string().optional(),
      message: z.string().optional(),
    }),
    errors: engineErrors,
  }),
  removeContainer: defineRoute({
    method: 'DELETE',
    path: '/v1/containers/:container',
    summary: 'Remove a container of ours, running or not; gone is success. Anonymous volumes go only when asked.',
    needs,
    params: containerParams,
    body: z.strictObject({ removeAnonymousVolumes: z.boolean().optional() }),
    reply: done,
    errors: engineErrors,
  }),
  readLogs: defineRoute({
    method: 'GET',
    path: '/v1/containers/:container/logs',
    summary: 'Log lines',
    needs,
    params: containerParams,
    query: logQuerySchema,
    reply: logLineSchema,
    transport: 'lines',
    errors: engineErrors,
  }),
  followFigures: defineRoute({
    method: 'GET',
    path: '/v1/containers/:container/figures',
    summary: 'A sample a second',
    needs,
    params: containerParams,
    reply: figuresSchema,
    transport: 'lines',
    errors: engineErrors,
  }),
  createExec: defineRoute({
    method: 'POST',
    path: '/v1/containers/:container/execs',
    summary: 'Prepare a program in a running container',
    needs,
    params: containerParams,
    body: z.strictObject({
      command: z.array(z.string()).min(1).optional(),
      tty: z.boolean(),
      size: terminalSizeSchema.optional(),
    }),
    reply: z.strictObject({ exec: z.string() }),
    status: 201,
    errors: [...engineErrors, 'wrong_state'],
  }),
  /** Request body: input. Answer: output; without a terminal, frames of one byte (1 out, 2 err), four bytes length, bytes. */
  attachExec: defineRoute({
    method: 'POST',
    path: '/v1/execs/:exec/attach',
    summary: 'Run it, bytes both ways',
    needs,
    params: execParams,
    query: z.object({ tty: z.enum(['true', 'false']) }),
    reply: z.unknown(),
    transport: 'duplex',
    errors: engineErrors,
  }),
  resizeExec: defineRoute({
    method: 'POST',
    path: '/v1/execs/:exec/resize',
    summary: 'Set the size of its terminal',
    needs,
    params: execParams,
    body: terminalSizeSchema,
    reply: done,
    errors: engineErrors,
  }),
  readExec: defineRoute({
    method: 'GET',
    path: '/v1/execs/:exec',
    summary: 'Whether it runs, and how it ended',
    needs,
    params: execParams,
    reply: z.strictObject({ running: z.boolean(), exitCode: z.int().nullable() }),
    errors: engineErrors,
  }),
  readFiles: defineRoute({
    method: 'GET',
    path: '/v1/containers/:container/files',
    summary: 'A file or folder as tar, without links and devices',
    needs,
    params: containerParams,
    query: z.object({ path: z.string().min(1).max(4096) }),
    reply: z.unknown(),
    transport: 'bytes',
    errors: [...engineErrors, 'too_large'],
  }),
  writeFiles: defineRoute({
    method: 'PUT',
    path: '/v1/containers/:container/files',
    summary:
      'Unpack a tar (request body) into a folder of a container that does not run; links, devices and odd names are refused',
    needs,
    params: containerParams,
    query: z.object({ path: z.string().min(1).max(4096) }),
    reply: z.strictObject({ files: z.int(), bytes: z.number() }),
    transport: 'bytes',
    bodyLimit: 64 * 1024 * 1024,
    errors: [...engineErrors, 'wrong_state', 'too_large', 'invalid_request'],
  }),
};
export type DockerServerApi = typeof dockerServerApi;
