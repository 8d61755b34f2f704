// `kill -9` of the portal server, of the Docker Server and of the all-in-one at named moments of a publish, of an update
// and of a removal. Whatever the moment, a restart ends in the same state: one operation with one outcome, no container
// twice, nothing on the engine that the API does not know, and nothing foreign touched.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import type { Operation } from '@berth/contract/applications.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { bundle, refusedWith } from '#harness/application.ts';
import { waitForOperation } from '#harness/berth.ts';
import { atEvent } from '#harness/engine-events.ts';
import { untilAnswers } from '#harness/http.ts';
import { idleImage, inspect, listObjects, objectsOf, openLab, type Lab } from '#harness/lab.ts';
import {
  openAllInOneSite,
  openSplitSite,
  type AllInOneSite,
  type ServerProcess,
  type SplitSite,
} from '#harness/processes.ts';

let lab: Lab;
before(async () => {
  lab = await openLab();
  await lab.engine.docker('run', '-d', '--name', foreign, '-v', `${foreign}:/data`, idleImage);
  await lab.engine.docker('network', 'create', foreign);
});
after(async () => lab?.close());

const foreign = 'somebody-elses';

/** The n-th event of a kind, of the application's objects; or right after the answer to the request. */
type Moment = { readonly what: string; readonly count: number } | 'answered';
const at = (what: string, count = 1): Moment => ({ what, count });

interface Chain {
  readonly publish: Moment;
  readonly update: Moment;
  readonly remove: Moment;
}

const compose = (port: number, text: string): string => `
services:
  web:
    image: lab/web:1
    ports: ["${port}:80"]
    environment: {TEXT: ${text}, UPSTREAM: db}
    depends_on: [db]
  db:
    image: lab/web:1
    environment: {TEXT: db of ${text}}
    volumes: ["data:/data"]
volumes: {data: {}}
`;

const portalChains: Readonly<Record<string, Chain>> = {
  answer: { publish: 'answered', update: 'answered', remove: 'answered' },
  network: { publish: at('network create'), update: at('container kill'), remove: at('container kill') },
  created: { publish: at('container create'), update: at('container destroy'), remove: at('container destroy', 2) },
  both: { publish: at('container create', 2), update: at('container create'), remove: at('network destroy') },
  started: { publish: at('container start'), update: at('container start'), remove: at('volume destroy') },
};

const dockerServerChains: Readonly<Record<string, Chain>> = {
  early: { publish: at('volume create'), update: at('container die'), remove: at('container destroy') },
  late: { publish: at('container start'), update: at('container create', 2), remove: at('network destroy') },
};

const allInOneChains: Readonly<Record<string, Chain>> = {
  early: { publish: at('container create'), update: at('container die', 2), remove: at('container destroy') },
  late: { publish: at('container start', 2), update: at('container start'), remove: at('network destroy') },
};

let port = 19_000;

suite('after kill -9', { concurrency: 9 }, () => {
  for (const [name, chain] of Object.entries(portalChains))
    test(`of the portal server (${name}), a restart ends as if nothing had been`, async () => {
      const site = await openSplitSite(lab, `kill-portal-${name}`);
      try {
        await walk(site, site.portal, `p-${name}`, chain);
      } finally {
        await site.close();
      }
    });
  for (const [name, chain] of Object.entries(dockerServerChains))
    test(`of the Docker Server (${name}), a restart ends as if nothing had been`, async () => {
      const site = await openSplitSite(lab, `kill-docker-server-${name}`);
      try {
        await walk(site, site.dockerServer, `d-${name}`, chain);
      } finally {
        await site.close();
      }
    });
  for (const [name, chain] of Object.entries(allInOneChains))
    test(`of the all-in-one (${name}), a restart ends as if nothing had been`, async () => {
      const site = await openAllInOneSite(lab, `kill-all-in-one-${name}`);
      try {
        await walk(site, site.process, `a-${name}`, chain);
      } finally {
        await site.close();
      }
    });
});

test('nothing foreign was touched by all that, and nothing of Berth’s is left', async () => {
  const { containers, networks, volumes } = await listObjects(lab);
  for (const objects of [containers, networks, volumes])
    assert.deepEqual(
      objects.map(({ name }) => name),
      [foreign],
    );
  const { State, RestartCount } = await inspect(lab, foreign);
  assert.deepEqual([State.Status, RestartCount], ['running', 0]);
});

