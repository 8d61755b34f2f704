// What an application is, once its Compose files are read: every short form made long, every variable filled in,
// every unit one unit. The compose library makes it, the policy judges it, planners read it, revisions keep it.
// Units: bytes, milliseconds, whole CPUs as nano-CPUs (1 CPU = 1e9), as the Docker Engine API counts them.
import { z } from 'zod';

const text = z.string();
const textMap = z.record(z.string(), z.string());
const port = z.int().min(1).max(65535);

export const publishedPortSchema = z.strictObject({
  /** Port inside the container. */
  target: port,
  protocol: z.enum(['tcp', 'udp', 'sctp']),
  /** Host port or range to choose from; absent: the engine picks one. `from === to` for a single port. */
  published: z.strictObject({ from: port, to: port }).optional(),
  /** Address of the host to listen on; absent: all. */
  hostIp: text.optional(),
});
export type PublishedPort = z.infer<typeof publishedPortSchema>;

export const mountSchema = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('volume'),
    /** Key in `volumes` of the application; absent: an anonymous volume of this container's slot. */
    volume: text.optional(),
    target: text,
    readOnly: z.boolean(),
    noCopy: z.boolean().optional(),
    subpath: text.optional(),
  }),
  z.strictObject({
    kind: z.literal('bind'),
    /** Absolute path on the host, cleaned (no `..`). Paths relative to the project start with `./`. */
    source: text,
    target: text,
    readOnly: z.boolean(),
    propagation: text.optional(),
    createHostPath: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('tmpfs'),
    target: text,
    sizeBytes: z.int().optional(),
    mode: z.int().optional(),
    options: text.optional(),
  }),
]);
export type Mount = z.infer<typeof mountSchema>;

export const healthcheckSchema = z.strictObject({
  /** As the engine takes it: `['CMD', …]`, `['CMD-SHELL', line]` or `['NONE']`; absent: the image's own test. */
  test: z.array(text).optional(),
  intervalMs: z.number().optional(),
  timeoutMs: z.number().optional(),
  startPeriodMs: z.number().optional(),
  retries: z.int().optional(),
});

export const dependencySchema = z.strictObject({
  condition: z.enum(['service_started', 'service_healthy', 'service_completed_successfully']),
  required: z.boolean(),
  restart: z.boolean(),
});

/** How the containers of a service are replaced by those of another revision. All of it has defaults. */
export const updateSchema = z.strictObject({
  /** `start-first` needs room for two: no fixed host port, no fixed address, no data of one container alone. */
  order: z.enum(['stop-first', 'start-first']).optional(),
  /** Containers at once; 0: all. Absent: a quarter of the service's, at least one. */
  batch: z.int().min(0).optional(),
  /** Pause between batches. */
  intervalMs: z.number().min(0).optional(),
  /** How long a container without a health check has to run before it counts as good. Default 2 s. */
  monitorMs: z.number().min(0).optional(),
  /** How long a container may take to become good. Absent: what its health check allows, and a minute. */
  deadlineMs: z.number().min(0).optional(),
  /** Default `hold`: nothing more is replaced until somebody decides. */
  onFailure: z.enum(['hold', 'rollback', 'continue']).optional(),
});
export type Update = z.infer<typeof updateSchema>;

/** An image that is built on the host from files of the bundle; never from a remote context. */
export const buildSchema = z.strictObject({
  /** Folder of the bundle; `.`: all of it. */
  context: text,
  /** Path within the context. Absent: `dockerfileInline`. */
  dockerfile: text.optional(),
  dockerfileInline: text.optional(),
  args: textMap,
  labels: textMap,
  target: text.optional(),
  /** `none`: without a network. */
  network: text.optional(),
  noCache: z.boolean().optional(),
  pull: z.boolean().optional(),
  shmBytes: z.number().optional(),
  extraHosts: z.array(z.tuple([text, text])).optional(),
  /** sha256 of all that goes into it, the files too; also the tag of the image. */
  hash: text,
});
export type Build = z.infer<typeof buildSchema>;

/** A config or secret given to the containers of a service as a file, read-only. */
export const fileGrantSchema = z.strictObject({
  /** Key in `files` of the application. */
  source: text,
  /** Absolute path in the container. */
  target: text,
  uid: text.optional(),
  gid: text.optional(),
  /** Permission bits; default 0444. */
  mode: z.int().min(0).max(0o7777).optional(),
});
export type FileGrant = z.infer<typeof fileGrantSchema>;

