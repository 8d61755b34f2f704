// The platform about itself.
import { z } from 'zod';
import { defineRoute } from './route.ts';
import { instantSchema } from './time.ts';

export const systemRoutes = {
  readHealth: defineRoute({
    method: 'GET',
    path: '/v1/health',
    summary: 'Whether this portal server is ready',
    needs: 'anyone',
    reply: z.strictObject({ ready: z.boolean(), version: z.string() }),
    errors: ['unavailable'],
  }),
  listLoops: defineRoute({
    method: 'GET',
    path: '/v1/system/loops',
    summary: 'Every loop of this server: when it last ran, how long it took, what went wrong',
    needs: { action: 'read', kind: 'platform.loops' },
    reply: z.strictObject({
      items: z.array(
        z.strictObject({
          name: z.string(),
          key: z.string(),
          runs: z.int(),
          failures: z.int(),
          lastRunAt: instantSchema.nullable(),
          lastTookMs: z.number().nullable(),
          lastSteps: z.int(),
          lastError: z.string().nullable(),
        }),
      ),
    }),
    errors: ['unauthenticated', 'forbidden'],
  }),
};
