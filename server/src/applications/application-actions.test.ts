// What callers ask, on a real database: the wish, its operation, and what may stand against it.
import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { EnvironmentSettings } from '@berth/contract/environments.ts';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import { makeLiveHub } from '#live/live-hub.ts';
import { foreign, noon } from '#testing/applications.ts';
import { openPlace } from '#testing/database.ts';
import {
  previewApplication,
  publishApplication,
  removeApplication,
  scaleApplication,
  startApplication,
  stopApplication,
} from './application-actions.ts';
import { listOperationsOfEnvironment, listRevisions, readApplication, readRevision } from './application-queries.ts';
import type { ApplicationParts } from './application-wishes.ts';

const code = (expected: string) => (thrown: unknown) => thrown instanceof PlatformError && thrown.code === expected;
const place = { tenant: 'acme', environment: 'prod' };
const shop = { ...place, application: 'shop' };
const compose = 'services:\n  web:\n    image: sim/web:1\n  db:\n    image: sim/db:1\n';
const publication = (text = compose, more = {}) => ({
  name: 'shop',
  bundle: { files: { 'compose.yaml': text }, main: ['compose.yaml'] },
  ...more,
});

const begin = async (t: TestContext) => {
  const opened = await openPlace();
  t.after(() => opened.db.destroy());
  const tenant = await opened.tenant('acme');
  const environment = await opened.environment(tenant, 'prod');
  const user = await opened.user('ann');
  await opened.member(tenant, user, 'developer');
  const rung: string[] = [];
  const host = { containers: [] as ObservedContainer[], isAway: false };
  const parts: ApplicationParts = {
    db: opened.db,
    live: makeLiveHub(opened.clock),
    ring: (application) => void rung.push(application),
    lookAtHost: async () =>
      host.isAway
        ? { reason: 'The host alpha is not connected' }
        : {
            host: {
              name: 'alpha',
              observation: { observedAt: noon, containers: host.containers, networks: [], volumes: [] },
              listeners: [],
            },
            findImage: async () => 'sha256:1',
            findRemoteImage: async () => ({ state: 'found' }),
          },
  };
  const settings = async ({ policyProfile, bindRoots }: EnvironmentSettings) =>
    void (await opened.db
      .updateTable('environments')
      .set({ policy_profile: policyProfile, bind_roots: JSON.stringify(bindRoots) })
      .execute());
  const ann = opened.contextOf(user);
  const publish = (text?: string, more?: object) => publishApplication(ann, parts, place, publication(text, more));
  const row = () => opened.db.selectFrom('applications').selectAll().executeTakeFirst();
  const operations = async () =>
    (await opened.db.selectFrom('operations').select(['kind', 'state', 'generation']).orderBy('id').execute()).map(
      (one) => `${one.kind} ${one.state} ${one.generation}`,
    );
  return { ...opened, environmentId: environment, parts, ann, host, rung, settings, publish, row, operations };
};

test('publishApplication records the wish, its revision and its operation before it answers, and rings', async (t) => {
  const { publish, row, operations, rung, db, ann } = await begin(t);
  const { application, operation } = await publish(undefined, { note: 'first', variables: { A: '1' } });
  assert.deepEqual(
    [application.name, application.phase, application.revision, operation.state],
    ['shop', 'progressing', 1, 'running'],
  );
  const kept = await row();
  assert.deepEqual([kept?.desired_state, kept?.generation, kept?.observed_generation], ['running', 1, 0]);
  assert.deepEqual(await operations(), ['publish running 1']);
  assert.deepEqual(rung, [application.id]);
  const revision = await readRevision(ann, db, { ...shop, number: 1 });
  assert.deepEqual([revision.author, revision.note, revision.variables], ['ann', 'first', { A: '1' }]);
  assert.equal(revision.bundle.files['compose.yaml'], compose);
});

test('publishApplication makes the next revision of what is there, and its wish takes the place of the one before', async (t) => {
  const { publish, operations, db, ann } = await begin(t);
  await publish();
  const { application } = await publish('services:\n  web:\n    image: sim/web:2\n', {
    acceptLosses: true,
  });
  assert.equal(application.revision, 2);
  assert.deepEqual(await operations(), ['publish superseded 1', 'publish running 2']);
  const { items } = await listRevisions(ann, db, shop, {});
  assert.deepEqual(
    items.map(({ number }) => number),
    [2, 1],
  );
});

