// Imports over the API, on a simulated engine: what runs becomes an application without a restart, and lives on as one.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import { publishWell, readApplication, refusedWith, untilPhase } from '#harness/application.ts';
import { containersOf, publication, waitForOperation } from '#harness/berth.ts';
import { onEngine, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

/** As Docker Compose would have made it; its network and volume with it. */
const compose = async (project: string, service: string, number = 1, image = 'sim/web:1'): Promise<string> => {
  const network = `${project}_default`;
  const volume = `${project}_data`;
  const { state } = berth.engine;
  if (state.findNetwork(network) === undefined)
    state.networks.set(network, { id: network, name: network, driver: 'bridge', labels: {}, createdMs: 0 });
  return berth.engine.addForeign(`${project}_${service}_${number}`, {
    Image: image,
    Env: ['GREETING=hello'],
    Labels: {
      'com.docker.compose.project': project,
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': String(number),
    },
    HostConfig: { NetworkMode: network, Mounts: [{ Type: 'volume', Source: volume, Target: '/data' }] },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [service] } } },
  });
};

const bundleOf = (text: string) => ({ files: { 'compose.yaml': text }, main: ['compose.yaml'] });
const filesOf = (greeting: string): string =>
  `services:\n  web:\n    image: sim/web:1\n    environment: {GREETING: ${greeting}}\n    volumes: [data:/data]\nvolumes: {data: }\n`;

const importWell = async (name: string, containers: string[], text?: string) => {
  const { operation } = await berth.admin.importApplication({
    params: berth.place,
    body: { name, containers, ...(text === undefined ? {} : { bundle: bundleOf(text) }) },
  });
  const done = await waitForOperation(berth.admin, berth.place, operation.id);
  assert.equal(done.state, 'succeeded', `${done.reason} ${done.message}`);
  return done;
};

const idsOf = async (application: string): Promise<string[]> =>
  (await containersOf(berth.admin, berth.place, application)).map(({ id }) => id).sort();

