// Applications: what one bundle of Compose files published.
import { z } from 'zod';
import { applicationSpecSchema, publishedPortSchema, updateSchema } from './application-spec.ts';
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
  /** Files that are no text, for builds, configs and secrets: name → base64. */
  binaries: z.record(fileName, z.base64().max(16 * 1024 * 1024)).optional(),
  /** The Compose files, in the order they are merged. */
  main: z.array(fileName).min(1).max(20),
});

/** What the publisher sets over the file's own `deploy.update_config`. */
export const upgradeSettingsSchema = z.strictObject({
  all: updateSchema.optional(),
  services: z.record(z.string().max(100), updateSchema).optional(),
});
export type UpgradeSettings = z.infer<typeof upgradeSettingsSchema>;

export const publicationSchema = z.strictObject({
  name: nameSchema,
  bundle: bundleSchema,
  upgrade: upgradeSettingsSchema.optional(),
  /** The publisher has seen what the dry run lists under `losses`; without it, losses are refused. */
  acceptLosses: z.boolean().optional(),
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

/**
 * `rolling`: services are being replaced. `held`: it failed, and nothing more is replaced until somebody decides.
 * `rolling_back`, `rolled_back`: it failed, and the former revision comes, or is, back. `done`: all replaced, and the way
 * back is kept until it is accepted.
 */
export const upgradeStates = ['rolling', 'held', 'rolling_back', 'rolled_back', 'done'] as const;
export const upgradeSchema = z.strictObject({
  state: z.enum(upgradeStates),
  /** Revisions: where from, where to. */
  from: z.int(),
  to: z.int(),
  /** Code and sentence of what made it stop or turn back. */
  reason: z.string().optional(),
  message: z.string().optional(),
  services: z.array(
    z.strictObject({
      name: z.string(),
      /** Containers in all, already of the new revision, and of these: good. */
      total: z.int(),
      moved: z.int(),
      ready: z.int(),
    }),
  ),
});
export type Upgrade = z.infer<typeof upgradeSchema>;

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
    restart: ability,
    rollback: ability,
    accept: ability,
    abort: ability,
    resume: ability,
    run: ability,
    export: ability,
    remove: ability,
    shell: ability,
  }),
});
export type ApplicationSummary = z.infer<typeof applicationSummarySchema>;

export const applicationSchema = applicationSummarySchema.extend({
  services: z.array(serviceSchema),
  /** Until it is accepted. */
  upgrade: upgradeSchema.nullable(),
  /** For the picture of it: who needs whom, who meets where, who keeps data where. */
  topology: z.strictObject({
    services: z.array(
      z.strictObject({
        name: z.string(),
        needs: z.array(z.string()),
        networks: z.array(z.string()),
        volumes: z.array(z.strictObject({ name: z.string(), target: z.string(), readOnly: z.boolean() })),
      }),
    ),
    networks: z.array(z.strictObject({ name: z.string(), engineName: z.string(), external: z.boolean() })),
    volumes: z.array(z.strictObject({ name: z.string(), engineName: z.string(), external: z.boolean() })),
  }),
  /** The unfinished or else the latest operation. */
  operation: z.lazy(() => operationSchema).nullable(),
});
export type Application = z.infer<typeof applicationSchema>;

export const revisionSchema = z.strictObject({
  id: idSchema('revision'),
  number: z.int(),
  author: z.string(),
  note: z.string(),
  /** It is what the application should be now. */
  isCurrent: z.boolean(),
  createdAt: instantSchema,
});
export type Revision = z.infer<typeof revisionSchema>;

/** Instead of the bytes of a secret, in everything people read. */
export const hiddenText = '••••••';

/** Two revisions side by side. Absent: there was, or is, none. */
export const revisionDiffSchema = z.strictObject({
  from: revisionSchema,
  to: revisionSchema,
  files: z.array(z.strictObject({ name: z.string(), before: z.string().optional(), after: z.string().optional() })),
  variables: z.array(z.strictObject({ name: z.string(), before: z.string().optional(), after: z.string().optional() })),
  /** Of the resolved application, by path: `services.web.image`. */
  resolved: z.array(
    z.strictObject({ path: z.string(), before: z.unknown().optional(), after: z.unknown().optional() }),
  ),
});
export type RevisionDiff = z.infer<typeof revisionDiffSchema>;

export const revisionDetailSchema = revisionSchema.extend({
  bundle: bundleSchema,
  variables: z.record(z.string(), z.string()),
  profiles: z.array(z.string()),
  /** Bytes of secrets are hidden, here and in `bundle`. */
  spec: applicationSpecSchema,
  /** Image reference → what it stood for when this revision first ran. */
  images: z.record(z.string(), z.strictObject({ id: z.string(), digest: z.string().optional() })),
});