test('publishApplication keeps twenty revisions', async (t) => {
  const { publish, db, ann } = await begin(t);
  for (let count = 0; count < 23; count += 1) await publish();
  const { items, total } = await listRevisions(ann, db, shop, { limit: 100 });
  assert.deepEqual([total, items.at(0)?.number, items.at(-1)?.number], [20, 23, 4]);
});

test('publishApplication lets two who publish at the same time both have a revision, or tells one of them', async (t) => {
  const { publish, db, ann } = await begin(t);
  const both = await Promise.allSettled([publish(), publish()]);
  const good = both.filter(({ status }) => status === 'fulfilled').length;
  const { total } = await listRevisions(ann, db, shop, {});
  assert.equal(total, good);
  for (const one of both) if (one.status === 'rejected') assert.equal((one.reason as PlatformError).code, 'conflict');
});

const refusals: Record<
  string,
  { text: string; code: string; prepare?: (begun: Awaited<ReturnType<typeof begin>>) => void }
> = {
  'files that are wrong': { text: 'services:\n  web:\n    imag: x\n', code: 'invalid_compose' },
  'what the policy refuses': {
    text: 'services:\n  web:\n    image: x\n    privileged: true\n',
    code: 'policy_violation',
  },
  'a port that is taken': {
    text: 'services:\n  web:\n    image: x\n    ports: ["8080:80"]\n',
    code: 'impossible_plan',
    prepare: ({ host }) =>
      void host.containers.push(foreign('theirs', { ports: [{ target: 80, protocol: 'tcp', hostPort: 8080 }] })),
  },
  'a name that is taken': {
    text: compose,
    code: 'impossible_plan',
    prepare: ({ host }) => void host.containers.push(foreign('berth-shop-web-1')),
  },
};
for (const [what, row] of Object.entries(refusals))
  test(`publishApplication refuses ${what}, says why, and leaves nothing behind`, async (t) => {
    const begun = await begin(t);
    row.prepare?.(begun);
    await assert.rejects(begun.publish(row.text), (thrown: unknown) => {
      assert.ok(thrown instanceof PlatformError);
      assert.equal(thrown.code, row.code);
      assert.ok(thrown.problems.length > 0);
      return true;
    });
    assert.deepEqual([await begun.row(), await begun.operations(), begun.rung], [undefined, [], []]);
    const preview = await previewApplication(begun.ann, begun.parts, place, publication(row.text));
    assert.ok(
      preview.problems.some(({ severity }) => severity === 'error'),
      'the dry run says the same',
    );
  });

test('publishApplication is accepted while the host is away, and the dry run says that it waits', async (t) => {
  const { publish, parts, ann, host } = await begin(t);
  host.isAway = true;
  const preview = await previewApplication(ann, parts, place, publication());
  assert.deepEqual(
    preview.problems.map(({ severity, code: reason }) => [severity, reason]),
    [['warning', 'host_unreachable']],
  );
  assert.equal((await publish()).operation.state, 'running');
});

test('previewApplication shows the plan and touches nothing', async (t) => {
  const { parts, ann, row, operations } = await begin(t);
  const preview = await previewApplication(ann, parts, place, publication());
  assert.deepEqual(preview.problems, []);
  assert.deepEqual(
    preview.services.map(({ name, change }) => [name, change]),
    [
      ['web', 'added'],
      ['db', 'added'],
    ],
  );
  assert.deepEqual(preview.steps.filter(({ action }) => action === 'start_container').length, 2);
  assert.deepEqual([await row(), await operations()], [undefined, []]);
});

test('previewApplication says what changes for each service', async (t) => {
  const { publish, parts, ann } = await begin(t);
  await publish();
  const next = publication('services:\n  web:\n    image: sim/web:2\n  cache:\n    image: sim/c:1\n');
  const { services } = await previewApplication(ann, parts, place, next);
  assert.deepEqual(
    services.map(({ name, change }) => [name, change]),
    [
      ['web', 'changed'],
      ['cache', 'added'],
      ['db', 'removed'],
    ],
  );
});

