// What people met with on platforms before this one, where only a real engine tells whether it is right here: ports, health
// checks, networks and volumes. The others of the list are in tests/api/field-cases.test.ts and beside it.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import { endsWell, publishWell, readApplication, refusedWith, removeWell } from '#harness/application.ts';
import { publication, publishAndWait, removeAndWait, startBerth, type Berth } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { untilAnswers } from '#harness/http.ts';
import { inspect, listObjects, objectsOf, openLab, type Lab } from '#harness/lab.ts';

let lab: Lab;
let berth: Berth;
before(async () => {
  lab = await openLab();
  const idle = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'];
  for (const tag of [1, 2]) await lab.engine.importImage(`lab/keeps:${tag}`, idle, ['VOLUME /data', `ENV TAG=${tag}`]);
  berth = await startBerth({ engineSocket: lab.engine.socket });
});
after(() => closeAll(berth, lab));

const at = (application: string) => ({ ...berth.place, application });
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);
const failed = async (body: Publication, reason: string): Promise<Operation> => {
  const operation = await publishAndWait(berth.admin, berth.place, body);
  assert.deepEqual([operation.state, operation.reason], ['failed', reason], operation.message ?? '');
  return operation;
};
const rollBack = (application: string, number: number) =>
  succeeded(berth.admin.rollBackApplication({ params: { ...at(application), number }, body: {} }));
const shell = (container: string, line: string): Promise<string> =>
  lab.engine.docker('exec', container, 'sh', '-c', line);
const web = (name: string, text: string, port: number): Publication =>
  publication(
    name,
    `services:\n  web:\n    image: lab/web:1\n    ports: ["${port}:80"]\n    environment: {TEXT: ${text}}\n`,
  );
const containersOn = async (application: string): Promise<string[]> =>
  (await listObjects(lab)).containers
    .filter((container) => container.application === application)
    .map(({ name, state }) => `${name} ${state}`)
    .sort();

