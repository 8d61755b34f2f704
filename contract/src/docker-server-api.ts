// What the portal server asks of a Docker Server. Typed verbs only: the body for the engine is built anew from these
// models, never passed through, because the engine's JSON reader takes keys in any case and keeps the last of two.
import { z } from 'zod';
import { serviceSpecSchema, networkSpecSchema, volumeSpecSchema, mountSchema } from './application-spec.ts';
import {
  boundPortSchema,
  figuresSchema,
  healthStates,
  logLineSchema,
  logQuerySchema,
  terminalSizeSchema,
} from './containers.ts';
import { hostFactsSchema } from './hosts.ts';
import { defineRoute } from './route.ts';
import { instantSchema } from './time.ts';

/** Every changing verb says for which environment it acts, and with which fencing number; a lower one than seen is refused. */
export const fenceHeaders = { environment: 'berth-environment', fence: 'berth-fence' } as const;

/** Labels under this prefix are ours: never taken from a file or an image. */
export const labelPrefix = 'io.berth.';

/** Whose an engine object is. Kept as labels, so that a lost row can be found again. */
export const ownerSchema = z.strictObject({
  environment: z.string(),
  application: z.string(),
  applicationName: z.string(),
  /** Key in the Compose file: service, network or volume. */
  key: z.string(),
});
export type Owner = z.infer<typeof ownerSchema>;

export const containerOwnerSchema = ownerSchema.extend({
  slot: z.int().min(0),
  revision: z.int(),
  /** Hash of everything a container cannot change while it lives. Equal: the container is already right. */
  specHash: z.string(),
});
export type ContainerOwner = z.infer<typeof containerOwnerSchema>;

/** A service's container with every name resolved to the engine's. */
export const containerSpecSchema = z.strictObject({
  name: z.string(),
  owner: containerOwnerSchema,
  service: serviceSpecSchema.omit({
    mounts: true,
    networks: true,
    networkMode: true,
    replicas: true,
    dependsOn: true,
    links: true,
    pullPolicy: true,
    volumesFrom: true,
  }),
  /** Volumes by engine name. */
  mounts: z.array(mountSchema),
  /** The first is attached at create, the others before start. Empty with a `networkMode`. */
  networks: z.array(
    z.strictObject({
      name: z.string(),
      aliases: z.array(z.string()),
      ipv4: z.string().optional(),
      ipv6: z.string().optional(),
      macAddress: z.string().optional(),
    }),
  ),
  /** `none`, `host`, `bridge`, or `container:<id>`. */
  networkMode: z.string().optional(),
  /** Containers (by id) whose mounts this one shares. */
  volumesFrom: z.array(z.strictObject({ container: z.string(), readOnly: z.boolean() })).optional(),
});
export type ContainerSpec = z.infer<typeof containerSpecSchema>;

export const observedContainerSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Absent: not ours. Nothing but its name, image and ports is told of a foreign one. */
  owner: containerOwnerSchema.optional(),
  image: z.string(),
  imageId: z.string(),
  state: z.enum(['created', 'running', 'paused', 'restarting', 'exited', 'dead', 'removing']),
  health: z.enum(healthStates),
  ports: z.array(boundPortSchema),
  /** Engine names. */
  networks: z.array(z.string()),
  createdAt: instantSchema,
  startedAt: instantSchema.optional(),
  /** Of the last exit, for containers of ours that do not run. */
  exit: z
    .strictObject({
      code: z.int(),
      at: instantSchema,
      outOfMemory: z.boolean(),
      /** The engine's own word on a failed start. */
      error: z.string(),
      /** The exit came with a stop or restart of the engine, not from the program or a person. */
      byEngine: z.boolean(),
    })
    .optional(),
  restarts: z.int(),
});
export type ObservedContainer = z.infer<typeof observedContainerSchema>;

export const observedNetworkSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  driver: z.string(),
  owner: ownerSchema.optional(),
  specHash: z.string().optional(),
  createdAt: instantSchema,
});
export type ObservedNetwork = z.infer<typeof observedNetworkSchema>;
export const observedVolumeSchema = z.strictObject({
  name: z.string(),
  driver: z.string(),
  owner: ownerSchema.optional(),
  specHash: z.string().optional(),
});
export type ObservedVolume = z.infer<typeof observedVolumeSchema>;

/** Complete or an error: an object that is not in it does not exist. */
export const observationSchema = z.strictObject({
  observedAt: instantSchema,
  containers: z.array(observedContainerSchema),
  networks: z.array(observedNetworkSchema),
  volumes: z.array(observedVolumeSchema),
});
export type Observation = z.infer<typeof observationSchema>;

/** A hint that something changed; the truth is in the next observation. */
export const engineEventSchema = z.discriminatedUnion('type', [
  /** First, and every 15 s. `engineUp` false: the engine does not answer. */
  z.strictObject({ type: z.literal('alive'), engineUp: z.boolean(), message: z.string().optional() }),
  z.strictObject({
    type: z.literal('event'),
    object: z.enum(['container', 'network', 'volume', 'image']),
    action: z.string(),
    id: z.string(),
    /** Application id of our objects. */
    application: z.string().optional(),
    service: z.string().optional(),
    exitCode: z.int().optional(),
    at: instantSchema,
  }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;

export const pullLineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('progress'),
    layersDone: z.int(),
    layersTotal: z.int(),
    bytes: z.number(),
    bytesTotal: z.number(),
  }),
  z.strictObject({ type: z.literal('done'), imageId: z.string(), digest: z.string().nullable() }),
  z.strictObject({
    type: z.literal('failed'),
    code: z.enum(['image_not_found', 'no_space', 'engine_refused', 'engine_unavailable']),
    message: z.string(),
  }),
]);
export type PullLine = z.infer<typeof pullLineSchema>;

export const listenerSchema = z.strictObject({
  protocol: z.enum(['tcp', 'udp']),
  address: z.string(),
  port: z.int(),
  /** Name of the program, as far as it can be seen. */
  program: z.string().optional(),
});
export type Listener = z.infer<typeof listenerSchema>;

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
    bodyLimit: 1024 * 1024,
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
