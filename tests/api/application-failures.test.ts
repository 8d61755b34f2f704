// What goes wrong with an application, and what its owner is told: the reason, whose doing it is, and what would mend it. And
// that nothing is left behind, and that what mends itself is taken up by itself.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Application, Operation } from '@berth/contract/applications.ts';
import { publishWell, readApplication, refusedWith, untilPhase } from '#harness/application.ts';
import { containersOf, publication, publishAndWait, removeAndWait, waitForOperation } from '#harness/berth.ts';
import { objectsOn, onEngine, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

const at = (application: string) => ({ ...berth.place, application });
const service = (name: string, image: string, ...more: string[]) =>
  `  ${name}:\n    image: ${image}\n${more.map((line) => `    ${line}\n`).join('')}`;
const publish = (name: string, ...services: string[]): Promise<Operation> =>
  publishAndWait(berth.admin, berth.place, publication(name, `services:\n${services.join('')}`), 30_000);
const wish = async (name: string, ...services: string[]): Promise<Operation> =>
  (
    await berth.admin.publishApplication({
      params: berth.place,
      body: publication(name, `services:\n${services.join('')}`),
    })
  ).operation;
const refused = (code: string, name: string, ...services: string[]) => refusedWith(code, () => wish(name, ...services));
const end = (operation: Operation) => waitForOperation(berth.admin, berth.place, operation.id, 30_000);
const conditionOf = (application: Application, reason: string) => {
  const found = application.conditions.find((condition) => condition.reason === reason);
  assert.ok(found !== undefined, `${reason} is among ${JSON.stringify(application.conditions)}`);
  return found;
};
const untilCondition = (name: string, reason: string) =>
  eventually(async () => conditionOf(await readApplication(berth, name), reason), {
    withinMs: 20_000,
    because: `${name} says ${reason}`,
    everyMs: 100,
  });
const within = { withinMs: 20_000 };

suite('over the API', { concurrency: 3 }, () => {
  suite('an image', { concurrency: 12 }, () => {
    test('that is nowhere fails the publish with its name, and leaves nothing on the engine', async () => {
      const operation = await publish(
        'missing',
        service('web', 'sim/missing:9', 'volumes: ["/data"]'),
        service('other', 'sim/web:1'),
      );
      assert.deepEqual([operation.state, operation.reason], ['failed', 'image_not_found']);
      assert.match(operation.message ?? '', /sim\/missing:9/);
      const application = await untilPhase(berth, 'missing', 'blocked');
      const condition = conditionOf(application, 'image_not_found');
      assert.deepEqual([condition.type, condition.service], ['Blocked', 'web']);
      assert.match(condition.remedy ?? '', /name and tag/);
      assert.deepEqual(objectsOn(berth.engine, 'missing'), []);
      const step = operation.progress.find(({ action }) => action === 'pull_image');
      assert.deepEqual([step?.state, step?.target], ['failed', 'sim/missing:9']);
      // It appears: what waited for it goes on by itself.
      berth.engine.addImage('sim/missing:9');
      await untilPhase(berth, 'missing', 'running', 30_000);
    });

    test('that is nowhere leaves what ran before running', async () => {
      await publishWell(berth, publication('kept', `services:\n${service('web', 'sim/web:1')}`));
      const [former] = await containersOf(berth.admin, berth.place, 'kept');
      const operation = await publish('kept', service('web', 'sim/missing:8'));
      assert.deepEqual([operation.state, operation.reason], ['failed', 'image_not_found']);
      const [now] = await containersOf(berth.admin, berth.place, 'kept');
      assert.deepEqual([now?.id, now?.state], [former?.id, 'running']);
      assert.equal((await removeAndWait(berth.admin, berth.place, 'kept')).state, 'succeeded');
    });

    test('whose program ends at once fails with its last words', async () => {
      const operation = await publish('exits', service('web', 'sim/exits-1:1'), service('fine', 'sim/web:1'));
      assert.deepEqual([operation.state, operation.reason], ['failed', 'exits_at_once']);
      const application = await untilPhase(berth, 'exits', 'degraded');
      const condition = conditionOf(application, 'exits_at_once');
      assert.deepEqual([condition.type, condition.service], ['Degraded', 'web']);
      assert.match(condition.message, /^berth-exits-web-1 ended with code 1/);
      assert.deepEqual(condition.logLines, ['starting', 'cannot open configuration: no such file']);
      const [fine, web] = await containersOf(berth.admin, berth.place, 'exits');
      assert.deepEqual([fine?.state, web?.state, web?.exitCode], ['running', 'exited', 1]);
      assert.equal((await removeAndWait(berth.admin, berth.place, 'exits')).state, 'succeeded');
      assert.deepEqual(objectsOn(berth.engine, 'exits'), []);
    });

    test('whose program ends again and again is given up after a few times, while the engine goes on', async () => {
      const operation = await publish('loops', service('web', 'sim/exits-1:1', 'restart: always'));
      assert.deepEqual([operation.state, operation.reason], ['failed', 'exits_at_once']);
      assert.match(operation.message ?? '', /restarted \d+ times/);
    });

    test('whose program finishes well is done, not failed, and is not started again', async () => {
      assert.equal((await publish('once', service('job', 'sim/exits-0:1'))).state, 'succeeded');
      const application = await untilPhase(berth, 'once', 'running');
      assert.deepEqual(
        application.conditions.map(({ reason }) => reason),
        ['all_running'],
      );
      const started = onEngine(berth.engine, 'berth-once-job-1').startedMs;
      // Asked for once more, it runs once more.
      assert.equal(
        (await end((await berth.admin.startApplication({ params: at('once') })).operation)).state,
        'succeeded',
      );
      assert.notEqual(onEngine(berth.engine, 'berth-once-job-1').startedMs, started);
    });

    test('that cannot be started says why in the engine’s words', async () => {
      const operation = await publish('never', service('web', 'sim/never-starts:1'));
      assert.deepEqual([operation.state, operation.reason], ['failed', 'engine_refused']);
      assert.match(operation.message ?? '', /no such file or directory/);
      assert.equal((await removeAndWait(berth.admin, berth.place, 'never')).state, 'succeeded');
    });

    test('that fails its health check keeps the operation open with the reason, until it is well', async () => {
      const operation = await wish('unwell', service('web', 'sim/unhealthy:1'));
      const condition = await untilCondition('unwell', 'unhealthy');
      assert.deepEqual([condition.type, condition.service], ['Degraded', 'web']);
      assert.equal((await readApplication(berth, 'unwell')).phase, 'degraded');
      assert.equal(
        (await berth.admin.readOperation({ params: { ...berth.place, operation: operation.id } })).state,
        'running',
      );
      berth.engine.setHealth('berth-unwell-web-1', 'healthy');
      assert.equal((await end(operation)).state, 'succeeded');
    });

    test('killed for want of memory says so', async () => {
      await publishWell(berth, publication('hungry', `services:\n${service('web', 'sim/web:1', 'mem_limit: 16m')}`));
      berth.engine.crash('berth-hungry-web-1', 137, true);
      const condition = await untilCondition('hungry', 'out_of_memory');
      assert.match(condition.message, /ran out of memory/);
      assert.equal((await containersOf(berth.admin, berth.place, 'hungry'))[0]?.outOfMemory, true);
    });
  });

  suite('a port', { concurrency: 12 }, () => {
    const held = 'is taken by';

    test('of a container that is not ours is refused with its name', async () => {
      berth.engine.addForeign('stranger', { HostConfig: { PortBindings: { '80/tcp': [{ HostPort: '22001' }] } } });
      const error = await refused('impossible_plan', 'port-a', service('web', 'sim/web:1', 'ports: ["22001:80"]'));
      assert.match(
        error.message,
        /^Port 22001\/tcp of host \S+ is taken by the container stranger, which is not Berth’s$/,
      );
      assert.deepEqual(
        error.problems.map(({ code, path }) => [code, path]),
        [['port_taken', 'services.web.ports[0]']],
      );
      await refusedWith('not_found', () => readApplication(berth, 'port-a'));
      const preview = await berth.admin.previewApplication({
        params: berth.place,
        body: publication('port-a', `services:\n${service('web', 'sim/web:1', 'ports: ["22001:80"]')}`),
      });
      assert.deepEqual(
        preview.problems.map(({ message }) => message),
        [error.message],
      );
      // UDP is another port, and another address another door.
      assert.equal(
        (await publish('port-b', service('web', 'sim/web:1', 'ports: ["22001:80/udp"]'))).state,
        'succeeded',
      );
    });

    test('of another application is refused with its name, and is free once that is stopped', async () => {
      await publishWell(
        berth,
        publication('port-c', `services:\n${service('front', 'sim/web:1', 'ports: ["22002:80"]')}`),
      );
      const error = await refused('impossible_plan', 'port-d', service('web', 'sim/web:1', 'ports: ["22002:80"]'));
      assert.match(error.message, new RegExp(`${held} the service front of the application port-c$`));
      await end((await berth.admin.stopApplication({ params: at('port-c') })).operation);
      assert.equal((await publish('port-d', service('web', 'sim/web:1', 'ports: ["22002:80"]'))).state, 'succeeded');
      const start = (await berth.admin.startApplication({ params: at('port-c') })).operation;
      assert.deepEqual([(await end(start)).state, (await end(start)).reason], ['failed', 'port_taken']);
    });

    test('asked for twice in one file is refused with both', async () => {
      const error = await refused(
        'impossible_plan',
        'port-e',
        service('a', 'sim/web:1', 'ports: ["22003:80"]'),
        service('b', 'sim/web:1', 'ports: ["127.0.0.1:22003:81"]'),
      );
      assert.match(error.message, /Port 22003\/tcp is asked for twice, by a and b/);
    });

    test('of a program on the host is refused with the program’s name', async () => {
      const program = createServer().listen(0, '127.0.0.1');
      await once(program, 'listening');
      const { port } = program.address() as { port: number };
      try {
        const error = await refused('impossible_plan', 'port-f', service('web', 'sim/web:1', `ports: ["${port}:80"]`));
        assert.match(
          error.message,
          new RegExp(`Port ${port}/tcp of host \\S+ ${held} the program \\S+ on the host itself`),
        );
      } finally {
        program.close();
      }
    });

    test('taken between the check and the start fails the publish, and heals when it is free', async () => {
      berth.engine.holdPort(22004);
      const operation = await publish('port-g', service('web', 'sim/web:1', 'ports: ["22004:80"]'));
      assert.deepEqual([operation.state, operation.reason], ['failed', 'port_taken']);
      const condition = conditionOf(await untilPhase(berth, 'port-g', 'blocked'), 'port_taken');
      assert.match(condition.remedy ?? '', /another port/);
      berth.engine.releasePort(22004);
      await untilPhase(berth, 'port-g', 'running', 30_000);
    });

    test('of the service that is replaced is free for its successor', async () => {
      const ports = 'ports: ["22005:80"]';
      await publishWell(berth, publication('port-h', `services:\n${service('web', 'sim/web:1', ports)}`));
      assert.equal((await publish('port-h', service('web', 'sim/web:2', ports))).state, 'succeeded');
      const error = await refused('needs_confirmation', 'port-h', service('renamed', 'sim/web:2', ports));
      assert.deepEqual(
        error.problems.map(({ code }) => code),
        ['service_renamed'],
      );
      await publishWell(
        berth,
        publication('port-h', `services:\n${service('renamed', 'sim/web:2', ports)}`, { acceptLosses: true }),
      );
      assert.deepEqual(
        (await containersOf(berth.admin, berth.place, 'port-h')).map(({ name }) => name),
        ['berth-port-h-renamed-1'],
      );
    });
  });

  suite('what stands in the way', { concurrency: 12 }, () => {
    test('a foreign container of the same name is left alone and named', async () => {
      const id = berth.engine.addForeign('berth-named-web-1');
      const error = await refused('impossible_plan', 'named', service('web', 'sim/web:1'));
      assert.deepEqual(
        error.problems.map(({ code }) => code),
        ['name_taken'],
      );
      assert.equal(onEngine(berth.engine, 'berth-named-web-1').id, id);
      assert.equal(onEngine(berth.engine, id).state, 'running');
    });

    const wrong: Readonly<Record<string, { compose: string; code: string; problem: string; place: object }>> = {
      'an unknown key': {
        compose: 'services:\n  web:\n    image: sim/web:1\n    imagee: x\n',
        code: 'invalid_compose',
        problem: 'imagee',
        place: { file: 'compose.yaml', line: 4, column: 5 },
      },
      'broken YAML': {
        compose: 'services:\n  web: [\n',
        code: 'invalid_compose',
        problem: '',
        place: { file: 'compose.yaml' },
      },
      'a missing variable': {
        compose: 'services:\n  web:\n    image: ${NOPE}\n',
        code: 'invalid_compose',
        problem: 'NOPE',
        place: { file: 'compose.yaml', line: 3 },
      },
      'a circle of dependencies': {
        compose: 'services:\n  a:\n    image: x\n    depends_on: [b]\n  b:\n    image: x\n    depends_on: [a]\n',
        code: 'invalid_compose',
        problem: 'a',
        place: { file: 'compose.yaml' },
      },
      privilege: {
        compose: 'services:\n  web:\n    image: x\n    privileged: true\n',
        code: 'policy_violation',
        problem: '',
        place: { path: 'services.web.privileged' },
      },
      'a folder of the host': {
        compose: 'services:\n  web:\n    image: x\n    volumes: ["/etc:/host"]\n',
        code: 'policy_violation',
        problem: '',
        place: {},
      },
      'the network of the host': {
        compose: 'services:\n  web:\n    image: x\n    network_mode: host\n',
        code: 'policy_violation',
        problem: '',
        place: {},
      },
    };
    for (const [what, { compose, code, problem, place }] of Object.entries(wrong))
      test(`${what} is refused with its place, and leaves no trace`, async () => {
        const name = `wrong-${Object.keys(wrong).indexOf(what)}`;
        const error = await refusedWith(code, () =>
          berth.admin.publishApplication({ params: berth.place, body: publication(name, compose) }),
        );
        assert.ok(error.problems.length > 0);
        assert.ok(
          error.problems.some(({ message }) => message.includes(problem)),
          JSON.stringify(error.problems),
        );
        const [first] = error.problems;
        for (const [key, value] of Object.entries(place))
          assert.equal((first as unknown as Record<string, unknown>)[key], value, `${key} of ${JSON.stringify(first)}`);
        const preview = await berth.admin.previewApplication({ params: berth.place, body: publication(name, compose) });
        assert.deepEqual(
          preview.problems.filter(({ severity }) => severity === 'error'),
          error.problems,
        );
        await refusedWith('not_found', () => readApplication(berth, name));
        assert.equal(
          (await berth.admin.listOperations({ params: berth.place, query: { application: name } })).total,
          0,
        );
        assert.deepEqual(objectsOn(berth.engine, name), []);
      });

    test('a dependency that is not healthy yet is waited for, and it is said', async () => {
      const operation = await wish(
        'waits',
        service('app', 'sim/web:1', 'depends_on: {db: {condition: service_healthy}}'),
        service('db', 'sim/healthy-after-1s:1'),
      );
      const condition = await untilCondition('waits', 'waits_for_dependency');
      assert.deepEqual(
        [condition.type, condition.service, condition.message],
        ['Progressing', 'app', 'app waits until db is healthy'],
      );
      assert.equal((await end(operation)).state, 'succeeded');
      const [app, db] = [onEngine(berth.engine, 'berth-waits-app-1'), onEngine(berth.engine, 'berth-waits-db-1')];
      assert.ok((app.startedMs ?? 0) - (db.startedMs ?? 0) >= 1_000, 'the app started after the db was healthy');
    });

    test('a dependency that has to finish is waited for', async () => {
      assert.equal(
        (
          await publish(
            'after-job',
            service('app', 'sim/web:1', 'depends_on: {job: {condition: service_completed_successfully}}'),
            service('job', 'sim/exits-0:1'),
          )
        ).state,
        'succeeded',
      );
      assert.ok(
        (onEngine(berth.engine, 'berth-after-job-app-1').startedMs ?? 0) >=
          (onEngine(berth.engine, 'berth-after-job-job-1').finishedMs ?? Infinity),
      );
    });

    test('a dependency that fails is told as the cause, and what needs it is not started', async () => {
      const operation = await publish(
        'after-crash',
        service('app', 'sim/web:1', 'depends_on: {job: {condition: service_completed_successfully}}'),
        service('job', 'sim/exits-1:1'),
      );
      assert.deepEqual([operation.state, operation.reason], ['failed', 'exits_at_once']);
      assert.match(operation.message ?? '', /after-crash-job-1/);
      assert.equal(onEngine(berth.engine, 'berth-after-crash-app-1').startedMs, undefined);
      conditionOf(await readApplication(berth, 'after-crash'), 'waits_for_dependency');
    });

    test('an application in any of these states can be removed', async () => {
      for (const [name, image] of [
        ['stuck-a', 'sim/missing:7'],
        ['stuck-b', 'sim/exits-1:1'],
        ['stuck-c', 'sim/never-starts:1'],
        ['stuck-d', 'sim/unhealthy:1'],
      ] as const) {
        await wish(name, service('web', image, 'volumes: ["/data"]'));
        assert.equal((await removeAndWait(berth.admin, berth.place, name)).state, 'succeeded', name);
        await eventually(() => objectsOn(berth.engine, name).length === 0, {
          ...within,
          because: `nothing of ${name} is left`,
        });
        await refusedWith('not_found', () => readApplication(berth, name));
      }
    });
  });
});
