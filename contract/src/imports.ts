// Imports: containers that run on a host already become an application, without a restart.
import { z } from 'zod';
import { applicationSummarySchema, bundleSchema, operationSchema } from './applications.ts';
import { environmentParams } from './environments.ts';
import { nameSchema } from './names.ts';
import { problemSchema } from './problems.ts';
import { defineRoute } from './route.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

const foreignContainerSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  state: z.string(),
  createdAt: instantSchema,
  host: z.string(),
  /** From labels of Docker Compose. */
  project: z.string().optional(),
  service: z.string().optional(),
});
export type ForeignContainer = z.infer<typeof foreignContainerSchema>;

export const importSchema = z.strictObject({
  name: nameSchema,
  /** Name or id; the environment's only one when absent. */
  host: refSchema.optional(),
  /** Containers by id, all of one host. */
  containers: z.array(z.string().min(1).max(100)).min(1).max(200),
  /** The files they came from. Absent: a file is written from what runs. */
  bundle: bundleSchema.optional(),
  variables: z.record(z.string().max(200), z.string().max(32_768)).optional(),
  profiles: z.array(z.string().max(100)).max(50).optional(),
});
export type Import = z.infer<typeof importSchema>;

export const importPreviewSchema = z.strictObject({
  problems: z.array(problemSchema),
  /** The files given, or the one written from what runs. */
  bundle: bundleSchema,
  variables: z.record(z.string(), z.string()),
  matches: z.array(
    z.strictObject({
      container: z.string(),
      name: z.string(),
      service: z.string(),
      slot: z.int(),
      /** Where what runs is not what the files say. It runs on as it is until its service changes, or it is made anew. */
      differences: z.array(z.strictObject({ path: z.string(), runs: z.string(), file: z.string() })),
    }),
  ),
});
export type ImportPreview = z.infer<typeof importPreviewSchema>;

const importsPath = '/v1/tenants/:tenant/environments/:environment/imports';
const errors = ['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'host_unreachable'] as const;

export const importRoutes = {
  listForeignContainers: defineRoute({
    method: 'GET',
    path: `${importsPath}/containers`,
    summary: 'Containers on the hosts of an environment that are not Berth’s, by project and name',
    needs: { action: 'list', kind: 'environment.imports' },
    params: environmentParams,
    query: z.object({ host: refSchema.optional() }),
    reply: z.strictObject({ items: z.array(foreignContainerSchema) }),
    errors,
  }),
  previewImport: defineRoute({
    method: 'POST',
    path: `${importsPath}/preview`,
    summary: 'What an import would make of these containers; nothing is touched',
    needs: { action: 'create', kind: 'environment.imports' },
    params: environmentParams,
    body: importSchema,
    reply: importPreviewSchema,
    bodyLimit: 32 * 1024 * 1024,
    errors,
  }),
  importApplication: defineRoute({
    method: 'POST',
    path: importsPath,
    summary: 'Take containers over as an application, running as they are',
    needs: { action: 'create', kind: 'environment.imports' },
    params: environmentParams,
    body: importSchema,
    reply: z.strictObject({ application: applicationSummarySchema, operation: operationSchema }),
    status: 202,
    bodyLimit: 32 * 1024 * 1024,
    errors: [...errors, 'conflict', 'invalid_compose', 'policy_violation', 'impossible_plan'],
  }),
};
