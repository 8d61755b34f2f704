// Who may import whom, as data. `npm run gen` turns this into the overrides of .oxlintrc.json, where editors and the lint
// run read it; lint-rules.test.ts proves on known-bad files that every ban below fires.

/** Imports that a set of files may not have. */
export interface Ban {
  readonly imports: readonly string[];
  /** Says the rule, not the symptom; unique, so that a test can tell which ban fired. */
  readonly message: string;
  /** Types vanish when the code runs; some rules are only about what runs. */
  readonly typesAllowed?: true;
  /** Only these names of the module; all of it otherwise. */
  readonly names?: readonly string[];
}

export interface Layer {
  readonly files: readonly string[];
  readonly bans: readonly Ban[];
}

const ban = (message: string, ...imports: readonly string[]): Ban => ({ imports, message });
const banAtRunTime = (message: string, ...imports: readonly string[]): Ban => ({
  imports,
  message,
  typesAllowed: true,
});

const parentFolder = ban('Use #folder/file.ts for another folder of the member; ../ hides the layer.', '../**');
const timers = ban(
  'Time comes from the Clock of @berth/common/clock.ts, so that a test can hold it still.',
  'timers',
  'timers/promises',
  'node:timers',
  'node:timers/promises',
  'perf_hooks',
  'node:perf_hooks',
);
const nodeModules = (member: string) =>
  ban(`${member} runs in the browser too: nothing of Node.`, 'node:*', 'node:*/**');
const disk = ban('compose is pure: it reads no disk, no network and no clock.', 'node:*', 'node:*/**');

const members = [
  'contract',
  'common',
  'compose',
  'server',
  'docker-server',
  'all-in-one',
  'cli',
  'portal',
  'tests',
  'tools',
] as const;
type Member = (typeof members)[number];

const mayImport: { readonly [M in Member]: readonly Member[] } = {
  contract: [],
  common: ['contract'],
  compose: ['contract'],
  server: ['contract', 'common', 'compose'],
  'docker-server': ['contract', 'common'],
  'all-in-one': ['contract', 'common', 'server', 'docker-server'],
  cli: ['contract', 'common', 'compose'],
  portal: ['contract', 'compose'],
  // Nobody imports these two; they may look at everything.
  tests: members,
  tools: members,
};

const memberBans = (member: Member): readonly Ban[] => {
  const foreign = members.filter((other) => !mayImport[member].includes(other));
  if (foreign.length === 0) return [parentFolder];
  const allowed = mayImport[member].length === 0 ? 'no other member' : `only ${mayImport[member].join(', ')}`;
  return [parentFolder, ban(`${member} may import ${allowed}.`, ...foreign.map((other) => `@berth/${other}/**`))];
};

const runTimeBans: { readonly [M in Member]: readonly Ban[] } = {
  contract: [nodeModules('contract')],
  common: [timers],
  compose: [disk],
  server: [timers],
  'docker-server': [timers],
  'all-in-one': [timers],
  cli: [timers],
  portal: [nodeModules('portal')],
  tests: [],
  tools: [],
};

// A line, so no cycles: a later concept may import an earlier one; news travels the other way through rows and bells.
const conceptOrder = [
  'tenants',
  'environments',
  'hosts',
  'containers',
  'applications',
  'jobs',
  'hooks',
  'imports',
] as const;
const concepts = conceptOrder.map((concept) => `#${concept}/**`);

const folderBans: Readonly<Record<string, readonly Ban[]>> = {
  ...Object.fromEntries(
    conceptOrder.map((concept, index) => [
      concept,
      index === conceptOrder.length - 1
        ? []
        : [
            ban(
              `${concept} comes before ${conceptOrder.slice(index + 1).join(', ')}: an earlier concept never imports a later one.`,
              ...concepts.slice(index + 1),
            ),
          ],
    ]),
  ),
  db: [ban('db knows no concept.', ...concepts, '#http/**', '#authz/**', '#reconcile/**', '#orchestration/**')],
  authz: [ban('authz knows no concept, only rows.', ...concepts, '#http/**', '#reconcile/**', '#orchestration/**')],
  reconcile: [ban('reconcile runs loops and knows none of them.', ...concepts, '#http/**', '#orchestration/**')],
  orchestration: [
    ban(
      'A driver turns a desired state into steps; it knows no row and no request.',
      '#db/**',
      '#http/**',
      '#applications/**',
      '#authz/**',
    ),
  ],
  policy: [],
  http: [],
  'sign-in': [],
  live: [],
  system: [],
};

