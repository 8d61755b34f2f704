// Zones, environments, and what an environment allows.
import { z } from 'zod';
import { idSchema } from './ids.ts';
import { nameSchema, titleSchema } from './names.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { defineRoute } from './route.ts';
import { refSchema, tenantParams } from './tenants.ts';
import { instantSchema } from './time.ts';

export const environmentParams = z.strictObject({ tenant: refSchema, environment: refSchema });

export const policyProfiles = ['privileged', 'baseline', 'restricted'] as const;
export type PolicyProfile = (typeof policyProfiles)[number];

/** What the platform team allows in an environment. */
export const environmentSettingsSchema = z.strictObject({
  policyProfile: z.enum(policyProfiles),
  /** Folders of the host that may be mounted, with all below them. Absolute, clean. */
  bindRoots: z.array(z.string().regex(/^\/[^\0]*$/)).max(50),
});
export type EnvironmentSettings = z.infer<typeof environmentSettingsSchema>;

export const environmentSchema = z.strictObject({
  id: idSchema('environment'),
  name: nameSchema,
  title: z.string(),
  kind: z.enum(['standalone']),
  zone: z.strictObject({ id: idSchema('zone'), name: nameSchema }),
  hosts: z.strictObject({ total: z.int(), connected: z.int() }),
  applications: z.int(),
  createdAt: instantSchema,
});
export type Environment = z.infer<typeof environmentSchema>;

export const zoneSchema = z.strictObject({
  id: idSchema('zone'),
  name: nameSchema,
  title: z.string(),
  createdAt: instantSchema,
});

export const environmentRoutes = {
  listZones: defineRoute({
    method: 'GET',
    path: '/v1/zones',
    summary: 'All zones, by name',
    needs: { action: 'list', kind: 'platform.zones' },
    query: pageQuerySchema,
    reply: pageOf(zoneSchema),
    errors: ['unauthenticated', 'forbidden'],
  }),
  createZone: defineRoute({
    method: 'POST',
    path: '/v1/zones',
    summary: 'Make a zone',
    needs: { action: 'create', kind: 'platform.zones' },
    body: z.strictObject({ name: nameSchema, title: titleSchema }),
    reply: zoneSchema,
    status: 201,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'conflict'],
  }),
  listEnvironments: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments',
    summary: 'Environments of a tenant, by name',
    needs: { action: 'list', kind: 'tenant.environments' },
    params: tenantParams,
    query: pageQuerySchema,
    reply: pageOf(environmentSchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  createEnvironment: defineRoute({
    method: 'POST',
    path: '/v1/tenants/:tenant/environments',
    summary: 'Make an environment in a zone',
    needs: { action: 'create', kind: 'tenant.environments' },
    params: tenantParams,
    body: z.strictObject({ name: nameSchema, title: titleSchema, zone: refSchema, kind: z.enum(['standalone']) }),
    reply: environmentSchema,
    status: 201,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'conflict'],
  }),
  readEnvironment: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment',
    summary: 'One environment',
    needs: { action: 'read', kind: 'environment' },
    params: environmentParams,
    reply: environmentSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  readEnvironmentSettings: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/settings',
    summary: 'Policy profile and granted folders of an environment',
    needs: { action: 'read', kind: 'environment.settings' },
    params: environmentParams,
    reply: environmentSettingsSchema,
    errors: ['unauthenticated', 'forbidden', 'not_found'],
  }),
  setEnvironmentSettings: defineRoute({
    method: 'PUT',
    path: '/v1/tenants/:tenant/environments/:environment/settings',
    summary: 'Set policy profile and granted folders',
    needs: { action: 'modify', kind: 'environment.settings' },
    params: environmentParams,
    body: environmentSettingsSchema,
    reply: environmentSettingsSchema,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'not_found'],
  }),
};