const walk = async (
  site: SplitSite | AllInOneSite,
  victim: ServerProcess,
  name: string,
  chain: Chain,
): Promise<void> => {
  const own = (port += 1);
  const params = { ...site.place, application: name };
  const publish = (text: string) => () =>
    site.admin.publishApplication({ params: site.place, body: bundle(name, { 'compose.yaml': compose(own, text) }) });
  const published = await killAt(site, victim, name, chain.publish, publish('one'));
  assert.equal(published.kind, 'publish');
  await holdsExactly(site, name, own, 'one', 1);
  const volume = (await listObjects(lab)).volumes.find(({ application }) => application === name);
  await killAt(site, victim, name, chain.update, publish('two'));
  await holdsExactly(site, name, own, 'two', 2);
  assert.deepEqual(
    (await listObjects(lab)).volumes.find(({ application }) => application === name),
    volume,
  );
  await killAt(site, victim, name, chain.remove, () =>
    site.admin.removeApplication({ params, body: { removeVolumes: true } }),
  );
  assert.deepEqual(await objectsOf(lab, name), [], 'nothing is left on the engine');
  await refusedWith('not_found', () => site.admin.readApplication({ params }));
  assert.deepEqual((await site.admin.listContainers({ params: site.place })).items, []);
};

/** Asks, kills at the moment, restarts, and waits for the end of the one operation there is. */
const killAt = async (
  site: SplitSite | AllInOneSite,
  victim: ServerProcess,
  name: string,
  moment: Moment,
  ask: () => Promise<{ operation: Operation }>,
): Promise<Operation> => {
  const known = new Set((await operationsOf(site, name)).map(({ id }) => id));
  const kill = () => process.kill(victim.pid, 'SIGKILL');
  if (moment === 'answered') {
    await ask();
    kill();
  } else {
    const watch = await atEvent(
      lab,
      (event) => event.what === moment.what && isOf(event.name, name),
      moment.count,
      kill,
    );
    // The kill may come before the answer does; what was recorded is found by the list below.
    const asked = ask().catch(() => undefined);
    await Promise.race([watch.happened, never(30_000, `${moment.what} number ${moment.count} of ${name}`)]);
    watch.close();
    await asked;
  }
  await victim.kill('SIGKILL');
  await victim.start();
  const fresh = await eventually(async () => (await operationsOf(site, name)).filter(({ id }) => !known.has(id)), {
    withinMs: 10_000,
    because: 'the server answers',
  });
  assert.equal(fresh.length, 1, `one operation was asked for, and one there is: ${JSON.stringify(fresh)}`);
  const operation = await waitForOperation(site.admin, site.place, fresh[0]?.id ?? '', 120_000);
  assert.equal(operation.state, 'succeeded', `${operation.reason} ${operation.message}`);
  return operation;
};

const operationsOf = async (site: SplitSite | AllInOneSite, name: string): Promise<Operation[]> =>
  (await site.admin.listOperations({ params: site.place, query: { limit: 200 } })).items.filter(
    ({ application }) => application.name === name,
  );

const isOf = (object: string, name: string): boolean =>
  object.startsWith(`berth-${name}-`) || object.startsWith(`berth-${name}_`);

const never = async (ms: number, what: string): Promise<never> =>
  eventually((): undefined => undefined, { withinMs: ms, because: `it happens: ${what}`, everyMs: 500 });

const holdsExactly = async (
  site: SplitSite | AllInOneSite,
  name: string,
  own: number,
  text: string,
  publishes: number,
): Promise<void> => {
  await untilAnswers(lab, own, text);
  await untilAnswers(lab, own, `db of ${text}`, '/cgi-bin/relay');
  const { containers, networks, volumes } = await listObjects(lab);
  const mine = containers.filter(({ application }) => application === name);
  assert.deepEqual(
    mine.map(({ name: container, service, slot, state }) => `${container} ${service} ${slot} ${state}`).sort(),
    [`berth-${name}-db-1 db 0 running`, `berth-${name}-web-1 web 0 running`],
  );
  assert.deepEqual(
    networks.filter(({ application }) => application === name).map((network) => network.name),
    [`berth-${name}_default`],
  );
  assert.deepEqual(
    volumes.filter(({ application }) => application === name).map((volume) => volume.name),
    [`berth-${name}_data`],
  );
  const shown = await site.admin.listContainers({ params: site.place, query: { application: name } });
  assert.deepEqual(
    shown.items.map(({ id }) => id).sort(),
    mine.map(({ id }) => id).sort(),
    'the API shows what there is',
  );
  const operations = await operationsOf(site, name);
  assert.deepEqual(
    operations.map(({ kind, state }) => [kind, state]),
    Array.from({ length: publishes }, () => ['publish', 'succeeded']),
  );
};