const pure = [
  ban(
    'A pure file takes what it needs as arguments: nothing of Node, no log, no server.',
    'node:*',
    'node:*/**',
    '@berth/common/log.ts',
    '@berth/common/serve.ts',
    'kysely',
    'fastify',
  ),
  {
    imports: ['@berth/common/clock.ts'],
    names: ['systemClock', 'sleep', 'timeLimit'],
    message: 'A pure file is told the time and never waits.',
  },
  banAtRunTime(
    'A pure file decides and does not act: no database, connection, loop or route.',
    '#db/**',
    '#http/**',
    '#hosts/**',
    '#reconcile/**',
    '#live/**',
    '#authz/**',
    './*-store.ts',
    './*-actions.ts',
    './*-reconciler.ts',
    './*-driver.ts',
    '**/*-store.ts',
    '**/*-actions.ts',
  ),
];
const link = '#hosts/docker-server-links.ts';

/** What a file's name says it is, in any folder of the server. */
const roleBans: Readonly<Record<string, readonly Ban[]>> = {
  store: [
    banAtRunTime(
      'A store holds SQL for its own tables: no request, driver, loop or connection.',
      '#http/**',
      '#orchestration/**',
      '#reconcile/**',
      '#live/**',
      link,
    ),
    banAtRunTime(
      'A store does not call another concept’s store; the action or reconciler reads both.',
      '#*/*-store.ts',
    ),
  ],
  actions: [
    ban(
      'An action writes intent; drivers and requests are not its business.',
      '#http/**',
      '#orchestration/**/*-driver.ts',
      '#orchestration/driver.ts',
      './*-reconciler.ts',
      '#*/*-reconciler.ts',
    ),
  ],
  reconciler: [
    ban(
      'A reconciler reads, plans, applies and records; it serves nobody.',
      '#http/**',
      './*-actions.ts',
      '#*/*-actions.ts',
    ),
  ],
  plan: pure,
};

// Only a question (logs, figures, a shell) may go to a host while a caller waits.
const noLinks = ban('This action only writes intent; the reconciler talks to hosts.', link);

const pureFiles = [
  'server/src/orchestration/desired.ts',
  'server/src/orchestration/standalone/wanted-containers.ts',
  'server/src/orchestration/standalone/canonical-json.ts',
  'server/src/orchestration/standalone/dependencies.ts',
  'server/src/policy/*.ts',
  'server/src/applications/application-conditions.ts',
  'server/src/applications/port-check.ts',
  'server/src/applications/application-view.ts',
  'server/src/applications/step-events.ts',
  'docker-server/src/docker/to-engine.ts',
  'docker-server/src/docker/from-engine.ts',
  'docker-server/src/docker/labels.ts',
];

const sourceOf = (member: Member): string =>
  member === 'portal' ? 'portal/app' : member === 'tests' ? 'tests' : `${member}/src`;
export const testFiles = ['**/*.test.ts', '**/testing/**', '**/conformance/**', '**/*-conformance.ts'];

const memberLayers = members.map((member): Layer => ({
  files: [`${sourceOf(member)}/**`],
  bans: [...memberBans(member), ...runTimeBans[member]],
}));

const serverBans = [...memberBans('server'), ...runTimeBans.server];
const serverLayers = Object.entries(folderBans).flatMap(([folder, bans]): Layer[] => [
  ...(bans.length === 0 ? [] : [{ files: [`server/src/${folder}/**`], bans: [...serverBans, ...bans] }]),
  ...Object.entries(roleBans).map(([role, ofRole]) => ({
    files: [`server/src/${folder}/**/*-${role}.ts`],
    bans: [...serverBans, ...bans, ...ofRole, ...(role === 'actions' && folder !== 'containers' ? [noLinks] : [])],
  })),
]);

const routesLayer: Layer = {
  files: ['server/src/http/routes.ts'],
  bans: [
    ...serverBans,
    banAtRunTime('A route binds a request to an action: no store, no SQL.', '#*/*-store.ts', '#db/**', 'kysely'),
  ],
};

const pureLayers = pureFiles.map((file): Layer => {
  const member = members.find((name) => file.startsWith(`${name}/`)) ?? 'server';
  const folder = file.split('/')[2] ?? '';
  return {
    files: [file],
    bans: [
      ...memberBans(member),
      ...runTimeBans[member],
      ...(member === 'server' ? (folderBans[folder] ?? []) : []),
      ...pure,
    ],
  };
});

// Tests may use Node and time, never another member's insides.
const testLayers = members.map((member): Layer => ({
  files: testFiles.map((pattern) => `${member}/${pattern}`),
  bans: memberBans(member),
}));

/** In the order of an ESLint configuration: for a file, the last layer that names it holds, so each carries all its bans. */
export const layers: readonly Layer[] = [...memberLayers, ...serverLayers, routesLayer, ...pureLayers, ...testLayers];
