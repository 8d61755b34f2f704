// Every verb of an upgrade from every state it can be in, on a real database: what is wished, or the sentence that says why not.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { makeLiveHub } from '#live/live-hub.ts';
import { foreign, noon } from '#testing/applications.ts';
import { openPlace } from '#testing/database.ts';
import { publishApplication, scaleApplication, startApplication, stopApplication } from './application-actions.ts';
import {
  diffRevisions,
  exportApplication,
  listRevisions,
  readApplication,
  readRevision,
} from './application-queries.ts';
import type { ApplicationParts } from './application-wishes.ts';
import {
  abortUpgrade,
  acceptUpgrade,
  previewRollback,
  restartApplication,
  resumeUpgrade,
  rollBackApplication,
} from './upgrade-actions.ts';

const place = { tenant: 'acme', environment: 'prod' };
const shop = { ...place, application: 'shop' };
const compose = (tag: string, more = '') => `services:\n  web:\n    image: sim/web:${tag}\n${more}`;

const begin = async (t: TestContext) => {
  const opened = await openPlace();
  t.after(() => opened.db.destroy());
  const environment = await opened.environment(await opened.tenant('acme'), 'prod');
  const user = await opened.user('ann');
  const { id: tenant } = await opened.db.selectFrom('tenants').select('id').executeTakeFirstOrThrow();
  await opened.member(tenant, user, 'developer');
  const containers: ObservedContainer[] = [];
  const parts: ApplicationParts = {
    db: opened.db,
    live: makeLiveHub(opened.clock),
    ring: () => undefined,
    lookAtHost: async () => ({
      host: {
        name: 'alpha',
        observation: { observedAt: noon, containers, networks: [], volumes: [] },
        listeners: [],
      },
      findImage: async () => 'sha256:1',
      findRemoteImage: async () => ({ state: 'found' }),
    }),
  };
  const ann = opened.contextOf(user);
  const publish = (text: string, more: object = {}) =>
    publishApplication(ann, parts, place, {
      name: 'shop',
      bundle: { files: { 'compose.yaml': text }, main: ['compose.yaml'] },
      ...more,
    });
  /** As the reconciler would: the wish is carried out, and the upgrade stands so. */
  const reconciled = async (state?: string) => {
    const { generation } = await opened.db.selectFrom('applications').select('generation').executeTakeFirstOrThrow();
    await opened.db
      .updateTable('applications')
      .set({
        observed_generation: generation,
        upgrade:
          state === undefined ? null : JSON.stringify({ state, batchDoneAt: {}, services: [], message: 'it broke' }),
      })
      .execute();
  };
  const row = async () => {
    const found = await opened.db.selectFrom('applications').selectAll().executeTakeFirstOrThrow();
    return `${found.desired_state} ${found.revision} from ${found.former_revision}${found.upgrade_accepted === 1 ? ' accepted' : ''}${found.upgrade === null ? '' : ` ${(JSON.parse(found.upgrade) as { state: string }).state}`}`;
  };
  return { ...opened, environment, parts, ann, containers, publish, reconciled, row };
};
type Begun = Awaited<ReturnType<typeof begin>>;

/** Revision 1 ran well, 2 ran well; 3 is the upgrade that stands as the state says. */
const states: Record<string, (begun: Begun) => Promise<unknown>> = {
  'first publish': async ({ publish }) => publish(compose('1')),
  ...Object.fromEntries(
    ['rolling', 'held', 'rolling_back', 'rolled_back', 'done'].map((state) => [
      state,
      async ({ publish, reconciled }: Begun) => {
        await publish(compose('1'));
        await reconciled();
        await publish(compose('2'));
        await reconciled('done');
        await publish(compose('3'));
        await reconciled(state);
      },
    ]),
  ),
};
states['none'] = async (begun) => {
  await states['done']?.(begun);
  await acceptUpgrade(begun.ann, begun.parts, shop);
};
states['accepted'] = async (begun) => {
  await states['rolling']?.(begun);
  await acceptUpgrade(begun.ann, begun.parts, shop);
};
states['stopped while held'] = async (begun) => {
  await states['held']?.(begun);
  await stopApplication(begun.ann, begun.parts, shop);
};
states['removed'] = async (begun) => {
  await states['held']?.(begun);
  await begun.db.updateTable('applications').set({ desired_state: 'removed' }).execute();
};