suite('on a real engine', { concurrency: 4 }, () => {
  test('case 1: going back to a port that another application holds is refused with its name, and works when it is free', async () => {
    await publishWell(berth, web('gave-way', 'old', 18901));
    await publishWell(berth, web('gave-way', 'new', 18902));
    await publishWell(berth, web('holder', 'holder', 18901));
    for (const call of [
      () => berth.admin.rollBackApplication({ params: { ...at('gave-way'), number: 1 }, body: {} }),
      () => berth.admin.abortUpgrade({ params: at('gave-way') }),
    ]) {
      const refusal = await refusedWith('impossible_plan', call);
      assert.match(
        refusal.message,
        /^Port 18901\/tcp of host \S+ is taken by the service web of the application holder$/,
      );
    }
    const preview = await berth.admin.previewRollback({ params: { ...at('gave-way'), number: 1 } });
    assert.deepEqual(
      preview.problems.map(({ code }) => code),
      ['port_taken'],
    );
    await untilAnswers(lab, 18902, 'new');
    await untilAnswers(lab, 18901, 'holder');
    await removeWell(lab, berth, 'holder');
    await rollBack('gave-way', 1);
    await untilAnswers(lab, 18901, 'old');
    await removeWell(lab, berth, 'gave-way');
  });

  test('case 6: a new health check judges new containers only; those that wait their turn stay healthy under their own', async () => {
    const checked = (check: string) =>
      publication(
        'checked',
        `
services:
  web:
    image: lab/idle:1
    healthcheck: {test: "${check}", interval: 500ms, retries: 2}
    deploy: {replicas: 3, update_config: {parallelism: 1}}
`,
      );
    await publishWell(berth, checked('test -e /bin/sh'));
    const names = ['berth-checked-web-1', 'berth-checked-web-2', 'berth-checked-web-3'];
    const look = async (name: string) => {
      const [state, test_ = '', id] = (
        await lab.engine.docker(
          'inspect',
          '--format',
          '{{.State.Health.Status}}|{{index .Config.Healthcheck.Test 1}}|{{.Id}}',
          name,
        )
      )
        .trim()
        .split('|');
      return { state, test: test_, id };
    };
    const former = await Promise.all(names.map(look));
    const operation = await failed(checked('test -e /nowhere'), 'upgrade_held');
    assert.match(operation.message ?? '', /fails its health check/);
    const now = await Promise.all(names.map(look));
    const kept = now.filter(({ id }) => former.some((one) => one.id === id));
    assert.equal(kept.length, 2, 'one batch was touched');
    assert.ok(
      kept.every(({ state, test: own }) => state === 'healthy' && own === 'test -e /bin/sh'),
      JSON.stringify(now),
    );
    assert.deepEqual(
      now.filter((one) => !kept.includes(one)).map(({ state, test: own }) => [state, own]),
      [['unhealthy', 'test -e /nowhere']],
    );
    await succeeded(berth.admin.abortUpgrade({ params: at('checked') }));
    assert.ok((await Promise.all(names.map(look))).every(({ test: own }) => own === 'test -e /bin/sh'));
    await removeWell(lab, berth, 'checked');
  });

  test('case 10: a service renamed on its port can fail, be tried again and be given up, and nothing has to be deleted by hand', async () => {
    const named = (name: string, text: string, check: string): Publication =>
      publication(
        'renames',
        `
services:
  ${name}:
    image: lab/web:1
    ports: ["18903:80"]
    environment: {TEXT: ${text}}
    healthcheck: {test: "${check}", interval: 500ms, retries: 1}
  bystander:
    image: lab/idle:1
`,
        { acceptLosses: true },
      );
    const good = 'wget -qO- http://127.0.0.1/';
    await publishWell(berth, named('web', 'web', good));
    const bystander = (await inspect(lab, 'berth-renames-bystander-1')).Id;
    await failed(named('front', 'unwell', 'exit 1'), 'upgrade_held');
    await succeeded(berth.admin.abortUpgrade({ params: at('renames') }));
    await untilAnswers(lab, 18903, 'web');
    assert.deepEqual(await containersOn('renames'), [
      'berth-renames-bystander-1 running',
      'berth-renames-web-1 running',
    ]);
    await failed(named('front', 'unwell', 'exit 1'), 'upgrade_held');
    await publishWell(berth, named('front', 'front', good));
    await untilAnswers(lab, 18903, 'front');
    await eventually(
      async () =>
        assert.deepEqual(await containersOn('renames'), [
          'berth-renames-bystander-1 running',
          'berth-renames-front-1 running',
        ]) === undefined,
      { withinMs: 30_000, because: 'the old one is gone' },
    );
    assert.equal((await inspect(lab, 'berth-renames-bystander-1')).Id, bystander);
    await removeWell(lab, berth, 'renames');
  });

  test('case 12: a network that others are on outlives its application, which says so, and is gone with the last', async () => {
    const meets = (name: string, network: string) =>
      publication(
        name,
        `services:\n  web:\n    image: lab/idle:1\n    networks: [meet]\nnetworks:\n  meet: ${network}\n`,
      );
    const isThere = async () => (await listObjects(lab)).networks.some(({ name }) => name === 'berth_meeting');
    await publishWell(berth, meets('owner', '{name: meeting}'));
    await publishWell(berth, meets('guest', '{external: true, name: meeting}'));
    const removed = await removeAndWait(berth.admin, berth.place, 'owner');
    assert.deepEqual(
      [removed.state, removed.message],
      ['succeeded', 'Removed; the network berth_meeting stays, other applications use it'],
    );
    await refusedWith('not_found', () => readApplication(berth, 'owner'));
    assert.equal((await inspect(lab, 'berth-guest-web-1')).State.Running, true);
    // The same name again finds its network, and its removal again leaves it to the other.
    await publishWell(berth, meets('owner', '{name: meeting}'));
    assert.equal((await removeAndWait(berth.admin, berth.place, 'owner')).state, 'succeeded');
    assert.ok(await isThere());
    // A stranger who joined it by hand keeps it too, and is not thrown out.
    await lab.engine.docker('run', '-d', '--name', 'stranger', '--network', 'berth_meeting', 'lab/idle:1');
    assert.equal((await removeAndWait(berth.admin, berth.place, 'guest')).state, 'succeeded');
    assert.ok(await isThere());
    assert.equal((await inspect(lab, 'stranger')).State.Running, true);
    await lab.engine.docker('rm', '-f', 'stranger');
    await publishWell(berth, meets('guest', '{name: meeting}'));
    await removeWell(lab, berth, 'guest');
    assert.equal(await isThere(), false);
  });

  test('case 24: what an image keeps in a volume of its own is there under the next tag, after going back, and after removing', async () => {
    const keeps = (tag: string) => publication('keeps', `services:\n  db:\n    image: lab/keeps:${tag}\n`);
    const read = () => shell('berth-keeps-db-1', 'echo $TAG; cat /data/file');
    await publishWell(berth, keeps('1'));
    await shell('berth-keeps-db-1', 'echo written > /data/file');
    await publishWell(berth, keeps('2'));
    assert.equal(await read(), '2\nwritten\n');
    await failed(keeps('3'), 'image_not_found');
    assert.equal(await read(), '2\nwritten\n');
    await rollBack('keeps', 1);
    assert.equal(await read(), '1\nwritten\n');
    const removed = await removeAndWait(berth.admin, berth.place, 'keeps', false);
    assert.match(removed.message ?? '', /the volume berth-keeps\.db\.1-data is kept/);
    await publishWell(berth, keeps('2'));
    assert.equal(await read(), '2\nwritten\n');
    await removeWell(lab, berth, 'keeps');
  });

  test('case 25: each container has its own volume again after a failed upgrade, a rollback, a loss and another number', async () => {
    const own = (image: string, check: string) =>
      publication(
        'own',
        `
services:
  db:
    image: ${image}
    volumes: [/var/own]
    healthcheck: {test: "${check}", interval: 500ms, retries: 1}
    deploy: {replicas: 2}
`,
      );
    const names = ['berth-own-db-1', 'berth-own-db-2'];
    const read = () => Promise.all(names.map((name) => shell(name, 'cat /var/own/file /data/file')));
    const written = ['own 1\nimage 1\n', 'own 2\nimage 2\n'];
    await publishWell(berth, own('lab/keeps:1', 'true'));
    for (const [index, name] of names.entries())
      await shell(name, `echo own ${index + 1} > /var/own/file; echo image ${index + 1} > /data/file`);
    const volumes = async () => (await objectsOf(lab, 'own')).filter((name) => name.startsWith('berth-own.'));
    const former = await volumes();
    assert.equal(former.length, 4);
    await failed(own('nowhere/db:2', 'true'), 'image_not_found');
    assert.deepEqual(await read(), written);
    await failed(own('lab/keeps:2', 'false'), 'upgrade_held');
    assert.deepEqual(await read(), written, 'half-way, the one that is new and unwell has its own too');
    await rollBack('own', 1);
    assert.deepEqual(await read(), written);
    await lab.engine.docker('rm', '-f', '-v', 'berth-own-db-2');
    await eventually(async () => (await inspect(lab, 'berth-own-db-2')).State.Running, {
      withinMs: 30_000,
      because: 'it is back',
    });
    assert.deepEqual(await read(), written);
    for (const count of [1, 2])
      await succeeded(berth.admin.scaleApplication({ params: at('own'), body: { services: { db: count } } }));
    assert.deepEqual(await read(), written);
    assert.deepEqual(await volumes(), former, 'no other volume was made on the way');
    await removeWell(lab, berth, 'own');
  });

  test('case 27: values with dollars reach the program byte by byte, here and where the export is published', async () => {
    const values: Readonly<Record<string, string>> = {
      HASH: 'u:$apr1$a$b.0',
      ENDS: 'example:$',
      DOUBLE: 'pa$$word',
      COMMAND: "$(wg|awk '{print $5}')",
    };
    const body = publication(
      'bytes',
      `services:\n  web:\n    image: lab/idle:1\n    environment: [${Object.keys(values).join(', ')}, "FILE=$$\{X} $$X"]\n`,
      { variables: values },
    );
    const holds = async (name: string) => {
      const environ = (await shell(`berth-${name}-web-1`, 'cat /proc/1/environ')).split('\0');
      for (const [key, value] of Object.entries({ ...values, FILE: '${X} $X' }))
        assert.ok(environ.includes(`${key}=${value}`), environ.join('\n'));
    };
    await publishWell(berth, body);
    await holds('bytes');
    for (const form of ['files', 'resolved'] as const) {
      const { bundle, variables } = await berth.admin.exportApplication({ params: at('bytes'), query: { form } });
      await publishWell(berth, { name: `bytes-${form}`, bundle, variables });
      await holds(`bytes-${form}`);
      await removeWell(lab, berth, `bytes-${form}`);
    }
    await removeWell(lab, berth, 'bytes');
  });
});

test('after all cases nothing is left on the engine', async () => {
  assert.deepEqual(await listObjects(lab), { containers: [], networks: [], volumes: [] });
});
