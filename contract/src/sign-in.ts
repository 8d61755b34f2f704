// First-run set-up, sessions, and who the caller is.
import { z } from 'zod';
import { idSchema } from './ids.ts';
import { nameSchema, titleSchema } from './names.ts';
import { platformRoles, tenantRoles } from './roles.ts';
import { defineRoute } from './route.ts';
import { instantSchema } from './time.ts';

export const passwordSchema = z.string().min(10, 'must have at least 10 characters').max(200);
const language = z.enum(['en', 'zh']);

export const callerSchema = z.strictObject({
  user: z.strictObject({
    id: idSchema('user'),
    name: nameSchema,
    title: z.string(),
    platformRole: z.enum(platformRoles).nullable(),
  }),
  /** Tenants the caller is a member of. */
  memberships: z.array(
    z.strictObject({
      tenant: z.strictObject({ id: idSchema('tenant'), name: nameSchema, title: z.string() }),
      role: z.enum(tenantRoles),
    }),
  ),
  expiresAt: instantSchema,
});
export type Caller = z.infer<typeof callerSchema>;

const signedInSchema = z.strictObject({
  caller: callerSchema,
  /** Only for `client: 'cli'`: a bearer key. The portal gets a cookie. */
  key: z.string().optional(),
});

export const signInRoutes = {
  readSetup: defineRoute({
    method: 'GET',
    path: '/v1/setup',
    summary: 'Whether the first account still has to be made',
    needs: 'anyone',
    reply: z.strictObject({ needed: z.boolean() }),
  }),
  completeSetup: defineRoute({
    method: 'POST',
    path: '/v1/setup',
    summary: 'Make the first account (platform administrator) with the one-time code the server printed; signs in',
    needs: 'anyone',
    body: z.strictObject({
      code: z.string().min(1).max(100),
      name: nameSchema,
      password: passwordSchema,
      /** Title of the first tenant. */
      tenantTitle: titleSchema.optional(),
      language: language.optional(),
    }),
    reply: signedInSchema,
    status: 201,
    errors: ['invalid_request', 'forbidden', 'wrong_state', 'too_many_requests'],
  }),
  signIn: defineRoute({
    method: 'POST',
    path: '/v1/sessions',
    summary: 'Sign in with a local account',
    needs: 'anyone',
    body: z.strictObject({
      name: z.string().min(1).max(100),
      password: z.string().min(1).max(200),
      client: z.enum(['portal', 'cli']),
    }),
    reply: signedInSchema,
    status: 201,
    errors: ['invalid_request', 'unauthenticated', 'too_many_requests'],
  }),
  readCaller: defineRoute({
    method: 'GET',
    path: '/v1/session',
    summary: 'Who the caller is, and in which tenants with which role',
    needs: 'session',
    reply: callerSchema,
    errors: ['unauthenticated'],
  }),
  signOut: defineRoute({
    method: 'DELETE',
    path: '/v1/session',
    summary: 'End the caller’s session',
    needs: 'session',
    reply: z.strictObject({}),
    errors: ['unauthenticated'],
  }),
};
