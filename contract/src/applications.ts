// Applications: what one bundle of Compose files published.
import { z } from 'zod';
import { applicationSpecSchema, publishedPortSchema } from './application-spec.ts';
import { boundPortSchema } from './containers.ts';
import { environmentParams } from './environments.ts';
import { idSchema } from './ids.ts';
import { nameSchema } from './names.ts';
import { pageOf, pageQuerySchema } from './pages.ts';
import { problemSchema } from './problems.ts';
import { defineRoute } from './route.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

export const applicationParams = z.strictObject({ ...environmentParams.shape, application: refSchema });
const applicationsPath = '/v1/tenants/:tenant/environments/:environment/applications';
const applicationPath = `${applicationsPath}/:application`;

const fileName = z.string().min(1).max(255);
export const bundleSchema = z.strictObject({
  /** Name → text. Names are clean relative paths. */
  files: z.record(fileName, z.string().max(262_144)),
  /** The Compose files, in the order they are merged. */
  main: z.array(fileName).min(1).max(20),
});

export const publicationSchema = z.strictObject({
  name: nameSchema,
  bundle: bundleSchema,
  /** Values for `${…}`; literal, never expanded again. */
  variables: z
    .record(
      z
        .string()
        .regex(/^[A-Za-z_][A-Za-z0-9_]*$/)
        .max(200),
      z.string().max(32_768),
    )
    .optional(),
  profiles: z.array(z.string().max(100)).max(50).optional(),
  note: z.string().max(500).optional(),
});
export type Publication = z.infer<typeof publicationSchema>;

/** What the application should be; what it is, is in the conditions. */
export const desiredStates = ['running', 'stopped', 'removed'] as const;
export type DesiredState = (typeof desiredStates)[number];

export const conditionTypes = ['Progressing', 'Available', 'Degraded', 'Blocked'] as const;
export const conditionSchema = z.strictObject({
  type: z.enum(conditionTypes),
  /** Stable, snake_case: `image_not_found`, `port_taken`, `exits_at_once`, `host_unreachable`, … */
  reason: z.string(),
  /** A sentence for the person who runs it. */
  message: z.string(),
  since: instantSchema,
  service: z.string().optional(),
  /** Last log lines of the container that failed. */
  logLines: z.array(z.string()).optional(),
  /** What would unblock it. */
  remedy: z.string().optional(),
});
export type Condition = z.infer<typeof conditionSchema>;

/** One word for a list: derived from desired state and conditions. */
export const applicationPhases = [
  'progressing',
  'running',
  'degraded',
  'blocked',
  'stopped',
  'removing',
  'unknown',
] as const;
export type ApplicationPhase = (typeof applicationPhases)[number];

/** True, or the reason (a sentence) why the caller cannot do it now. */
const ability = z.union([z.literal(true), z.string()]);

const endpointSchema = boundPortSchema.extend({ address: z.string() });

export const serviceSchema = z.strictObject({
  name: z.string(),
  image: z.string(),
  desired: z.int(),
  running: z.int(),
  healthy: z.int(),
  ports: z.array(publishedPortSchema),
  /** Where it answers: one for each port of each running container. */
  endpoints: z.array(endpointSchema),
});
export type Service = z.infer<typeof serviceSchema>;

export const applicationSummarySchema = z.strictObject({
  id: idSchema('application'),
  name: nameSchema,
  phase: z.enum(applicationPhases),
  desiredState: z.enum(desiredStates),
  revision: z.int(),
  containers: z.strictObject({ desired: z.int(), running: z.int() }),
  /** Where it answers, over all services. */
  endpoints: z.array(endpointSchema),
  conditions: z.array(conditionSchema),
  createdAt: instantSchema,
  updatedAt: instantSchema,
  actions: z.strictObject({
    publish: ability,
    start: ability,
    stop: ability,
    scale: ability,
    remove: ability,
    shell: ability,
  }),
});
export type ApplicationSummary = z.infer<typeof applicationSummarySchema>;