test('the wishes of an application follow one another, each with its operation', async (t) => {
  const { publish, parts, ann, operations, row } = await begin(t);
  await publish();
  await stopApplication(ann, parts, shop);
  assert.equal((await row())?.desired_state, 'stopped');
  await assert.rejects(scaleApplication(ann, parts, shop, { services: { web: 2 } }), code('wrong_state'));
  await startApplication(ann, parts, shop);
  const { application } = await scaleApplication(ann, parts, shop, { services: { web: 3 } });
  assert.equal(application.containers.desired, 4);
  await removeApplication(ann, parts, shop, { removeVolumes: true });
  assert.deepEqual([(await row())?.desired_state, (await row())?.remove_volumes], ['removed', 1]);
  assert.deepEqual(await operations(), [
    'publish superseded 1',
    'stop superseded 2',
    'start superseded 3',
    'scale superseded 4',
    'remove running 5',
  ]);
});

test('an application that is being removed takes no wish but to be removed', async (t) => {
  const { publish, parts, ann, row } = await begin(t);
  await publish();
  await removeApplication(ann, parts, shop, { removeVolumes: true });
  for (const wish of [
    () => publish(),
    () => startApplication(ann, parts, shop),
    () => stopApplication(ann, parts, shop),
    () => scaleApplication(ann, parts, shop, { services: { web: 2 } }),
  ])
    await assert.rejects(wish, code('wrong_state'));
  await removeApplication(ann, parts, shop, {});
  assert.equal((await row())?.remove_volumes, 0, 'and may be told to keep its volumes after all');
});

test('scaleApplication refuses a service that is not there, and one more container than there are ports', async (t) => {
  const { publish, parts, ann } = await begin(t);
  await publish('services:\n  web:\n    image: x\n    ports: ["8080:80"]\n');
  await assert.rejects(scaleApplication(ann, parts, shop, { services: { gone: 1 } }), code('invalid_request'));
  await assert.rejects(scaleApplication(ann, parts, shop, { services: { web: 2 } }), code('impossible_plan'));
});

test('scaleApplication asks the policy as it is now', async (t) => {
  const { publish, parts, ann, settings, operations } = await begin(t);
  await settings({ policyProfile: 'privileged', bindRoots: [] });
  await publish('services:\n  web:\n    image: x\n    privileged: true\n');
  await settings({ policyProfile: 'baseline', bindRoots: [] });
  await assert.rejects(scaleApplication(ann, parts, shop, { services: { web: 2 } }), code('policy_violation'));
  assert.deepEqual(await operations(), ['publish running 1']);
  assert.ok(await removeApplication(ann, parts, shop, {}), 'but it may always go');
});

test('a wish that was decided on an older state is refused, not lost', async (t) => {
  const { publish, parts, ann, db, operations } = await begin(t);
  await publish();
  const slow: ApplicationParts = {
    ...parts,
    lookAtHost: async (...asked) => {
      await db.updateTable('applications').set({ generation: 9 }).execute();
      return parts.lookAtHost(...asked);
    },
  };
  await assert.rejects(scaleApplication(ann, slow, shop, { services: { web: 2 } }), code('conflict'));
  assert.deepEqual(await operations(), ['publish running 1']);
});

test('an application of another tenant is not there, for every wish', async (t) => {
  const { publish, parts, user, tenant, member, contextOf } = await begin(t);
  await publish();
  const id = await user('eve');
  await member(await tenant('globex'), id, 'tenant_admin');
  const eve = contextOf(id, 'eve');
  for (const wish of [
    () => publishApplication(eve, parts, place, publication()),
    () => previewApplication(eve, parts, place, publication()),
    () => startApplication(eve, parts, shop),
    () => stopApplication(eve, parts, shop),
    () => scaleApplication(eve, parts, shop, { services: { web: 2 } }),
    () => removeApplication(eve, parts, shop, {}),
    () => readApplication(eve, parts.db, shop),
    () => listRevisions(eve, parts.db, shop, {}),
  ])
    await assert.rejects(wish, code('not_found'));
});

test('operations of an application are kept up to two hundred, the newest first', async (t) => {
  const { publish, parts, ann, db } = await begin(t);
  await publish();
  for (let count = 0; count < 204; count += 1) await stopApplication(ann, parts, shop);
  const { items, total } = await listOperationsOfEnvironment(ann, db, place, { limit: 200 });
  assert.equal(total, 200);
  assert.deepEqual([items[0]?.state, items[1]?.state], ['running', 'superseded']);
  assert.deepEqual(
    items.map(({ id }) => id),
    items
      .map(({ id }) => id)
      .sort()
      .reverse(),
  );
});