const verbs: Record<string, (begun: Begun) => Promise<{ operation: { kind: string; state: string } }>> = {
  accept: ({ ann, parts }) => acceptUpgrade(ann, parts, shop),
  abort: ({ ann, parts }) => abortUpgrade(ann, parts, shop),
  resume: ({ ann, parts }) => resumeUpgrade(ann, parts, shop),
  restart: ({ ann, parts }) => restartApplication(ann, parts, shop, {}),
  rollback: ({ ann, parts }) => rollBackApplication(ann, parts, { ...shop, number: 1 }, {}),
  scale: ({ ann, parts }) => scaleApplication(ann, parts, shop, { services: { web: 3 } }),
  stop: ({ ann, parts }) => stopApplication(ann, parts, shop),
  start: ({ ann, parts }) => startApplication(ann, parts, shop),
  publish: ({ publish }) => publish(compose('9')),
};

const turned = /has turned back to revision 2; publish again or roll back to another revision/;
const removing = /is being removed/;
/** The row after the verb, or the sentence of the refusal. */
const expected: Record<string, Record<string, string | RegExp>> = {
  'first publish': {
    accept: /no upgrade to accept/,
    abort: /no upgrade to give up/,
    resume: /no upgrade to go on with/,
    restart: 'running 1 from null',
    rollback: 'running 1 from null',
    scale: 'running 1 from null',
    stop: 'stopped 1 from null',
    start: 'running 1 from null',
    publish: 'running 2 from null',
  },
  none: {
    accept: /no upgrade to accept/,
    abort: /no upgrade to give up/,
    resume: /no upgrade to go on with/,
    restart: 'running 3 from null',
    rollback: 'running 1 from 3',
    scale: 'running 3 from null',
    stop: 'stopped 3 from null',
    start: 'running 3 from null',
    publish: 'running 4 from 3',
  },
  rolling: {
    accept: 'running 3 from 2 accepted',
    abort: 'running 2 from null',
    resume: /is not held/,
    restart: 'running 3 from 2 rolling',
    rollback: 'running 1 from 2',
    scale: 'running 3 from 2 rolling',
    stop: 'stopped 3 from 2 rolling',
    start: 'running 3 from 2 rolling',
    publish: 'running 4 from 2',
  },
  accepted: {
    accept: /accepted already/,
    abort: 'running 2 from null',
    resume: /is not held/,
    restart: 'running 3 from 2 accepted',
    rollback: 'running 1 from 2',
    scale: 'running 3 from 2 accepted',
    stop: 'stopped 3 from 2 accepted',
    start: 'running 3 from 2 accepted',
    publish: 'running 4 from 2',
  },
  held: {
    accept: 'running 3 from 2 accepted',
    abort: 'running 2 from null',
    resume: 'running 3 from 2',
    restart: 'running 3 from 2 held',
    rollback: 'running 1 from 2',
    scale: 'running 3 from 2 held',
    stop: 'stopped 3 from 2 held',
    start: 'running 3 from 2 held',
    publish: 'running 4 from 2',
  },
  rolling_back: {
    accept: turned,
    abort: 'running 2 from null',
    resume: turned,
    restart: 'running 3 from 2 rolling_back',
    rollback: 'running 1 from 2',
    scale: 'running 3 from 2 rolling_back',
    stop: 'stopped 3 from 2 rolling_back',
    start: 'running 3 from 2 rolling_back',
    publish: 'running 4 from 2',
  },
  rolled_back: {
    accept: turned,
    abort: 'running 2 from null',
    resume: turned,
    restart: 'running 3 from 2 rolled_back',
    rollback: 'running 1 from 2',
    scale: 'running 3 from 2 rolled_back',
    stop: 'stopped 3 from 2 rolled_back',
    start: 'running 3 from 2 rolled_back',
    publish: 'running 4 from 2',
  },
  done: {
    accept: 'running 3 from null',
    abort: 'running 2 from null',
    resume: /through already/,
    restart: 'running 3 from 2 done',
    rollback: 'running 1 from 3',
    scale: 'running 3 from 2 done',
    stop: 'stopped 3 from 2 done',
    start: 'running 3 from 2 done',
    publish: 'running 4 from 3',
  },
  'stopped while held': {
    accept: 'stopped 3 from 2 accepted',
    abort: 'running 2 from null',
    resume: /is stopped; start it first/,
    restart: /is stopped; start it first/,
    rollback: 'running 1 from 2',
    scale: /is stopped; start it first/,
    stop: 'stopped 3 from 2 held',
    start: 'running 3 from 2 held',
    publish: 'running 4 from 2',
  },
  removed: Object.fromEntries(Object.keys(verbs).map((verb) => [verb, removing])),
};
for (const [state, prepare] of Object.entries(states))
  for (const [verb, call] of Object.entries(verbs))
    test(`${verb} from the state "${state}" answers at once`, async (t) => {
      const begun = await begin(t);
      await prepare(begun);
      const wanted = expected[state]?.[verb];
      if (typeof wanted === 'string') {
        const { operation } = await call(begun);
        assert.deepEqual([operation.kind, operation.state], [verb, 'running']);
        assert.equal(await begun.row(), wanted);
      } else
        await assert.rejects(call(begun), (thrown: unknown) => {
          assert.ok(thrown instanceof PlatformError && thrown.code === 'wrong_state', String(thrown));
          assert.match(thrown.message, wanted ?? /a row of the table/);
          return true;
        });
    });

