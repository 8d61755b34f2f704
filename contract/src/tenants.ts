// Tenants, their members, and accounts.
import { z } from 'zod';
import { idSchema } from './ids.ts';
import { nameSchema, titleSchema } from './names.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { platformRoles, tenantRoles } from './roles.ts';
import { defineRoute } from './route.ts';
import { passwordSchema } from './sign-in.ts';
import { instantSchema } from './time.ts';

export const refSchema = z.string().min(1).max(64);
export const tenantParams = z.strictObject({ tenant: refSchema });

export const tenantSchema = z.strictObject({
  id: idSchema('tenant'),
  name: nameSchema,
  title: z.string(),
  createdAt: instantSchema,
});

export const userSchema = z.strictObject({
  id: idSchema('user'),
  name: nameSchema,
  title: z.string(),
  platformRole: z.enum(platformRoles).nullable(),
  createdAt: instantSchema,
});

export const memberSchema = z.strictObject({
  user: z.strictObject({ id: idSchema('user'), name: nameSchema, title: z.string() }),
  role: z.enum(tenantRoles),
});

export const tenantRoutes = {
  listTenants: defineRoute({
    method: 'GET',
    path: '/v1/tenants',
    summary: 'All tenants, by name',
    needs: { action: 'list', kind: 'platform.tenants' },
    query: pageQuerySchema,
    reply: pageOf(tenantSchema),
    errors: ['unauthenticated', 'forbidden'],
  }),
  createTenant: defineRoute({
    method: 'POST',
    path: '/v1/tenants',
    summary: 'Make a tenant',
    needs: { action: 'create', kind: 'platform.tenants' },
    body: z.strictObject({ name: nameSchema, title: titleSchema }),
    reply: tenantSchema,
    status: 201,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'conflict'],
  }),
  readTenant: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant',
    summary: 'One tenant',
    needs: { action: 'read', kind: 'tenant' },
    params: tenantParams,
    reply: tenantSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  listMembers: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/members',
    summary: 'Members of a tenant with their roles, by name',
    needs: { action: 'list', kind: 'tenant.members' },
    params: tenantParams,
    query: pageQuerySchema,
    reply: pageOf(memberSchema),
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  setMember: defineRoute({
    method: 'PUT',
    path: '/v1/tenants/:tenant/members/:user',
    summary: 'Give a person a role in a tenant',
    needs: { action: 'create', kind: 'tenant.members' },
    params: z.strictObject({ tenant: refSchema, user: refSchema }),
    body: z.strictObject({ role: z.enum(tenantRoles) }),
    reply: memberSchema,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'not_found'],
  }),
  removeMember: defineRoute({
    method: 'DELETE',
    path: '/v1/tenants/:tenant/members/:user',
    summary: 'Take a person out of a tenant',
    needs: { action: 'delete', kind: 'tenant.members' },
    params: z.strictObject({ tenant: refSchema, user: refSchema }),
    reply: z.strictObject({}),
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  listUsers: defineRoute({
    method: 'GET',
    path: '/v1/users',
    summary: 'All accounts, by name',
    needs: { action: 'list', kind: 'platform.users' },
    query: pageQuerySchema,
    reply: pageOf(userSchema),
    errors: ['unauthenticated', 'forbidden'],
  }),
  createUser: defineRoute({
    method: 'POST',
    path: '/v1/users',
    summary: 'Make a local account',
    needs: { action: 'create', kind: 'platform.users' },
    body: z.strictObject({ name: nameSchema, title: titleSchema.optional(), password: passwordSchema }),
    reply: userSchema,
    status: 201,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'conflict'],
  }),
};