export const applicationSchema = applicationSummarySchema.extend({
  services: z.array(serviceSchema),
  /** The unfinished or else the latest operation. */
  operation: z.lazy(() => operationSchema).nullable(),
});
export type Application = z.infer<typeof applicationSchema>;

export const revisionSchema = z.strictObject({
  id: idSchema('revision'),
  number: z.int(),
  author: z.string(),
  note: z.string(),
  createdAt: instantSchema,
});
export const revisionDetailSchema = revisionSchema.extend({
  bundle: bundleSchema,
  variables: z.record(z.string(), z.string()),
  profiles: z.array(z.string()),
  spec: applicationSpecSchema,
});

/** One step of a plan, for people: what, to which, why. */
export const planStepSchema = z.strictObject({
  id: z.string(),
  action: z.enum([
    'pull_image',
    'create_network',
    'create_volume',
    'create_container',
    'start_container',
    'stop_container',
    'remove_container',
    'remove_network',
    'remove_volume',
  ]),
  /** Image, network, volume or container name. */
  target: z.string(),
  service: z.string().optional(),
  host: z.string(),
  because: z.string(),
});
export type PlanStep = z.infer<typeof planStepSchema>;

export const previewSchema = z.strictObject({
  /** Empty of errors: publishing would be accepted. */
  problems: z.array(problemSchema),
  steps: z.array(planStepSchema),
  /** Containers that stay as they are. */
  unchanged: z.int(),
  services: z.array(
    z.strictObject({
      name: z.string(),
      image: z.string(),
      replicas: z.int(),
      change: z.enum(['added', 'changed', 'unchanged', 'removed']),
    }),
  ),
});
export type Preview = z.infer<typeof previewSchema>;

export const operationKinds = ['publish', 'start', 'stop', 'scale', 'remove'] as const;
export const operationStates = ['running', 'succeeded', 'failed', 'superseded'] as const;

export const stepStates = ['waiting', 'running', 'done', 'failed'] as const;
export const progressStepSchema = planStepSchema.extend({
  state: z.enum(stepStates),
  /** Of a pull: bytes so far and in all, as far as known, over all layers. */
  pull: z
    .strictObject({ layersDone: z.int(), layersTotal: z.int(), bytes: z.number(), bytesTotal: z.number() })
    .optional(),
  error: z.string().optional(),
});

export const operationSchema = z.strictObject({
  id: idSchema('operation'),
  kind: z.enum(operationKinds),
  state: z.enum(operationStates),
  application: z.strictObject({ id: idSchema('application'), name: z.string() }),
  requestedBy: z.string(),
  createdAt: instantSchema,
  deadlineAt: instantSchema,
  finishedAt: instantSchema.nullable(),
  /** Code and sentence of the outcome, or of what it waits for. */
  reason: z.string().nullable(),
  message: z.string().nullable(),
  progress: z.array(progressStepSchema),
});
export type Operation = z.infer<typeof operationSchema>;

export const applicationEventSchema = z.strictObject({
  id: idSchema('event'),
  at: instantSchema,
  type: z.enum(['normal', 'warning']),
  /** Stable, snake_case: `published`, `container_started`, `container_gone`, `image_pulled`, … */
  reason: z.string(),
  message: z.string(),
  /** Who, or which part of the platform. */
  actor: z.string(),
  service: z.string().optional(),
});
export type ApplicationEvent = z.infer<typeof applicationEventSchema>;