test('rollBackApplication refuses up front what cannot be, naming who holds the port, and all else still works', async (t) => {
  const begun = await begin(t);
  const { publish, reconciled, ann, parts, containers, row } = begun;
  await publish(compose('1', '    ports: ["80:80"]\n'));
  await reconciled();
  await publish(compose('1', '    ports: ["8080:80"]\n'));
  await reconciled('done');
  containers.push(foreign('theirs', { ports: [{ target: 80, protocol: 'tcp', hostPort: 80 }] }));
  for (const call of [
    () => rollBackApplication(ann, parts, { ...shop, number: 1 }, {}),
    () => abortUpgrade(ann, parts, shop),
  ])
    await assert.rejects(call, (thrown: unknown) => {
      assert.ok(thrown instanceof PlatformError && thrown.code === 'impossible_plan');
      assert.match(thrown.message, /Port 80\/tcp of host alpha is taken by the container theirs/);
      return true;
    });
  const { problems } = await previewRollback(ann, parts, { ...shop, number: 1 });
  assert.deepEqual(
    problems.map(({ code }) => code),
    ['port_taken'],
  );
  assert.equal(await row(), 'running 2 from 1 done');
  await acceptUpgrade(ann, parts, shop);
  await stopApplication(ann, parts, shop);
});

test('publishing and rolling back ask before something is lost, and do it once that is accepted', async (t) => {
  const { publish, reconciled, ann, parts, row } = await begin(t);
  await publish(`${compose('1')}  db:\n    image: sim/db:1\n`);
  await reconciled();
  const asks = (thrown: unknown) => {
    assert.ok(thrown instanceof PlatformError && thrown.code === 'needs_confirmation', String(thrown));
    assert.deepEqual(
      thrown.problems.map(({ code }) => code),
      ['service_removed'],
    );
    return true;
  };
  await assert.rejects(publish(compose('1')), asks);
  await publish(compose('1'), { acceptLosses: true });
  await reconciled('done');
  await rollBackApplication(ann, parts, { ...shop, number: 1 }, {});
  await reconciled('done');
  assert.equal(await row(), 'running 1 from 2 done');
  const preview = await previewRollback(ann, parts, { ...shop, number: 2 });
  assert.deepEqual(
    preview.losses.map(({ kind, name }) => `${kind} ${name}`),
    ['service_removed db'],
  );
  await assert.rejects(rollBackApplication(ann, parts, { ...shop, number: 2 }, {}), asks);
  await rollBackApplication(ann, parts, { ...shop, number: 2 }, { acceptLosses: true });
});

