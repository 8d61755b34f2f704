// What can only be seen once it is tried: images that are not there, programs that end, ports that are gone. Each ends its
// operation with a reason and a sentence, keeps what ran before, and leaves nothing behind when it is removed.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { after, before, suite, test } from 'node:test';
import type { Application, Operation } from '@berth/contract/applications.ts';
import { closeAll } from '#harness/close-all.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { publishWell, readApplication, refusedWith, removeWell, untilPhase } from '#harness/application.ts';
import { publication, publishAndWait, startBerth, waitForOperation, type Berth } from '#harness/berth.ts';
import { untilAnswers } from '#harness/http.ts';
import { inspect, listObjects, objectsOf, openLab, type Lab } from '#harness/lab.ts';

let lab: Lab;
let berth: Berth;
before(async () => {
  lab = await openLab();
  berth = await startBerth({ engineSocket: lab.engine.socket });
});
after(() => closeAll(berth, lab));

interface Failure {
  /** Lines of the service `web`, and of the file after it. */
  readonly web: string;
  readonly more?: string;
  readonly reason: string;
  /** Of the operation, for a person. */
  readonly message: RegExp;
  readonly type?: 'Blocked' | 'Degraded';
  readonly look?: (application: Application, operation: Operation) => void;
}

const failures: Readonly<Record<string, Failure>> = {
  'a health check that fails': {
    web: 'image: lab/idle:1\n    healthcheck: {test: "exit 1", interval: 1s, timeout: 1s, retries: 2}',
    reason: 'unhealthy',
    message: /berth-f\d+-web-1 fails its health check/,
  },
  'a service that waits for one that never gets healthy': {
    web: 'image: lab/idle:1\n    depends_on: {db: {condition: service_healthy}}',
    more: '  db:\n    image: lab/idle:1\n    healthcheck: {test: "exit 1", interval: 1s, timeout: 1s, retries: 2}\n',
    reason: 'unhealthy',
    message: /berth-f\d+-db-1 fails its health check/,
    look: ({ services }) =>
      assert.deepEqual(services.map(({ name, running }) => `${name} ${running}`).toSorted(), ['db 1', 'web 0']),
  },
  'an image that is nowhere': {
    web: 'image: nowhere/at-all:9',
    reason: 'image_not_found',
    message: /nowhere\/at-all:9/,
    type: 'Blocked',
    look: (application, { progress }) => {
      assert.deepEqual(
        progress.map(({ action, state }) => [action, state]),
        [
          ['pull_image', 'failed'],
          ['create_network', 'waiting'],
          ['create_container', 'waiting'],
          ['start_container', 'waiting'],
        ],
      );
      assert.match(application.conditions[0]?.remedy ?? '', /registry/);
    },
  },
  'a program that ends at once': {
    web: `image: lab/idle:1\n    command: ["sh", "-c", "echo first line >&2; echo the last word >&2; exit 3"]`,
    reason: 'exits_at_once',
    message: /berth-f\d+-web-1 ended with code 3; it said last: the last word/,
    look: ({ conditions }) => {
      const condition = conditions.find(({ reason }) => reason === 'exits_at_once');
      assert.deepEqual([condition?.service, condition?.logLines], ['web', ['first line', 'the last word']]);
    },
  },
  'a program that ends again and again': {
    web: `image: lab/idle:1\n    restart: always\n    command: ["sh", "-c", "echo trying; exit 1"]`,
    reason: 'exits_at_once',
    message: /ended with code 1, restarted \d+ times; it said last: trying/,
  },
  'a program that needs more memory than it may have': {
    web: 'image: lab/idle:1\n    mem_limit: 6m\n    memswap_limit: 6m\n    command: [tail, /dev/zero]',
    reason: 'out_of_memory',
    message: /ran out of memory/,
    look: ({ conditions }) => assert.match(conditions[0]?.remedy ?? '', /memory/i),
  },
  'a program that is not in the image': {
    web: 'image: lab/idle:1\n    command: [no-such-program, --flag]',
    reason: 'engine_refused',
    message: /no-such-program.*not found/,
  },
  'a folder to work in that is a file': {
    web: 'image: lab/idle:1\n    working_dir: /bin/busybox',
    reason: 'engine_refused',
    message: /\/bin\/busybox/,
  },
  'a user who is not in the image': {
    web: 'image: lab/idle:1\n    user: nobody-here',
    reason: 'engine_refused',
    message: /nobody-here/,
  },
  'a service that waits for one that fails': {
    web: 'image: lab/idle:1\n    depends_on: {migrate: {condition: service_completed_successfully}}',
    more: '  migrate:\n    image: lab/idle:1\n    command: ["sh", "-c", "echo cannot migrate; exit 7"]\n',
    reason: 'exits_at_once',
    message: /berth-f\d+-migrate-1 ended with code 7; it said last: cannot migrate/,
  },
  'a network that cannot be made': {
    web: 'image: lab/idle:1\n    networks: [odd]',
    more: 'networks:\n  odd:\n    ipam: {config: [{subnet: 10.213.0.0/16, gateway: 10.214.0.1}]}\n',
    reason: 'engine_refused',
    message: /10\.21[34]|gateway|subnet|network/i,
  },
};