export const serviceSpecSchema = z.strictObject({
  /** With a `build`: the name the built image gets, of Berth's making. */
  image: text,
  build: buildSchema.optional(),
  pullPolicy: z.enum(['always', 'missing', 'never']),
  platform: text.optional(),
  /** null: the image's own. An empty list clears the image's. */
  command: z.array(text).nullable(),
  entrypoint: z.array(text).nullable(),
  /** A null value unsets a variable of the image. */
  environment: z.record(z.string(), z.string().nullable()),
  labels: textMap,
  annotations: textMap.optional(),
  workingDir: text.optional(),
  user: text.optional(),
  groupAdd: z.array(text).optional(),
  hostname: text.optional(),
  domainname: text.optional(),
  /** The name the file asked for; the container gets a name of ours, and this as an alias on its networks. */
  containerName: text.optional(),
  ports: z.array(publishedPortSchema),
  expose: z.array(text),
  mounts: z.array(mountSchema),
  /** Services of the same application whose mounts this one shares. */
  volumesFrom: z.array(z.strictObject({ service: text, readOnly: z.boolean() })).optional(),
  /** By key in `networks` of the application. Empty when `networkMode` says otherwise. */
  networks: z.record(
    z.string(),
    z.strictObject({
      aliases: z.array(text),
      ipv4: text.optional(),
      ipv6: text.optional(),
      macAddress: text.optional(),
      priority: z.number().optional(),
    }),
  ),
  /** `none`, `host`, or `service:NAME` of the same application; absent: the networks above. */
  networkMode: text.optional(),
  /** Other names under which this service reaches a service of the same application. */
  links: z.array(z.strictObject({ service: text, alias: text })),
  externalLinks: z.array(text).optional(),
  dependsOn: z.record(z.string(), dependencySchema),
  restart: z.strictObject({
    policy: z.enum(['no', 'always', 'on-failure', 'unless-stopped']),
    maximumRetries: z.int().optional(),
  }),
  healthcheck: healthcheckSchema.optional(),
  /** How many containers of this service run. */
  replicas: z.int().min(0),
  update: updateSchema.optional(),
  files: z.array(fileGrantSchema).optional(),
  memoryBytes: z.number().optional(),
  memoryReservationBytes: z.number().optional(),
  /** Memory and swap together; -1: no limit on swap. */
  memorySwapBytes: z.number().optional(),
  memorySwappiness: z.int().optional(),
  nanoCpus: z.number().optional(),
  cpuShares: z.int().optional(),
  cpuQuota: z.int().optional(),
  cpuPeriod: z.int().optional(),
  cpuSet: text.optional(),
  pidsLimit: z.int().optional(),
  shmBytes: z.number().optional(),
  oomScoreAdj: z.int().optional(),
  oomKillDisable: z.boolean().optional(),
  ulimits: z.record(z.string(), z.strictObject({ soft: z.int(), hard: z.int() })).optional(),
  stopSignal: text.optional(),
  stopGraceMs: z.number().optional(),
  tty: z.boolean().optional(),
  stdinOpen: z.boolean().optional(),
  init: z.boolean().optional(),
  readOnly: z.boolean().optional(),
  privileged: z.boolean().optional(),
  capAdd: z.array(text).optional(),
  capDrop: z.array(text).optional(),
  securityOpt: z.array(text).optional(),
  devices: z.array(text).optional(),
  sysctls: textMap.optional(),
  pid: text.optional(),
  ipc: text.optional(),
  uts: text.optional(),
  usernsMode: text.optional(),
  cgroup: text.optional(),
  cgroupParent: text.optional(),
  runtime: text.optional(),
  dns: z.array(text).optional(),
  dnsSearch: z.array(text).optional(),
  dnsOptions: z.array(text).optional(),
  /** Lines for /etc/hosts: `[name, address]`. */
  extraHosts: z.array(z.tuple([text, text])).optional(),
  logging: z.strictObject({ driver: text, options: textMap }).optional(),
});
export type ServiceSpec = z.infer<typeof serviceSpecSchema>;

/** Name of an object on the engine that was taken over as it was; only an import writes it. */
const engineName = text.optional();

export const networkSpecSchema = z.strictObject({
  engineName,
  /** Not made by us: it must already be an object of this environment. */
  external: z.boolean(),
  /** Name given in the file, else absent and ours is `<application>_<key>`. */
  name: text.optional(),
  driver: text.optional(),
  driverOptions: textMap.optional(),
  internal: z.boolean().optional(),
  attachable: z.boolean().optional(),
  enableIpv6: z.boolean().optional(),
  labels: textMap,
  ipam: z
    .strictObject({
      driver: text.optional(),
      config: z.array(
        z.strictObject({
          subnet: text.optional(),
          gateway: text.optional(),
          ipRange: text.optional(),
          auxAddresses: textMap.optional(),
        }),
      ),
    })
    .optional(),
});
export type NetworkSpec = z.infer<typeof networkSpecSchema>;

export const volumeSpecSchema = z.strictObject({
  engineName,
  external: z.boolean(),
  name: text.optional(),
  driver: text.optional(),
  driverOptions: textMap.optional(),
  labels: textMap,
});
export type VolumeSpec = z.infer<typeof volumeSpecSchema>;

/** A config or secret of the file, with its bytes. */
export const fileSpecSchema = z.strictObject({
  kind: z.enum(['config', 'secret']),
  /** Base64. */
  content: text,
  /** Where the bytes come from, so that a secret can be left out of what people read. */
  fromFile: text.optional(),
  fromVariable: text.optional(),
});
export type FileSpec = z.infer<typeof fileSpecSchema>;

export const applicationSpecSchema = z.strictObject({
  services: z.record(z.string(), serviceSpecSchema),
  networks: z.record(z.string(), networkSpecSchema),
  volumes: z.record(z.string(), volumeSpecSchema),
  /** By `config:KEY` and `secret:KEY`. */
  files: z.record(z.string(), fileSpecSchema).optional(),
});
export type ApplicationSpec = z.infer<typeof applicationSpecSchema>;