test('numbers of revisions only go up, and the one to go back to is kept however old', async (t) => {
  const { publish, reconciled, ann, parts, db } = await begin(t);
  for (let count = 1; count <= 3; count += 1) {
    await publish(compose(String(count)));
    await reconciled('done');
  }
  await rollBackApplication(ann, parts, { ...shop, number: 1 }, {});
  await reconciled('done');
  const numbers = async () => (await listRevisions(ann, db, shop, { limit: 100 })).items.map(({ number }) => number);
  const current = async () =>
    (await listRevisions(ann, db, shop, { limit: 100 })).items.filter(({ isCurrent }) => isCurrent);
  assert.deepEqual(
    (await current()).map(({ number }) => number),
    [1],
  );
  for (let count = 4; count <= 30; count += 1) await publish(compose(String(count)));
  assert.deepEqual(await numbers(), [...Array.from({ length: 20 }, (_, index) => 30 - index), 1]);
  await assert.rejects(rollBackApplication(ann, parts, { ...shop, number: 5 }, {}), /not kept any more/);
});

test('startApplication asks the policy as it is now', async (t) => {
  const { publish, ann, parts, db } = await begin(t);
  await db.updateTable('environments').set({ policy_profile: 'privileged' }).execute();
  await publish(compose('1', '    privileged: true\n'));
  await stopApplication(ann, parts, shop);
  await db.updateTable('environments').set({ policy_profile: 'baseline' }).execute();
  await assert.rejects(startApplication(ann, parts, shop), { code: 'policy_violation' });
});

test('a revision is read, compared and exported: secrets are hidden, but in the export', async (t) => {
  const { publish, reconciled, ann, db } = await begin(t);
  const file = (tag: string) =>
    compose(tag, '    environment: {TAG: "${TAG}"}\n    secrets: [key]\nsecrets:\n  key: {environment: KEY}\n');
  await publish(file('1'), { variables: { TAG: '1', KEY: 'swordfish' } });
  await reconciled();
  await publish(file('2'), { variables: { TAG: '2', KEY: 'swordfish' } });
  const detail = await readRevision(ann, db, { ...shop, number: 2 });
  const diff = await diffRevisions(ann, db, { ...shop, number: 2 }, 1);
  assert.ok(!JSON.stringify([detail, diff]).includes('swordfish'));
  assert.deepEqual(
    [diff.from.number, diff.to.number, diff.files.map(({ name }) => name), diff.variables, diff.resolved],
    [
      1,
      2,
      ['compose.yaml'],
      [{ name: 'TAG', before: '1', after: '2' }],
      [
        { path: 'services.web.environment.TAG', before: '1', after: '2' },
        { path: 'services.web.image', before: 'sim/web:1', after: 'sim/web:2' },
      ],
    ],
  );
  const files = await exportApplication(ann, db, shop, {});
  assert.deepEqual([files.revision, files.variables], [2, { TAG: '2', KEY: 'swordfish' }]);
  assert.equal((await exportApplication(ann, db, shop, { revision: 1 })).variables['TAG'], '1');
  const resolved = await exportApplication(ann, db, shop, { form: 'resolved' });
  assert.match(resolved.bundle.files['compose.yaml'] ?? '', /sim\/web:2/);
  assert.deepEqual((await readApplication(ann, db, shop)).topology.services, [
    { name: 'web', needs: [], networks: ['default'], volumes: [] },
  ]);
});

test('networks and volumes that were taken over keep their engine names through every publish', async (t) => {
  const { publish, reconciled, ann, parts, db } = await begin(t);
  const file = (tag: string) =>
    compose(tag, '    volumes: [data:/data]\nvolumes: {data: }\nnetworks: {default: {driver: bridge}}\n');
  await publish(file('1'));
  await db
    .updateTable('applications')
    .set({ adopted: JSON.stringify({ networks: { default: 'old_default' }, volumes: { data: 'old_data' } }) })
    .execute();
  await reconciled();
  // The names come from the import and stand in the row; that they stand in no file makes no difference.
  await publish(file('2'), { acceptLosses: true });
  const { spec } = await readRevision(ann, db, { ...shop, number: 2 });
  assert.deepEqual(
    [spec.networks['default']?.engineName, spec.volumes['data']?.engineName],
    ['old_default', 'old_data'],
  );
  await rollBackApplication(ann, parts, { ...shop, number: 2 }, {});
  const { topology } = await readApplication(ann, db, shop);
  assert.deepEqual(
    [...topology.networks, ...topology.volumes].map(({ engineName }) => engineName),
    ['old_default', 'old_data'],
  );
});