const acceptedSchema = z.strictObject({ application: applicationSummarySchema, operation: operationSchema });
const changeErrors = ['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'wrong_state'] as const;
const bundleBytesMaximum = 4 * 1024 * 1024;

export const applicationRoutes = {
  listApplications: defineRoute({
    method: 'GET',
    path: applicationsPath,
    summary: 'Applications of an environment, by name',
    needs: { action: 'list', kind: 'environment.applications' },
    params: environmentParams,
    query: pageQuerySchema,
    reply: pageOf(applicationSummarySchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  previewApplication: defineRoute({
    method: 'POST',
    path: `${applicationsPath}/preview`,
    summary: 'A dry run: what publishing this would do, and every reason against it; nothing is touched',
    needs: { action: 'create', kind: 'environment.applications' },
    params: environmentParams,
    body: publicationSchema,
    reply: previewSchema,
    bodyLimit: bundleBytesMaximum,
    errors: ['invalid_request', 'unauthenticated', 'forbidden', 'not_found', 'too_large'],
  }),
  publishApplication: defineRoute({
    method: 'POST',
    path: applicationsPath,
    summary: 'Publish: make the application, or its next revision, and have it run',
    needs: { action: 'create', kind: 'environment.applications' },
    params: environmentParams,
    body: publicationSchema,
    reply: acceptedSchema,
    status: 202,
    bodyLimit: bundleBytesMaximum,
    errors: [
      'invalid_request',
      'unauthenticated',
      'forbidden',
      'not_found',
      'wrong_state',
      'too_large',
      'invalid_compose',
      'policy_violation',
      'impossible_plan',
    ],
  }),
  readApplication: defineRoute({
    method: 'GET',
    path: applicationPath,
    summary: 'One application with its services',
    needs: { action: 'read', kind: 'application' },
    params: applicationParams,
    reply: applicationSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  startApplication: defineRoute({
    method: 'POST',
    path: `${applicationPath}/start`,
    summary: 'Have a stopped application run again',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    reply: acceptedSchema,
    status: 202,
    errors: changeErrors,
  }),
  stopApplication: defineRoute({
    method: 'POST',
    path: `${applicationPath}/stop`,
    summary: 'Stop all containers and keep them, their volumes and networks',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    reply: acceptedSchema,
    status: 202,
    errors: changeErrors,
  }),
  scaleApplication: defineRoute({
    method: 'POST',
    path: `${applicationPath}/scale`,
    summary: 'Set how many containers services have',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    body: z.strictObject({ services: z.record(z.string().max(100), z.int().min(0).max(200)) }),
    reply: acceptedSchema,
    status: 202,
    errors: [...changeErrors, 'policy_violation', 'impossible_plan'],
  }),
  removeApplication: defineRoute({
    method: 'DELETE',
    path: applicationPath,
    summary: 'Remove containers and networks, and volumes when asked; works in every state',
    needs: { action: 'delete', kind: 'application' },
    params: applicationParams,
    body: z.strictObject({ removeVolumes: z.boolean().optional() }),
    reply: acceptedSchema,
    status: 202,
    errors: changeErrors,
  }),
  listRevisions: defineRoute({
    method: 'GET',
    path: `${applicationPath}/revisions`,
    summary: 'Revisions, newest first',
    needs: { action: 'list', kind: 'application.revisions' },
    params: applicationParams,
    query: pageQuerySchema,
    reply: pageOf(revisionSchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  readRevision: defineRoute({
    method: 'GET',
    path: `${applicationPath}/revisions/:number`,
    summary: 'One revision with its files, variables and resolved spec',
    needs: { action: 'read', kind: 'application.revisions' },
    params: z.strictObject({ ...applicationParams.shape, number: z.coerce.number().int().min(1) }),
    reply: revisionDetailSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  listApplicationEvents: defineRoute({
    method: 'GET',
    path: `${applicationPath}/events`,
    summary: 'What happened, newest first',
    needs: { action: 'list', kind: 'application.events' },
    params: applicationParams,
    query: pageQuerySchema,
    reply: pageOf(applicationEventSchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  listOperations: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/operations',
    summary: 'Operations, newest first',
    needs: { action: 'list', kind: 'environment.operations' },
    params: environmentParams,
    query: pageQuerySchema.extend({ application: refSchema.optional() }),
    reply: pageOf(operationSchema),
    errors: ['unauthenticated', 'not_found'],
  }),
  readOperation: defineRoute({
    method: 'GET',
    path: '/v1/tenants/:tenant/environments/:environment/operations/:operation',
    summary: 'One operation with its progress',
    needs: { action: 'read', kind: 'operation' },
    params: z.strictObject({ ...environmentParams.shape, operation: refSchema }),
    reply: operationSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
};
