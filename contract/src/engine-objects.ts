// Engine objects as they cross between portal server and Docker Server: what is to be made, and what was observed.
import { z } from 'zod';
import { mountSchema, serviceSpecSchema } from './application-spec.ts';
import { boundPortSchema, healthStates } from './containers.ts';
import { instantSchema } from './time.ts';

/** Whose an engine object is. Kept as labels, so that a lost row can be found again. */
export const ownerSchema = z.strictObject({
  environment: z.string(),
  application: z.string(),
  applicationName: z.string(),
  /** Key in the Compose file: service, network or volume. */
  key: z.string(),
});
export type Owner = z.infer<typeof ownerSchema>;

export const containerOwnerSchema = ownerSchema.extend({
  slot: z.int().min(0),
  revision: z.int(),
  /** Hash of everything a container cannot change while it lives. Equal: the container is already right. */
  specHash: z.string(),
  /** Id of the run it does. Such a container is a task's, and stands for no slot of the service. */
  run: z.string().optional(),
});
export type ContainerOwner = z.infer<typeof containerOwnerSchema>;

/** A service's container with every name resolved to the engine's. */
export const containerSpecSchema = z.strictObject({
  name: z.string(),
  owner: containerOwnerSchema,
  service: serviceSpecSchema.omit({
    mounts: true,
    networks: true,
    networkMode: true,
    replicas: true,
    dependsOn: true,
    links: true,
    pullPolicy: true,
    volumesFrom: true,
    build: true,
    update: true,
    files: true,
  }),
  /** Volumes by engine name. */
  mounts: z.array(mountSchema),
  /** The first is attached at create, the others before start. Empty with a `networkMode`. */
  networks: z.array(
    z.strictObject({
      name: z.string(),
      aliases: z.array(z.string()),
      ipv4: z.string().optional(),
      ipv6: z.string().optional(),
      macAddress: z.string().optional(),
    }),
  ),
  /** `none`, `host`, `bridge`, or `container:<id>`. */
  networkMode: z.string().optional(),
  /** Configs and secrets: kept on the host as files of this container, mounted read-only, gone with it. */
  files: z
    .array(
      z.strictObject({
        target: z.string(),
        /** Base64. */
        content: z.string(),
        uid: z.int(),
        gid: z.int(),
        mode: z.int(),
      }),
    )
    .optional(),
});
export type ContainerSpec = z.infer<typeof containerSpecSchema>;

export const observedContainerSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  /** Absent: not ours. Nothing but its name, image, ports and the networks of ours it is on is told of a foreign one. */
  owner: containerOwnerSchema.optional(),
  /** Ours by adoption: the engine does not know it by our labels, the Docker Server remembers. */
  adopted: z.boolean().optional(),
  image: z.string(),
  imageId: z.string(),
  state: z.enum(['created', 'running', 'paused', 'restarting', 'exited', 'dead', 'removing']),
  health: z.enum(healthStates),
  ports: z.array(boundPortSchema),
  /** Engine names. */
  networks: z.array(z.string()),
  createdAt: instantSchema,
  startedAt: instantSchema.optional(),
  /** Of the last exit, for containers of ours that do not run. */
  exit: z
    .strictObject({
      code: z.int(),
      at: instantSchema,
      outOfMemory: z.boolean(),
      /** The engine's own word on a failed start. */
      error: z.string(),
      /** The exit came with a stop or restart of the engine, not from the program or a person. */
      byEngine: z.boolean(),
    })
    .optional(),
  restarts: z.int(),
});
export type ObservedContainer = z.infer<typeof observedContainerSchema>;

export const observedNetworkSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  driver: z.string(),
  owner: ownerSchema.optional(),
  specHash: z.string().optional(),
  createdAt: instantSchema,
});
export type ObservedNetwork = z.infer<typeof observedNetworkSchema>;
export const observedVolumeSchema = z.strictObject({
  name: z.string(),
  driver: z.string(),
  owner: ownerSchema.optional(),
  specHash: z.string().optional(),
});
export type ObservedVolume = z.infer<typeof observedVolumeSchema>;

/** Complete or an error: an object that is not in it does not exist. */
export const observationSchema = z.strictObject({
  observedAt: instantSchema,
  containers: z.array(observedContainerSchema),
  networks: z.array(observedNetworkSchema),
  volumes: z.array(observedVolumeSchema),
});
export type Observation = z.infer<typeof observationSchema>;

/** A hint that something changed; the truth is in the next observation. */
export const engineEventSchema = z.discriminatedUnion('type', [
  /** First, and every 15 s. `engineUp` false: the engine does not answer. */
  z.strictObject({ type: z.literal('alive'), engineUp: z.boolean(), message: z.string().optional() }),
  z.strictObject({
    type: z.literal('event'),
    object: z.enum(['container', 'network', 'volume', 'image']),
    action: z.string(),
    id: z.string(),
    /** Application id of our objects. */
    application: z.string().optional(),
    service: z.string().optional(),
    exitCode: z.int().optional(),
    at: instantSchema,
  }),
]);
export type EngineEvent = z.infer<typeof engineEventSchema>;

export const pullLineSchema = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('progress'),
    layersDone: z.int(),
    layersTotal: z.int(),
    bytes: z.number(),
    bytesTotal: z.number(),
  }),
  /** A line the build printed. */
  z.strictObject({ type: z.literal('output'), text: z.string() }),
  z.strictObject({ type: z.literal('done'), imageId: z.string(), digest: z.string().nullable() }),
  z.strictObject({
    type: z.literal('failed'),
    code: z.enum(['image_not_found', 'image_denied', 'no_space', 'engine_refused', 'engine_unavailable']),
    message: z.string(),
  }),
]);
export type PullLine = z.infer<typeof pullLineSchema>;

export const listenerSchema = z.strictObject({
  protocol: z.enum(['tcp', 'udp']),
  address: z.string(),
  port: z.int(),
  /** Name of the program, as far as it can be seen. */
  program: z.string().optional(),
});
export type Listener = z.infer<typeof listenerSchema>;

/** A container that is not ours, as far as an import has to know it. Nothing secret is left out: it is for who may import. */
export const describedContainerSchema = z.strictObject({
  id: z.string(),
  name: z.string(),
  image: z.string(),
  imageId: z.string(),
  state: observedContainerSchema.shape.state,
  createdAt: instantSchema,
  /** As its file would say it; what comes from the image is left out. Volumes and networks by engine name. */
  service: serviceSpecSchema,
  /** From labels of Docker Compose. */
  project: z.string().optional(),
  projectService: z.string().optional(),
  projectNumber: z.int().optional(),
});
export type DescribedContainer = z.infer<typeof describedContainerSchema>;
