// Containers as observed on hosts, and the streams one can open on them.
import { z } from 'zod';
import { environmentParams } from './environments.ts';
import { idSchema } from './ids.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { defineRoute } from './route.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

/** As the engine says, plus `unknown` when the host has not been heard of. */
export const containerStates = [
  'created',
  'running',
  'paused',
  'restarting',
  'exited',
  'dead',
  'removing',
  'unknown',
] as const;
export type ContainerState = (typeof containerStates)[number];
export const healthStates = ['none', 'starting', 'healthy', 'unhealthy'] as const;

export const boundPortSchema = z.strictObject({
  target: z.int(),
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  hostIp: z.string().optional(),
  hostPort: z.int().optional(),
});
export type BoundPort = z.infer<typeof boundPortSchema>;

export const containerSchema = z.strictObject({
  /** The engine's id, 64 hexadecimal digits. */
  id: z.string(),
  name: z.string(),
  application: z.strictObject({ id: idSchema('application'), name: z.string() }),
  service: z.string(),
  slot: z.int(),
  revision: z.int(),
  /** The run it does, of a task or a job: then it is none of the service's own. */
  run: idSchema('run').optional(),
  /** `address`: where published ports that listen everywhere are reached. */
  host: z.strictObject({ id: idSchema('host'), name: z.string(), address: z.string() }),
  image: z.string(),
  state: z.enum(containerStates),
  health: z.enum(healthStates),
  /** Of the last exit, when not running. */
  exitCode: z.int().optional(),
  outOfMemory: z.boolean().optional(),
  ports: z.array(boundPortSchema),
  createdAt: instantSchema,
  /** When this was seen. */
  observedAt: instantSchema,
});
export type Container = z.infer<typeof containerSchema>;

export const logLineSchema = z.strictObject({
  /** ISO 8601 with nanoseconds, as the engine gives it. */
  at: z.string(),
  stream: z.enum(['out', 'err']),
  text: z.string(),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** One sample. CPU as a share of one core; bytes. */
export const figuresSchema = z.strictObject({
  at: instantSchema,
  cpuCores: z.number(),
  memoryBytes: z.number(),
  memoryLimitBytes: z.number(),
  networkReceivedBytes: z.number(),
  networkSentBytes: z.number(),
  blockReadBytes: z.number(),
  blockWrittenBytes: z.number(),
  processes: z.number(),
});
export type Figures = z.infer<typeof figuresSchema>;

export const logQuerySchema = z.object({
  follow: z.enum(['true', 'false']).optional(),
  /** Last lines to begin with. */
  tail: z.coerce.number().int().min(0).max(100_000).optional(),
  /** ISO 8601. */
  since: z.iso.datetime().optional(),
  until: z.iso.datetime().optional(),
  /** Only lines holding this text, upper and lower case alike. */
  search: z.string().max(200).optional(),
});

export const terminalSizeSchema = z.strictObject({ rows: z.int().min(1).max(1000), columns: z.int().min(1).max(1000) });

// A container's name is made of the application's, the service's and a number, and may be longer than other names.
const containerParams = z.strictObject({ ...environmentParams.shape, container: z.string().min(1).max(255) });
const containerPath = '/v1/tenants/:tenant/environments/:environment/containers/:container';

export const containerRoutes = {
  listContainers: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/containers',
    summary: 'Containers of an environment as last observed, by name',
    needs: { action: 'list', kind: 'environment.containers' },
    params: environmentParams,
    query: pageQuerySchema.extend({ application: refSchema.optional(), service: refSchema.optional() }),
    reply: pageOf(containerSchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  readContainer: defineRoute({
    method: 'GET',
    path: containerPath,
    summary: 'One container as last observed; by id or name',
    needs: { action: 'read', kind: 'container' },
    params: containerParams,
    reply: containerSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  readLogs: defineRoute({
    method: 'GET',
    path: `${containerPath}/logs`,
    summary: 'Log lines, oldest first; goes on when followed',
    needs: { action: 'read', kind: 'container.logs' },
    params: containerParams,
    query: logQuerySchema,
    reply: logLineSchema,
    transport: 'lines',
    errors: ['unauthenticated', 'not_found', 'host_unreachable', 'engine_unavailable'],
  }),
  followFigures: defineRoute({
    method: 'GET',
    path: `${containerPath}/figures`,
    summary: 'CPU, memory, network and disk, a sample a second',
    needs: { action: 'read', kind: 'container.figures' },
    params: containerParams,
    reply: figuresSchema,
    transport: 'lines',
    errors: ['unauthenticated', 'not_found', 'host_unreachable', 'engine_unavailable'],
  }),
  readFiles: defineRoute({
    method: 'GET',
    path: `${containerPath}/files`,
    summary: 'A file or folder of the container as a tar archive without links or devices',
    needs: { action: 'read', kind: 'container.files' },
    params: containerParams,
    query: z.object({ path: z.string().min(1).max(4096) }),
    reply: z.unknown(),
    transport: 'bytes',
    errors: ['unauthenticated', 'forbidden', 'not_found', 'host_unreachable'],
  }),
  openShell: defineRoute({
    method: 'POST',
    path: `${containerPath}/shells`,
    summary: 'A ticket for one terminal in the container, good for 30 seconds; connect a WebSocket to `path`',
    needs: { action: 'create', kind: 'container.shell' },
    params: containerParams,
    body: z.strictObject({
      /** Absent: bash when there is one, else sh. */
      command: z.array(z.string().max(10_000)).min(1).max(100).optional(),
      tty: z.boolean().optional(),
      size: terminalSizeSchema.optional(),
    }),
    reply: z.strictObject({ path: z.string(), expiresAt: instantSchema }),
    status: 201,
    errors: ['unauthenticated', 'forbidden', 'not_found', 'wrong_state', 'host_unreachable'],
  }),
};

/** WebSocket path; the ticket works once, from the same account. */
export const shellSocketPath = '/v1/shells/:ticket';

/**
 * Frames on a shell's WebSocket. Binary both ways: terminal bytes (without a terminal, the server puts one byte before:
 * 1 output, 2 errors). Text from the client: `resize` or `end` (no more input). Text from the server: `exit`, then it closes.
 */
export const shellClientMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('resize'), size: terminalSizeSchema }),
  z.strictObject({ type: z.literal('end') }),
]);
export const shellServerMessageSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('exit'), exitCode: z.int().nullable() }),
  z.strictObject({ type: z.literal('error'), code: z.string(), message: z.string() }),
]);
