// Hooks: addresses at which another system may upgrade or scale one application, with a signature and within limits.
import { z } from 'zod';
import { applicationParams, operationSchema } from './applications.ts';
import { idSchema } from './ids.ts';
import { nameSchema } from './names.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { defineRoute } from './route.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

/** `t=<seconds since 1970>,v1=<hex>`: HMAC-SHA256 with the hook's secret over `<t>.<body>`; five minutes valid. */
export const hookSignatureHeader = 'berth-signature';
/** Chosen by the sender; the same again gives the same answer and does nothing. */
export const hookDeliveryHeader = 'berth-delivery';

const upgradeSpecSchema = z.strictObject({
  kind: z.literal('upgrade'),
  /** Variables the caller may set; others are refused. Without any, the same files are published again and images looked for anew. */
  variables: z.array(z.string().max(200)).max(50),
});
const scaleSpecSchema = z.strictObject({
  kind: z.literal('scale'),
  service: z.string().min(1).max(100),
  min: z.int().min(0).max(200),
  max: z.int().min(1).max(200),
});

export const hookSpecSchema = z.strictObject({
  name: nameSchema,
  does: z.discriminatedUnion('kind', [upgradeSpecSchema, scaleSpecSchema]),
  /** After a call that did something, the next is refused for so long. */
  coolDownMs: z
    .int()
    .min(0)
    .max(24 * 3_600_000),
  expiresAt: instantSchema.nullable(),
  enabled: z.boolean(),
});
export type HookSpec = z.infer<typeof hookSpecSchema>;

export const hookSchema = hookSpecSchema.extend({
  id: idSchema('hook'),
  /** A hook may never do more than this person now. */
  createdBy: z.string(),
  createdAt: instantSchema,
  lastCallAt: instantSchema.nullable(),
  /** Of the last call: `accepted`, `nothing_to_do`, or an error code. */
  lastOutcome: z.string().nullable(),
});
export type Hook = z.infer<typeof hookSchema>;

const applicationPath = '/v1/tenants/:tenant/environments/:environment/applications/:application';
const hookParams = z.strictObject({ ...applicationParams.shape, hook: refSchema });
const readErrors = ['unauthenticated', 'not_found'] as const;
const changeErrors = ['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'conflict'] as const;
/** The secret is shown this once. */
const withSecretSchema = z.strictObject({ hook: hookSchema, secret: z.string() });

export const hookRoutes = {
  listHooks: defineRoute({
    method: 'GET',
    path: `${applicationPath}/hooks`,
    summary: 'Hooks of an application, by name',
    needs: { action: 'list', kind: 'application.hooks' },
    params: applicationParams,
    query: pageQuerySchema,
    reply: pageOf(hookSchema),
    errors: readErrors,
  }),
  createHook: defineRoute({
    method: 'POST',
    path: `${applicationPath}/hooks`,
    summary: 'Make a hook; its secret is in this answer and nowhere else',
    needs: { action: 'create', kind: 'application.hooks' },
    params: applicationParams,
    body: hookSpecSchema,
    reply: withSecretSchema,
    status: 201,
    errors: changeErrors,
  }),
  setHook: defineRoute({
    method: 'PUT',
    path: `${applicationPath}/hooks/:hook`,
    summary: 'Change a hook; its address and secret stay',
    needs: { action: 'modify', kind: 'application.hooks' },
    params: hookParams,
    body: hookSpecSchema,
    reply: hookSchema,
    errors: changeErrors,
  }),
  renewHookSecret: defineRoute({
    method: 'POST',
    path: `${applicationPath}/hooks/:hook/secret`,
    summary: 'Give a hook another secret; the former one is void at once',
    needs: { action: 'modify', kind: 'application.hooks' },
    params: hookParams,
    reply: withSecretSchema,
    errors: changeErrors,
  }),
  removeHook: defineRoute({
    method: 'DELETE',
    path: `${applicationPath}/hooks/:hook`,
    summary: 'Remove a hook',
    needs: { action: 'delete', kind: 'application.hooks' },
    params: hookParams,
    reply: z.strictObject({}),
    errors: changeErrors,
  }),
  callHook: defineRoute({
    method: 'POST',
    path: '/v1/hooks/:hook',
    summary: 'Call a hook: upgrade or scale, as it was made for; the operation can be followed from the answer',
    needs: 'signature',
    params: z.strictObject({ hook: refSchema }),
    body: z.strictObject({
      variables: z.record(z.string().max(200), z.string().max(32_768)).optional(),
      /** Containers of the service, or by how many more or fewer. Kept within the hook's limits. */
      replicas: z.int().min(0).max(200).optional(),
      change: z.int().min(-200).max(200).optional(),
    }),
    /** null: nothing to do. */
    reply: z.strictObject({ operation: operationSchema.nullable(), message: z.string() }),
    status: 202,
    errors: [
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'not_found',
      'wrong_state',
      'too_many_requests',
      'invalid_compose',
      'policy_violation',
      'impossible_plan',
      'needs_confirmation',
    ],
  }),
};