/** One step of a plan, for people: what, to which, why. */
export const planStepSchema = z.strictObject({
  id: z.string(),
  action: z.enum([
    'pull_image',
    'build_image',
    'create_network',
    'create_volume',
    'create_container',
    'start_container',
    'stop_container',
    'rename_container',
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

/** What an upgrade would take away, for a person to confirm before it is taken. */
export const lossSchema = z.strictObject({
  kind: z.enum(['service_removed', 'service_renamed', 'volume_left_behind', 'volume_differs', 'network_replaced']),
  /** Service, volume or network. */
  name: z.string(),
  message: z.string(),
});
export type Loss = z.infer<typeof lossSchema>;

/** How the containers of a service would be replaced. */
export const upgradePlanSchema = z.strictObject({
  order: z.enum(['stop-first', 'start-first']),
  /** Why it is not start-first although that was asked for, or cannot be. */
  because: z.string().optional(),
  batch: z.int(),
  batches: z.int(),
  intervalMs: z.number(),
  deadlineMs: z.number(),
  /** What a container must be before the next batch: healthy, or just running for a while. */
  gate: z.enum(['healthy', 'running']),
  onFailure: z.enum(['hold', 'rollback', 'continue']),
  /** Requests can fail meanwhile: all containers of the service are down at once. */
  downtime: z.boolean(),
});
export type UpgradePlan = z.infer<typeof upgradePlanSchema>;

export const previewSchema = z.strictObject({
  /** Empty of errors: publishing would be accepted. */
  problems: z.array(problemSchema),
  losses: z.array(lossSchema),
  steps: z.array(planStepSchema),
  /** Containers that stay as they are. */
  unchanged: z.int(),
  services: z.array(
    z.strictObject({
      name: z.string(),
      image: z.string(),
      replicas: z.int(),
      change: z.enum(['added', 'changed', 'unchanged', 'removed']),
      /** Of a changed service. */
      upgrade: upgradePlanSchema.optional(),
    }),
  ),
});
export type Preview = z.infer<typeof previewSchema>;

export const operationKinds = [
  'publish',
  'start',
  'stop',
  'scale',
  'restart',
  'rollback',
  'abort',
  'resume',
  'accept',
  'import',
  'remove',
] as const;
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
const bundleBytesMaximum = 32 * 1024 * 1024;
const revisionParams = z.strictObject({ ...applicationParams.shape, number: z.coerce.number().int().min(1) });

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
      'needs_confirmation',
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
    params: revisionParams,
    reply: revisionDetailSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  diffRevisions: defineRoute({
    method: 'GET',
    path: `${applicationPath}/revisions/:number/diff`,
    summary: 'What a revision changes against another: files, variables, and the resolved application',
    needs: { action: 'read', kind: 'application.revisions' },
    params: revisionParams,
    query: z.object({ against: z.coerce.number().int().min(1) }),
    reply: revisionDiffSchema,
    errors: ['unauthenticated', 'not_found'],
  }),
  previewRollback: defineRoute({
    method: 'POST',
    path: `${applicationPath}/revisions/:number/preview`,
    summary: 'A dry run of going to this revision; nothing is touched',
    needs: { action: 'modify', kind: 'application' },
    params: revisionParams,
    reply: previewSchema,
    errors: [...changeErrors],
  }),
  rollBackApplication: defineRoute({
    method: 'POST',
    path: `${applicationPath}/revisions/:number/roll-back`,
    summary: 'Make this kept revision the one that runs; an unfinished upgrade is left where it is',
    needs: { action: 'modify', kind: 'application' },
    params: revisionParams,
    body: z.strictObject({ upgrade: upgradeSettingsSchema.optional(), acceptLosses: z.boolean().optional() }),
    reply: acceptedSchema,
    status: 202,
    errors: [...changeErrors, 'policy_violation', 'impossible_plan', 'needs_confirmation'],
  }),
  acceptUpgrade: defineRoute({
    method: 'POST',
    path: `${applicationPath}/accept`,
    summary: 'Take the upgrade as it is: what is left is replaced without waiting, and nothing turns back by itself',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    reply: acceptedSchema,
    status: 202,
    errors: changeErrors,
  }),
  abortUpgrade: defineRoute({
    method: 'POST',
    path: `${applicationPath}/abort`,
    summary: 'Give the upgrade up: the revision before it comes back',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    reply: acceptedSchema,
    status: 202,
    errors: [...changeErrors, 'policy_violation', 'impossible_plan'],
  }),
  resumeUpgrade: defineRoute({
    method: 'POST',
    path: `${applicationPath}/resume`,
    summary: 'Go on with an upgrade that is held, from where it stands',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    reply: acceptedSchema,
    status: 202,
    errors: changeErrors,
  }),
  restartApplication: defineRoute({
    method: 'POST',
    path: `${applicationPath}/restart`,
    summary: 'Stop and start the containers of some or all services, in the batches of an upgrade',
    needs: { action: 'modify', kind: 'application' },
    params: applicationParams,
    body: z.strictObject({ services: z.array(z.string().max(100)).max(200).optional() }),
    reply: acceptedSchema,
    status: 202,
    errors: changeErrors,
  }),
  exportApplication: defineRoute({
    method: 'GET',
    path: `${applicationPath}/export`,
    summary: 'Files that publish to just this application, secrets too: those it came from, or one resolved file',
    needs: { action: 'read', kind: 'application.export' },
    params: applicationParams,
    query: z.object({
      form: z.enum(['files', 'resolved']).optional(),
      revision: z.coerce.number().int().min(1).optional(),
    }),
    reply: z.strictObject({
      name: nameSchema,
      revision: z.int(),
      bundle: bundleSchema,
      variables: z.record(z.string(), z.string()),
      profiles: z.array(z.string()),
    }),
    errors: ['unauthenticated', 'forbidden', 'not_found'],
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
