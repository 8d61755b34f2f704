// Hosts of an environment, and how a Docker Server joins.
import { z } from 'zod';
import { environmentParams } from './environments.ts';
import { idSchema } from './ids.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { defineRoute } from './route.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

/** What a Docker Server says of its host and engine. Bytes and counts. */
export const hostFactsSchema = z.strictObject({
  hostname: z.string().max(255),
  /** Address under which published ports are reached; what the host calls itself. */
  address: z.string().max(255),
  engineId: z.string().max(200),
  engineVersion: z.string().max(100),
  apiVersion: z.string().max(20),
  storageDriver: z.string().max(50),
  cgroupVersion: z.string().max(10),
  kernel: z.string().max(200),
  operatingSystem: z.string().max(200),
  architecture: z.string().max(50),
  cpus: z.number(),
  memoryBytes: z.number(),
  liveRestore: z.boolean(),
  dockerServerVersion: z.string().max(50),
});
export type HostFacts = z.infer<typeof hostFactsSchema>;

export const hostStates = ['joining', 'active', 'unreachable', 'engine_down'] as const;
export type HostState = (typeof hostStates)[number];

export const hostSchema = z.strictObject({
  id: idSchema('host'),
  name: z.string(),
  state: z.enum(hostStates),
  /** A sentence on why the host is not active. */
  reason: z.string().optional(),
  /** Since when the state holds. */
  since: instantSchema,
  /** When its containers were last listed in full. */
  observedAt: instantSchema.nullable(),
  facts: hostFactsSchema.nullable(),
  containers: z.strictObject({ running: z.int(), total: z.int(), foreign: z.int() }),
});
export type Host = z.infer<typeof hostSchema>;

const hostParams = z.strictObject({ ...environmentParams.shape, host: refSchema });

export const hostRoutes = {
  listHosts: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/hosts',
    summary: 'Hosts of an environment, by name',
    needs: { action: 'list', kind: 'environment.hosts' },
    params: environmentParams,
    query: pageQuerySchema,
    reply: pageOf(hostSchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  readHost: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/hosts/:host',
    summary: 'One host',
    needs: { action: 'read', kind: 'host' },
    params: hostParams,
    reply: hostSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  createJoinToken: defineRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/environments/:environment/join-tokens',
    summary: 'A single-use token with which one Docker Server may join this environment within an hour',
    needs: { action: 'create', kind: 'environment.hosts' },
    params: environmentParams,
    reply: z.strictObject({ token: z.string(), expiresAt: instantSchema }),
    status: 201,
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  joinHost: defineRoute({
    method: 'POST',
    path: '/v1/docker-servers',
    summary: 'A Docker Server joins: spends its token and leaves its public key',
    needs: 'anyone',
    body: z.strictObject({
      token: z.string().max(200),
      /** Ed25519, SPKI, base64. */
      publicKey: z.string().max(200),
      facts: hostFactsSchema,
    }),
    reply: z.strictObject({ host: idSchema('host'), name: z.string() }),
    status: 201,
    errors: ['invalid_request', 'unauthenticated', 'conflict', 'wrong_state', 'too_many_requests'],
  }),
  challengeDockerServer: defineRoute({
    method: 'POST',
    path: '/v1/docker-servers/:host/challenge',
    summary: 'A number to sign, good for one connection within 30 seconds',
    needs: 'anyone',
    params: z.strictObject({ host: refSchema }),
    reply: z.strictObject({ challenge: z.string() }),
    status: 201,
    errors: ['too_many_requests'],
  }),
};

/** `GET` with `Upgrade: berth-docker-server`; headers below; after 101 the socket carries HTTP/2 with the roles turned. */
export const connectPath = '/v1/docker-servers/:host/connect';
export const connectProtocol = 'berth-docker-server';
export const connectHeaders = { challenge: 'berth-challenge', signature: 'berth-signature' } as const;
/** What is signed: purpose, host, challenge. */
export const connectMessage = (host: string, challenge: string): string =>
  `berth docker-server connect\n${host}\n${challenge}`;
