// For every route a request that its schema takes. A new route has to come in here, or it does not compile and the sweep
// fails: what nobody sent a request to, nobody has seen refused.
import type { HookSpec } from '@berth/contract/hooks.ts';
import type { JobSpec } from '@berth/contract/jobs.ts';
import type { TenantRole } from '@berth/contract/roles.ts';
import type { RouteName } from '#harness/ask.ts';

export interface Sample {
  readonly query?: Readonly<Record<string, string>>;
  /** `tag` is another one for each call, for names that must not meet. */
  readonly body?: (tag: string) => unknown;
  /** Parameters of things that the call uses up: one for each call. */
  readonly params?: (tag: string) => Readonly<Record<string, string>>;
}

const compose = 'services:\n  web:\n    image: sim/web:1\n';
const publicationOf = (name: string) => ({
  name,
  bundle: { files: { 'compose.yaml': compose }, main: ['compose.yaml'] },
});
const facts = {
  hostname: 'stranger',
  address: '192.0.2.1',
  engineId: 'E',
  engineVersion: '20.10.24',
  apiVersion: '1.41',
  storageDriver: 'overlay2',
  cgroupVersion: '1',
  kernel: '6.1',
  operatingSystem: 'Debian',
  architecture: 'x86_64',
  cpus: 1,
  memoryBytes: 1,
  liveRestore: false,
  dockerServerVersion: '0',
};
const role: TenantRole = 'viewer';
export const jobNamed = (name: string): JobSpec => ({
  name,
  service: 'web',
  command: null,
  schedule: '0 0 29 2 *',
  timeZone: 'UTC',
  concurrency: 'allow',
  missed: 'skip',
  timeoutMs: 60_000,
  keepRuns: 5,
  enabled: true,
});
export const hookNamed = (name: string): HookSpec => ({
  name,
  does: { kind: 'upgrade', variables: [] },
  coolDownMs: 0,
  expiresAt: null,
  enabled: true,
});

export const doomed = (tag: string): string => `doomed-${tag}`;
export const leaver = (tag: string): string => `leaver-${tag}`;
/** An application that may be changed at will. */
export const toy = 'toy';
const onToy = () => ({ application: toy });

export const samples: Readonly<Record<RouteName, Sample>> = {
  readSetup: {},
  completeSetup: { body: () => ({ code: 'NOT-THE-CODE', name: 'eve', password: 'a password of eve' }) },
  signIn: { body: () => ({ name: 'nobody-at-all', password: 'wrong password', client: 'cli' }) },
  readCaller: {},
  signOut: {},
  listTenants: {},
  createTenant: { body: (tag) => ({ name: `t-${tag}`, title: 'T' }) },
  readTenant: {},
  listMembers: {},
  setMember: { body: () => ({ role }), params: (tag) => ({ user: leaver(tag) }) },
  removeMember: { params: (tag) => ({ user: leaver(tag) }) },
  listUsers: {},
  createUser: { body: (tag) => ({ name: `u-${tag}`, password: 'a long enough password' }) },
  listZones: {},
  createZone: { body: (tag) => ({ name: `z-${tag}`, title: 'Z' }) },
  listEnvironments: {},
  createEnvironment: { body: (tag) => ({ name: `e-${tag}`, title: 'E', zone: 'local', kind: 'standalone' }) },
  readEnvironment: {},
  readEnvironmentSettings: {},
  setEnvironmentSettings: { body: () => ({ policyProfile: 'baseline', bindRoots: [] }) },
  listHosts: {},
  readHost: {},
  createJoinToken: {},
  joinHost: { body: () => ({ token: 'berthjoin_no_such_token', publicKey: 'bm8ga2V5', facts }) },
  challengeDockerServer: {},
  listApplications: {},
  previewApplication: { body: (tag) => publicationOf(`p-${tag}`) },
  publishApplication: { body: () => publicationOf(toy) },
  readApplication: {},
  startApplication: { params: onToy },
  stopApplication: { params: onToy },
  scaleApplication: { body: () => ({ services: { web: 1 } }), params: onToy },
  removeApplication: { params: (tag) => ({ application: doomed(tag) }) },
  listRevisions: {},
  readRevision: {},
  diffRevisions: { query: { against: '1' } },
  previewRollback: { params: onToy },
  rollBackApplication: { body: () => ({}), params: onToy },
  acceptUpgrade: { params: onToy },
  abortUpgrade: { params: onToy },
  resumeUpgrade: { params: onToy },
  restartApplication: { body: () => ({}), params: onToy },
  exportApplication: {},
  listJobs: {},
  createJob: { body: (tag) => jobNamed(`j-${tag}`) },
  readJob: {},
  setJob: { body: () => jobNamed('nightly-shop') },
  removeJob: { params: (tag) => ({ job: doomed(tag) }) },
  runJob: {},
  listRuns: {},
  runTask: { body: () => ({ service: 'web', command: null, timeoutMs: 5_000 }) },
  readRun: {},
  cancelRun: {},
  listHooks: {},
  createHook: { body: (tag) => hookNamed(`h-${tag}`) },
  setHook: { body: () => hookNamed('deploy-shop') },
  renewHookSecret: {},
  removeHook: { params: (tag) => ({ hook: doomed(tag) }) },
  callHook: {},
  listApplicationEvents: {},
  listOperations: {},
  readOperation: {},
  listForeignContainers: {},
  previewImport: { body: (tag) => ({ name: `i-${tag}`, containers: ['0'.repeat(64)] }) },
  importApplication: { body: (tag) => ({ name: `i-${tag}`, containers: ['0'.repeat(64)] }) },
  listContainers: {},
  readContainer: {},
  readLogs: { query: { tail: '1' } },
  followFigures: {},
  readFiles: { query: { path: '/etc/hostname' } },
  openShell: {},
  followEnvironment: {},
  readHealth: {},
  listLoops: {},
};

/** Routes that need no session. Nothing joins this list by accident: the sweep holds it against the table. */
export const openToAnyone: readonly RouteName[] = [
  'readSetup',
  'completeSetup',
  'signIn',
  'joinHost',
  'challengeDockerServer',
  'readHealth',
];
/** Routes that check a signature of their own; whoever has none is told so in their words. */
export const openToSignatures: readonly RouteName[] = ['callHook'];
/** Routes that need a session and nothing more. */
export const openToEverySession: readonly RouteName[] = ['readCaller', 'signOut'];