suite('what fails', { concurrency: 2 }, () => {
  suite('ends its operation and says why', { concurrency: 4 }, () => {
    for (const [at, [name, failure]] of Object.entries(failures).entries())
      test(`for ${name}`, async () => {
        const application = `f${at}`;
        const operation = await publishAndWait(
          berth.admin,
          berth.place,
          publication(application, `services:\n  web:\n    ${failure.web}\n${failure.more ?? ''}`),
        );
        assert.deepEqual([operation.state, operation.reason], ['failed', failure.reason], operation.message ?? '');
        assert.match(operation.message ?? '', failure.message);
        assert.doesNotMatch(
          operation.message ?? '',
          /OCI runtime|runc|\bHTTP \d|status code|undefined|\[object/,
          'it is a sentence for a person',
        );
        const shown = await readApplication(berth, application);
        const condition = shown.conditions.find(({ reason }) => reason === failure.reason);
        assert.ok(condition !== undefined, JSON.stringify(shown.conditions));
        if (failure.type !== undefined) assert.equal(condition.type, failure.type);
        assert.ok(['blocked', 'degraded'].includes(shown.phase), shown.phase);
        failure.look?.(shown, operation);
        await removeWell(lab, berth, application);
      });
  });

  test('an image that is not there and may not be pulled is refused before anything is touched', async () => {
    const body = publication('forbidden', 'services:\n  web:\n    image: lab/absent:1\n    pull_policy: never\n');
    const refusal = await refusedWith('impossible_plan', () =>
      berth.admin.publishApplication({ params: berth.place, body }),
    );
    assert.match(refusal.message, /lab\/absent:1 is not on the host, and the file forbids pulling/);
    assert.deepEqual(await objectsOf(lab, 'forbidden'), []);
  });

  suite('lets go on what ran before', { concurrency: 2 }, () => {
    const good = (name: string, port: number) =>
      publication(
        name,
        `services:\n  web:\n    image: lab/web:1\n    ports: ["${port}:80"]\n    environment: {TEXT: before}\n  other:\n    image: lab/idle:1\n`,
      );

    test('when the next revision names an image that is nowhere, and the one after it is right again', async () => {
      await publishWell(berth, good('update-image', 18801));
      const former = await inspect(lab, 'berth-update-image-web-1');
      const bad = good('update-image', 18801);
      const text = (bad.bundle.files['compose.yaml'] ?? '')
        .replace('lab/web:1', 'lab/wbe:1')
        .replace('lab/idle:1\n', 'lab/idle:1\n    hostname: changed\n');
      const failed = await publishAndWait(berth.admin, berth.place, publication('update-image', text));
      assert.deepEqual([failed.state, failed.reason], ['failed', 'image_not_found'], failed.message ?? '');
      await untilAnswers(lab, 18801, 'before');
      const now = await inspect(lab, 'berth-update-image-web-1');
      assert.deepEqual(
        [now.Id, now.State.StartedAt],
        [former.Id, former.State.StartedAt],
        'nothing is stopped before everything is there',
      );
      await publishWell(berth, good('update-image', 18801));
      assert.equal((await inspect(lab, 'berth-update-image-web-1')).Id, former.Id);
      await removeWell(lab, berth, 'update-image');
    });

    test('when a port is taken that nobody could see, and it starts by itself once the port is free', async () => {
      const holder = spawn(
        'nsenter',
        ['-t', String(lab.engine.pid), '-n', '--', 'busybox', 'nc', '-l', '-p', '18802'],
        { stdio: ['pipe', 'ignore', 'ignore'] },
      );
      try {
        await eventually(() => isListening(18802), { withinMs: 5_000, because: 'the program listens' });
        const operation = await publishAndWait(berth.admin, berth.place, good('late-port', 18802));
        assert.deepEqual([operation.state, operation.reason], ['failed', 'port_taken'], operation.message ?? '');
        assert.match(operation.message ?? '', /18802/);
        const { phase, conditions } = await readApplication(berth, 'late-port');
        assert.equal(phase, 'blocked');
        assert.match(conditions.find(({ reason }) => reason === 'port_taken')?.remedy ?? '', /another port|stop/i);
        assert.equal((await inspect(lab, 'berth-late-port-other-1')).State.Status, 'running', 'the other service runs');
      } finally {
        holder.kill('SIGKILL');
        await once(holder, 'exit');
      }
      await untilAnswers(lab, 18802, 'before', '/', 60_000);
      await untilPhase(berth, 'late-port', 'running');
      await removeWell(lab, berth, 'late-port');
    });

    test('and an application that cannot run is stopped, scaled and removed all the same', async () => {
      await publishAndWait(
        berth.admin,
        berth.place,
        publication('stuck', 'services:\n  web:\n    image: nowhere/stuck:1\n  other:\n    image: lab/idle:1\n'),
      );
      const params = { ...berth.place, application: 'stuck' };
      const scaled = await berth.admin.scaleApplication({ params, body: { services: { web: 0 } } });
      assert.equal((await waitForOperation(berth.admin, berth.place, scaled.operation.id)).state, 'succeeded');
      assert.equal(
        (await inspect(lab, 'berth-stuck-other-1')).State.Status,
        'running',
        'without the broken service the other one runs',
      );
      const stopped = await berth.admin.stopApplication({ params });
      assert.equal((await waitForOperation(berth.admin, berth.place, stopped.operation.id)).state, 'succeeded');
      assert.equal((await inspect(lab, 'berth-stuck-other-1')).State.Status, 'exited');
      await removeWell(lab, berth, 'stuck');
    });

    test('a publish that is overtaken by another is superseded, and the last one holds', async () => {
      const waits =
        'services:\n  web:\n    image: lab/web:1\n    ports: ["18803:80"]\n    environment: {TEXT: before}\n    depends_on: {slow: {condition: service_completed_successfully}}\n  slow:\n    image: lab/idle:1\n    stop_grace_period: 0s\n    command: [sleep, "600"]\n';
      const { operation } = await berth.admin.publishApplication({
        params: berth.place,
        body: publication('overtaken', waits),
      });
      await eventually(async () => (await objectsOf(lab, 'overtaken')).length === 3, {
        withinMs: 10_000,
        because: 'the first publish is under way',
      });
      await publishWell(berth, { ...good('overtaken', 18803), acceptLosses: true });
      assert.equal(
        (await berth.admin.readOperation({ params: { ...berth.place, operation: operation.id } })).state,
        'superseded',
      );
      await untilAnswers(lab, 18803, 'before');
      await removeWell(lab, berth, 'overtaken');
    });

    test('an image’s own volume keeps its data when its container is made anew', async () => {
      await lab.engine.importImage(
        'lab/declared:1',
        ['/bin/sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1; done'],
        ['VOLUME /data'],
      );
      const compose = (label: string) =>
        publication('declared', `services:\n  db:\n    image: lab/declared:1\n    labels: {v: "${label}"}\n`);
      await publishWell(berth, compose('1'));
      await lab.engine.docker('exec', 'berth-declared-db-1', 'sh', '-c', 'echo kept > /data/file');
      await publishWell(berth, compose('2'));
      assert.equal(await lab.engine.docker('exec', 'berth-declared-db-1', 'cat', '/data/file'), 'kept\n');
      await removeWell(lab, berth, 'declared');
    });
  });
});

test('after all failures nothing is left on the engine', async () => {
  const { containers, networks, volumes } = await listObjects(lab);
  assert.deepEqual([containers, networks, volumes], [[], [], []]);
  assert.deepEqual((await berth.admin.listApplications({ params: berth.place })).items, []);
  assert.deepEqual((await berth.admin.listContainers({ params: berth.place })).items, []);
});

const isListening = async (port: number): Promise<boolean> => {
  const hex = port.toString(16).toUpperCase().padStart(4, '0');
  const tables = await Promise.all(
    ['tcp', 'tcp6'].map((name) => readFile(`/proc/${lab.engine.pid}/net/${name}`, 'utf8')),
  );
  return tables.some((table) => new RegExp(`:${hex} \\S+ 0A `).test(table));
};
