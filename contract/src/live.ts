// Live updates: what a page should read again, and the progress of running operations as it happens.
import { z } from 'zod';
import { operationSchema } from './applications.ts';
import { environmentParams } from './environments.ts';
import { defineRoute } from './route.ts';

export const liveMessageSchema = z.discriminatedUnion('type', [
  /** Sent first, and every 15 s: the connection lives. */
  z.strictObject({ type: z.literal('alive') }),
  /** Something of this kind changed; `application` narrows it. */
  z.strictObject({
    type: z.literal('changed'),
    what: z.enum(['applications', 'containers', 'hosts', 'events', 'runs']),
    application: z.string().optional(),
  }),
  z.strictObject({ type: z.literal('operation'), operation: operationSchema }),
]);
export type LiveMessage = z.infer<typeof liveMessageSchema>;

export const liveRoutes = {
  followEnvironment: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/live',
    summary: 'Server-sent events of an environment; after a break, read everything again',
    needs: { action: 'read', kind: 'environment.live' },
    params: environmentParams,
    reply: liveMessageSchema,
    transport: 'events',
    errors: ['unauthenticated', 'not_found', 'too_many_requests'],
  }),
};