suite('imports', { concurrency: 4 }, () => {
  test('what runs is listed, less what is ours', async () => {
    const id = await compose('listed', 'web');
    await publishWell(berth, publication('listed-ours', 'services:\n  web:\n    image: sim/web:1\n'));
    const { items } = await berth.admin.listForeignContainers({ params: berth.place });
    const found = items.find((item) => item.id === id);
    assert.deepEqual(
      [found?.name, found?.project, found?.service, found?.state],
      ['listed_web_1', 'listed', 'web', 'running'],
    );
    assert.ok(!items.some(({ name }) => name.startsWith('berth-listed-ours')));
  });

  test('a project is taken over without a file: the same containers, not started again', async () => {
    const ids = [await compose('bare', 'web', 1), await compose('bare', 'web', 2), await compose('bare', 'db')].sort();
    const starts = ids.map((id) => berth.engine.state.findContainer(id)?.startedMs);
    const body = { name: 'bare', containers: ids };
    const preview = await berth.admin.previewImport({ params: berth.place, body });
    assert.deepEqual(preview.problems, []);
    assert.match(preview.bundle.files['compose.yaml'] ?? '', /GREETING/);
    assert.deepEqual(
      preview.matches.flatMap(({ differences }) => differences),
      [],
    );
    const operation = await importWell('bare', ids);
    assert.deepEqual(operation.progress, [], 'nothing had to be done');
    await untilPhase(berth, 'bare', 'running');
    assert.deepEqual(await idsOf('bare'), ids);
    assert.deepEqual(
      ids.map((id) => berth.engine.state.findContainer(id)?.startedMs),
      starts,
    );
    const application = await readApplication(berth, 'bare');
    assert.deepEqual([application.revision, application.containers], [1, { desired: 3, running: 3, finished: 0 }]);
    await refusedWith('impossible_plan', () =>
      berth.admin.importApplication({ params: berth.place, body: { ...body, name: 'bare-2' } }),
    );
  });

  test('an adopted container that is gone comes back as ours, where its data is', async () => {
    const id = await compose('healed', 'web');
    await importWell('healed', [id]);
    berth.engine.removeByHand(id);
    const back = await eventually(
      async () => {
        const found = berth.engine.state.findContainer('berth-healed-web-1');
        return found?.state === 'running' ? found : undefined;
      },
      { withinMs: 20_000, because: 'it is healed' },
    );
    assert.deepEqual([...back.networks.keys()], ['healed_default']);
    assert.equal(back.body.HostConfig?.Mounts?.[0]?.Source, 'healed_data');
    await eventually(async () => (await idsOf('healed')).join() === back.id, {
      withinMs: 20_000,
      because: 'it is seen as the application’s',
    });
  });

  test('a publish replaces what was adopted, and keeps network and volume', async () => {
    const id = await compose('upgraded', 'web');
    await importWell('upgraded', [id], filesOf('hello'));
    assert.deepEqual(await idsOf('upgraded'), [id]);
    await publishWell(berth, publication('upgraded', filesOf('changed')));
    const now = onEngine(berth.engine, 'berth-upgraded-web-1');
    assert.equal(berth.engine.state.findContainer(id), undefined);
    assert.deepEqual(
      [now.body.HostConfig?.Mounts?.[0]?.Source, [...now.networks.keys()], now.body.Env],
      ['upgraded_data', ['upgraded_default'], ['GREETING=changed']],
    );
    const asked = await berth.admin.removeApplication({
      params: { ...berth.place, application: 'upgraded' },
      body: { removeVolumes: false },
    });
    const operation = await waitForOperation(berth.admin, berth.place, asked.operation.id);
    assert.equal(operation.state, 'succeeded', operation.message ?? '');
    assert.equal(berth.engine.state.findNetwork('upgraded_default'), undefined);
    assert.ok(berth.engine.state.volumes.has('upgraded_data'), 'data stays unless asked for');
  });

  test('differences from the files are told, and nothing is restarted for them', async () => {
    const id = await compose('differs', 'web');
    const started = onEngine(berth.engine, id).startedMs;
    const body = { name: 'differs', containers: [id], bundle: bundleOf(filesOf('other')) };
    const { matches } = await berth.admin.previewImport({ params: berth.place, body });
    assert.deepEqual(matches[0]?.differences, [
      { path: 'services.web.environment.GREETING', runs: 'hello', file: 'other' },
    ]);
    const operation = await importWell('differs', [id], filesOf('other'));
    assert.deepEqual(operation.progress, []);
    assert.equal(onEngine(berth.engine, id).startedMs, started);
  });

  test('what stands against an import is told, and nothing of it is left', async () => {
    const taken = await compose('refused', 'web');
    const odd = berth.engine.addForeign('refused-privileged', { HostConfig: { Privileged: true } });
    const call = (name: string, containers: string[], text?: string) => () =>
      berth.admin.importApplication({
        params: berth.place,
        body: { name, containers, ...(text === undefined ? {} : { bundle: bundleOf(text) }) },
      });
    await refusedWith('policy_violation', call('refused', [odd]));
    await refusedWith('invalid_compose', call('refused', [taken], 'services: 3'));
    await refusedWith('impossible_plan', call('refused', [taken], 'services:\n  other:\n    image: sim/other:1\n'));
    await refusedWith('impossible_plan', call('refused', ['f'.repeat(64)]));
    await refusedWith('not_found', () => readApplication(berth, 'refused'));
    await publishWell(berth, publication('refused-name', 'services:\n  web:\n    image: sim/web:1\n'));
    await refusedWith('conflict', call('refused-name', [taken]));
  });

  test('of two imports of one container at once only one is taken', async () => {
    const id = await compose('twice', 'web');
    const call = (name: string) =>
      berth.admin.importApplication({ params: berth.place, body: { name, containers: [id] } }).then(
        () => 'taken',
        () => 'refused',
      );
    const outcomes = await Promise.all([call('twice-a'), call('twice-b')]);
    assert.deepEqual(outcomes.sort(), ['refused', 'taken']);
  });

  test('an import is for those who may', async () => {
    const { client } = await berth.addPerson('import-developer', { main: 'developer' });
    await refusedWith('forbidden', () => client.listForeignContainers({ params: berth.place }));
    await refusedWith('forbidden', () =>
      client.importApplication({ params: berth.place, body: { name: 'x', containers: ['0'.repeat(64)] } }),
    );
  });
});
