// The life of an application over the API, on a simulated engine: previewed, published, changed, stopped, scaled, removed.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { ApplicationEvent, Operation } from '@berth/contract/applications.ts';
import { bundle, publishWell, readApplication, refusedWith, untilPhase } from '#harness/application.ts';
import { containersOf, publication, removeAndWait, waitForOperation } from '#harness/berth.ts';
import { objectsOn, onEngine, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

const at = (application: string) => ({ ...berth.place, application });
const idsOf = async (application: string): Promise<Record<string, string>> =>
  Object.fromEntries((await containersOf(berth.admin, berth.place, application)).map(({ name, id }) => [name, id]));
const startsOf = (name: string) => onEngine(berth.engine, name).startedMs;
const web = (text = 'one', more = '') => `  web:\n    image: sim/web:1\n    environment: {TEXT: ${text}}\n${more}`;
const db = '  db:\n    image: sim/db:1\n    volumes: [data:/data]\n';
const wait = (operation: Operation) => waitForOperation(berth.admin, berth.place, operation.id);

suite('over the API', { concurrency: 3 }, () => {
  suite('publishing', { concurrency: 10 }, () => {
    test('does what the preview said, and the preview itself touched nothing', async () => {
      const body = publication(
        'previewed',
        `services:\n${web('x', '    ports: ["21001:80"]\n    depends_on: [db]\n')}${db}volumes: {data: }\n`,
      );
      const preview = await berth.admin.previewApplication({ params: berth.place, body });
      assert.deepEqual(preview.problems, []);
      assert.deepEqual(
        preview.services.map(({ name, change, replicas }) => [name, change, replicas]),
        [
          ['web', 'added', 1],
          ['db', 'added', 1],
        ],
      );
      assert.deepEqual(objectsOn(berth.engine, 'previewed'), []);
      await refusedWith('not_found', () => readApplication(berth, 'previewed'));
      const operation = await publishWell(berth, body);
      const plain = ({ id, action, target, because }: Operation['progress'][number]) => ({
        id,
        action,
        target,
        because,
      });
      assert.deepEqual(
        operation.progress.map(plain),
        preview.steps.map((step) => plain({ ...step, state: 'done' })),
      );
      assert.ok(operation.progress.every(({ state }) => state === 'done'));
      assert.deepEqual(objectsOn(berth.engine, 'previewed'), [
        'berth-previewed-db-1',
        'berth-previewed-web-1',
        'berth-previewed_data',
        'berth-previewed_default',
      ]);
      const again = await berth.admin.previewApplication({ params: berth.place, body });
      assert.deepEqual(
        [again.steps, again.unchanged, again.services.map(({ change }) => change)],
        [[], 2, ['unchanged', 'unchanged']],
      );
    });

    test('the same again makes a revision and takes no step', async () => {
      const body = publication('again', `services:\n${web()}${db}volumes: {data: }\n`);
      await publishWell(berth, body);
      const before_ = [await idsOf('again'), startsOf('berth-again-web-1'), startsOf('berth-again-db-1')];
      const operation = await publishWell(berth, body);
      assert.deepEqual(operation.progress, []);
      assert.equal((await readApplication(berth, 'again')).revision, 2);
      assert.deepEqual([await idsOf('again'), startsOf('berth-again-web-1'), startsOf('berth-again-db-1')], before_);
    });

    test('a change replaces the service that changed and leaves the others running', async () => {
      await publishWell(
        berth,
        publication('changed', `services:\n${web()}${db}  gone:\n    image: sim/web:1\nvolumes: {data: }\n`),
      );
      const before_ = await idsOf('changed');
      const dbStart = startsOf('berth-changed-db-1');
      const body = publication(
        'changed',
        `services:\n${web('two')}${db}  came:\n    image: sim/web:1\nvolumes: {data: }\n`,
        { acceptLosses: true },
      );
      const preview = await berth.admin.previewApplication({ params: berth.place, body });
      assert.deepEqual(Object.fromEntries(preview.services.map(({ name, change }) => [name, change])), {
        web: 'changed',
        db: 'unchanged',
        came: 'added',
        gone: 'removed',
      });
      assert.equal(preview.unchanged, 1);
      const operation = await publishWell(berth, body);
      assert.ok(
        operation.progress.every(({ service }) => service !== 'db'),
        JSON.stringify(operation.progress),
      );
      const now = await idsOf('changed');
      assert.deepEqual(Object.keys(now), ['berth-changed-came-1', 'berth-changed-db-1', 'berth-changed-web-1']);
      assert.notEqual(now['berth-changed-web-1'], before_['berth-changed-web-1']);
      assert.equal(now['berth-changed-db-1'], before_['berth-changed-db-1']);
      assert.equal(startsOf('berth-changed-db-1'), dbStart, 'no restart without need');
    });

    test('an image that has to be pulled shows how far it is, and stops nothing before it is there', async () => {
      await publishWell(berth, publication('pulled', `services:\n${web()}`));
      const former = await idsOf('pulled');
      const { operation } = await berth.admin.publishApplication({
        params: berth.place,
        body: publication('pulled', 'services:\n  web:\n    image: sim/slow-pull:2\n'),
      });
      const seen = await eventually(
        async () => {
          const now = await berth.admin.readOperation({ params: { ...berth.place, operation: operation.id } });
          const pull = now.progress.find(({ action }) => action === 'pull_image');
          return pull?.state === 'running' && (pull.pull?.bytes ?? 0) > 0 ? pull.pull : undefined;
        },
        { withinMs: 5_000, because: 'bytes of the pull are told while it goes on' },
      );
      assert.ok(seen.bytes < seen.bytesTotal && seen.layersTotal === 2, JSON.stringify(seen));
      assert.deepEqual(await idsOf('pulled'), former);
      assert.equal(onEngine(berth.engine, 'berth-pulled-web-1').state, 'running');
      const ended = await wait(operation);
      assert.equal(ended.state, 'succeeded');
      const { pull } = ended.progress.find(({ action }) => action === 'pull_image') ?? {};
      assert.deepEqual([pull?.layersDone, pull?.bytes], [2, pull?.bytesTotal]);
      assert.notDeepEqual(await idsOf('pulled'), former);
    });

    test('a newer wish supersedes the older, and each operation has one outcome', async () => {
      const operations: Operation[] = [];
      for (const text of ['a', 'b', 'c', 'd'])
        operations.push(
          (
            await berth.admin.publishApplication({
              params: berth.place,
              body: publication(
                'hurried',
                `services:\n  web:\n    image: sim/slow-pull:hurried\n    environment: {TEXT: ${text}}\n`,
              ),
            })
          ).operation,
        );
      assert.deepEqual(new Set(operations.map(({ id }) => id)).size, 4);
      const ended = await Promise.all(operations.map(wait));
      assert.deepEqual(
        ended.map(({ state }) => state),
        ['superseded', 'superseded', 'superseded', 'succeeded'],
      );
      assert.ok(ended.every(({ finishedAt }) => finishedAt !== null));
      const later = await berth.admin.listOperations({ params: berth.place, query: { application: 'hurried' } });
      assert.deepEqual(
        later.items.map(({ id, state }) => [id, state]),
        ended.map(({ id, state }) => [id, state]).reverse(),
      );
      assert.deepEqual(onEngine(berth.engine, 'berth-hurried-web-1').body.Env, ['TEXT=d']);
      assert.deepEqual(Object.keys(await idsOf('hurried')), ['berth-hurried-web-1']);
    });

    test('two wishes at the same moment are one after the other, or one is told so', async () => {
      await publishWell(berth, publication('raced', `services:\n${web()}`));
      const outcomes = await Promise.allSettled(
        [1, 2, 3, 4, 5].map((count) =>
          berth.admin.scaleApplication({ params: at('raced'), body: { services: { web: count } } }),
        ),
      );
      const good = outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value.operation] : []));
      for (const outcome of outcomes)
        if (outcome.status === 'rejected') assert.equal((outcome.reason as { code: string }).code, 'conflict');
      const ended = await Promise.all(good.map(wait));
      assert.equal(ended.filter(({ state }) => state === 'succeeded').length, 1);
      assert.ok(ended.every(({ state }) => state === 'succeeded' || state === 'superseded'));
      const { containers } = await readApplication(berth, 'raced');
      assert.equal(containers.desired, containers.running);
    });
  });

  suite('an application', { concurrency: 10 }, () => {
    test('is stopped with its containers kept, and starts again with the same ones', async () => {
      await publishWell(berth, publication('rested', `services:\n${web()}${db}volumes: {data: }\n`));
      const former = await idsOf('rested');
      assert.equal(
        (await wait((await berth.admin.stopApplication({ params: at('rested') })).operation)).state,
        'succeeded',
      );
      const stopped = await untilPhase(berth, 'rested', 'stopped');
      assert.deepEqual(
        [stopped.desiredState, stopped.containers],
        ['stopped', { desired: 0, running: 0, finished: 0 }],
      );
      assert.deepEqual(await idsOf('rested'), former);
      assert.ok((await containersOf(berth.admin, berth.place, 'rested')).every(({ state }) => state === 'exited'));
      assert.equal(stopped.actions.scale, 'Start it first');
      assert.equal(stopped.actions.stop, 'It is stopped already');
      await refusedWith('wrong_state', () =>
        berth.admin.scaleApplication({ params: at('rested'), body: { services: { web: 2 } } }),
      );
      assert.equal(
        (await wait((await berth.admin.startApplication({ params: at('rested') })).operation)).state,
        'succeeded',
      );
      assert.deepEqual(await idsOf('rested'), former);
      assert.equal((await untilPhase(berth, 'rested', 'running')).containers.running, 2);
    });

    test('is scaled up and down, the lowest slots staying', async () => {
      await publishWell(berth, publication('scaled', `services:\n${web()}`));
      const scale = async (count: number) =>
        wait(
          (await berth.admin.scaleApplication({ params: at('scaled'), body: { services: { web: count } } })).operation,
        );
      const [first] = Object.values(await idsOf('scaled'));
      assert.equal((await scale(3)).state, 'succeeded');
      assert.deepEqual(Object.keys(await idsOf('scaled')), [
        'berth-scaled-web-1',
        'berth-scaled-web-2',
        'berth-scaled-web-3',
      ]);
      assert.equal((await idsOf('scaled'))['berth-scaled-web-1'], first);
      // A new revision keeps what somebody set by hand.
      await publishWell(berth, publication('scaled', `services:\n${web('two')}`));
      assert.equal(Object.keys(await idsOf('scaled')).length, 3);
      assert.equal((await scale(1)).state, 'succeeded');
      assert.deepEqual(Object.keys(await idsOf('scaled')), ['berth-scaled-web-1']);
      assert.equal((await scale(0)).state, 'succeeded');
      assert.deepEqual(await idsOf('scaled'), {});
      await refusedWith('invalid_request', () =>
        berth.admin.scaleApplication({ params: at('scaled'), body: { services: { nothing: 1 } } }),
      );
    });

    test('keeps a scale set by hand until the file asks for another number', async () => {
      const file = (text: string, replicas: number) =>
        publication('sized', `services:\n${web(text, `    deploy: {replicas: ${replicas}}\n`)}`);
      const count = async () => (await readApplication(berth, 'sized')).containers;
      await publishWell(berth, file('one', 1));
      await wait(
        (await berth.admin.scaleApplication({ params: at('sized'), body: { services: { web: 3 } } })).operation,
      );
      await publishWell(berth, file('two', 1));
      assert.deepEqual(await count(), { desired: 3, running: 3, finished: 0 });
      await publishWell(berth, file('three', 2));
      assert.deepEqual(await count(), { desired: 2, running: 2, finished: 0 });
    });
    test('whose start fails half-way is started whole once the way is free', async () => {
      await publishWell(
        berth,
        publication(
          'halted',
          `services:\n${web('x', '    ports: ["21091:80"]\n    depends_on: [once]\n')}  once:\n    image: sim/web:1\n`,
        ),
      );
      await wait((await berth.admin.stopApplication({ params: at('halted') })).operation);
      berth.engine.holdPort(21_091);
      const started = await wait((await berth.admin.startApplication({ params: at('halted') })).operation);
      assert.deepEqual([started.state, started.reason], ['failed', 'port_taken']);
      berth.engine.releasePort(21_091);
      const free = await untilPhase(berth, 'halted', 'running');
      assert.deepEqual(free.containers, { desired: 2, running: 2, finished: 0 });
    });
    test('cannot be scaled beyond its host ports, and is told so before anything happens', async () => {
      await publishWell(
        berth,
        publication(
          'crowded',
          `services:\n${web('x', '    ports: ["21010:80"]\n')}  two:\n    image: sim/web:1\n    ports: ["21011-21012:80"]\n`,
        ),
      );
      const operations = (await berth.admin.listOperations({ params: berth.place, query: { application: 'crowded' } }))
        .total;
      const one = await refusedWith('impossible_plan', () =>
        berth.admin.scaleApplication({ params: at('crowded'), body: { services: { web: 2 } } }),
      );
      assert.match(one.message, /web is to have 2 containers, but \S+ has only one port 21010 for them/);
      assert.deepEqual(
        one.problems.map(({ code, path }) => [code, path]),
        [['port_taken', 'services.web.ports[0]']],
      );
      await refusedWith('impossible_plan', () =>
        berth.admin.scaleApplication({ params: at('crowded'), body: { services: { two: 3 } } }),
      );
      assert.equal(
        (await berth.admin.listOperations({ params: berth.place, query: { application: 'crowded' } })).total,
        operations,
      );
      assert.equal(
        (
          await wait(
            (await berth.admin.scaleApplication({ params: at('crowded'), body: { services: { two: 2 } } })).operation,
          )
        ).state,
        'succeeded',
      );
      const endpoints = (await readApplication(berth, 'crowded')).services.find(
        ({ name }) => name === 'two',
      )?.endpoints;
      assert.deepEqual(endpoints?.map(({ hostPort }) => hostPort).sort(), [21011, 21012]);
    });

    test('is removed without its volumes unless they are asked for, and finds them again', async () => {
      const body = publication('removed', `services:\n${db}volumes: {data: }\n`);
      await publishWell(berth, body);
      assert.equal((await removeAndWait(berth.admin, berth.place, 'removed', false)).state, 'succeeded');
      assert.deepEqual(objectsOn(berth.engine, 'removed'), ['berth-removed_data']);
      await refusedWith('not_found', () => readApplication(berth, 'removed'));
      await publishWell(berth, body);
      assert.equal(berth.engine.state.volumes.size > 0, true);
      await removeAndWait(berth.admin, berth.place, 'removed', true);
      const left = objectsOn(berth.engine, 'removed');
      assert.ok(left.length <= 1, `${left.join()}`);
    });

    test('is named by its id or its name, and is listed by page and search', async () => {
      const names = ['list-a', 'list-b', 'list-c', 'list-d', 'list-e'];
      for (const name of names)
        await berth.admin.publishApplication({ params: berth.place, body: publication(name, `services:\n${web()}`) });
      const found: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await berth.admin.listApplications({
          params: berth.place,
          query: { search: 'list-', limit: 2, ...(cursor === undefined ? {} : { cursor }) },
        });
        assert.equal(page.total, 5);
        assert.ok(page.items.length <= 2);
        found.push(...page.items.map(({ name }) => name));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(found, names);
      // A search is for text, not for patterns.
      for (const search of ['list%', 'list_a', '%', 'LIST!'])
        assert.equal((await berth.admin.listApplications({ params: berth.place, query: { search } })).total, 0, search);
      const byName = await readApplication(berth, 'list-a');
      assert.equal((await readApplication(berth, byName.id)).name, 'list-a');
      for (const name of names)
        await eventually(async () => (await readApplication(berth, name)).phase === 'running', {
          withinMs: 10_000,
          because: `${name} runs`,
        });
    });

    test('says of each action whether this caller may do it now', async () => {
      await publishWell(berth, publication('abilities', `services:\n${web()}`));
      const [viewer, operator] = [
        await berth.addPerson('viewer', { main: 'viewer' }),
        await berth.addPerson('operator', { main: 'operator' }),
      ];
      const no = 'Your role does not allow this';
      const of = async (person: { client: typeof berth.admin }) =>
        (await person.client.readApplication({ params: at('abilities') })).actions;
      const forbidden = await of(viewer);
      assert.deepEqual(new Set(Object.values(forbidden)), new Set([no]));
      const operating = {
        ...forbidden,
        start: 'It is to run already',
        accept: 'There is no upgrade to accept',
        abort: 'There is no upgrade to give up; roll back to a revision instead',
        resume: 'There is no upgrade to go on with',
        stop: true,
        scale: true,
        restart: true,
        rollback: true,
        run: true,
        shell: true,
      };
      assert.deepEqual(await of(operator), operating);
      assert.deepEqual(await of({ client: berth.admin }), { ...operating, publish: true, export: true, remove: true });
    });
  });

  suite('what is kept of an application', { concurrency: 10 }, () => {
    test('are its revisions, newest first, whole, and twenty of them', async () => {
      const body = (number: number) =>
        bundle(
          'revised',
          {
            'compose.yaml': `services:\n  web:\n    image: sim/web:1\n    env_file: web.env\n    environment: {N: "${number}", V: "\${V}"}\n`,
            'web.env': 'FROM=file\n',
          },
          { note: `number ${number}`, variables: { V: `v${number}` } },
        );
      for (let number = 1; number <= 23; number += 1)
        await berth.admin.publishApplication({ params: berth.place, body: body(number) });
      const all = await berth.admin.listRevisions({ params: at('revised'), query: { limit: 100 } });
      assert.deepEqual(
        all.items.map(({ number }) => number),
        Array.from({ length: 20 }, (_, index) => 23 - index),
      );
      assert.deepEqual([all.total, all.items[0]?.author, all.items[0]?.note], [20, 'ada', 'number 23']);
      const pages: number[] = [];
      let cursor: string | undefined;
      do {
        const page = await berth.admin.listRevisions({
          params: at('revised'),
          query: { limit: 7, ...(cursor === undefined ? {} : { cursor }) },
        });
        pages.push(...page.items.map(({ number }) => number));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(
        pages,
        all.items.map(({ number }) => number),
      );
      const detail = await berth.admin.readRevision({ params: { ...at('revised'), number: 23 } });
      const { note: _, name: __, ...sent } = body(23);
      assert.deepEqual({ bundle: detail.bundle, variables: detail.variables }, sent);
      assert.deepEqual(detail.spec.services['web']?.environment, { FROM: 'file', N: '23', V: 'v23' });
      for (const number of [3, 24])
        await refusedWith('not_found', () => berth.admin.readRevision({ params: { ...at('revised'), number } }));
      await untilPhase(berth, 'revised', 'running');
      assert.deepEqual([...(onEngine(berth.engine, 'berth-revised-web-1').body.Env ?? [])].sort(), [
        'FROM=file',
        'N=23',
        'V=v23',
      ]);
    });

    test('is its story: who asked for what, what was done and why, each with its time', async () => {
      await publishWell(berth, publication('told', 'services:\n  web:\n    image: registry.example/told:1\n'));
      await wait((await berth.admin.stopApplication({ params: at('told') })).operation);
      const { items } = await berth.admin.listApplicationEvents({ params: at('told'), query: { limit: 100 } });
      const story = items.toReversed();
      const said = ({ reason, actor, type }: ApplicationEvent) => [reason, actor, type];
      assert.deepEqual(story.map(said), [
        ['publish', 'ada', 'normal'],
        ['image_pulled', 'reconciler', 'normal'],
        ['container_started', 'reconciler', 'normal'],
        ['publish_done', 'reconciler', 'normal'],
        ['stop', 'ada', 'normal'],
        ['container_stopped', 'reconciler', 'normal'],
        ['stop_done', 'reconciler', 'normal'],
      ]);
      assert.ok(
        story.every(({ at: time }, index) => time >= (story[index - 1]?.at ?? '')),
        'times only go forward',
      );
      assert.match(story[2]?.message ?? '', /^Started berth-told-web-1: /);
      const pages: string[] = [];
      let cursor: string | undefined;
      do {
        const page = await berth.admin.listApplicationEvents({
          params: at('told'),
          query: { limit: 3, ...(cursor === undefined ? {} : { cursor }) },
        });
        pages.push(...page.items.map(({ id }) => id));
        cursor = page.next;
      } while (cursor !== undefined);
      assert.deepEqual(
        pages,
        items.map(({ id }) => id),
      );
    });
  });
});
