// Applications: what one bundle of Compose files published.
import { z } from 'zod';
import { applicationSpecSchema, publishedPortSchema, updateSchema } from './application-spec.ts';
import { boundPortSchema } from './containers.ts';
import { environmentParams } from './environments.ts';
import { idSchema } from './ids.ts';
import { nameSchema } from './names.ts';
import { problemSchema } from './problems.ts';
import { refSchema } from './tenants.ts';
import { instantSchema } from './time.ts';

export const applicationParams = z.strictObject({ ...environmentParams.shape, application: refSchema });

const fileName = z.string().min(1).max(255);
export const bundleSchema = z.strictObject({
  /** Name → text. Names are clean relative paths. */
  files: z.record(fileName, z.string().max(262_144)),
  /** Files that are no text, for builds, configs and secrets: name → base64. */
  binaries: z.record(fileName, z.base64().max(16 * 1024 * 1024)).optional(),
  /** The Compose files, in the order they are merged. */
  main: z.array(fileName).min(1).max(20),
  /** Files that `${…}` takes values from, later ones over earlier ones. Absent: `.env` beside the first Compose file. */
  envFiles: z.array(fileName).max(20).optional(),
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
  /** Containers that have done what they were there for, such as a migration: ended, and well. */
  finished: z.int(),
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
  containers: z.strictObject({ desired: z.int(), running: z.int(), finished: z.int() }),
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
  /** Of the resolved application, by path: `services.web.image`; and `bundle.envFiles`. */
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
export type RevisionDetail = z.infer<typeof revisionDetailSchema>;

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

export const eventTypes = ['normal', 'warning'] as const;
export const applicationEventSchema = z.strictObject({
  id: idSchema('event'),
  at: instantSchema,
  type: z.enum(eventTypes),
  /** Stable, snake_case: `published`, `container_started`, `container_gone`, `image_pulled`, … */
  reason: z.string(),
  message: z.string(),
  /** Who, or which part of the platform. */
  actor: z.string(),
  service: z.string().optional(),
});
export type ApplicationEvent = z.infer<typeof applicationEventSchema>;
