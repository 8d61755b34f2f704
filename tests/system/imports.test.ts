// Imports on a real engine: containers that were run by hand and by Docker Compose are taken over as they are, and from then on
// healed, upgraded with their data, and removed.
import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import { publishWell, readApplication, untilPhase } from '#harness/application.ts';
import { containersOf, publication, startBerth, waitForOperation, type Berth } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { idleImage, inspect, openLab, webImage, type Lab } from '#harness/lab.ts';

let lab: Lab;
let berth: Berth;
before(async () => {
  lab = await openLab();
  berth = await startBerth({ engineSocket: lab.engine.socket });
});
after(() => closeAll(berth, lab));

const docker = async (...words: string[]): Promise<string> => (await lab.engine.docker(...words)).trim();
const idOf = async (name: string): Promise<string> => (await inspect(lab, name)).Id;
const startOf = async (name: string): Promise<string> => (await inspect(lab, name)).State.StartedAt;

/** What Docker Compose 1.29 writes on its containers. */
const composeLabels = (project: string, service: string, number: number): string[] =>
  Object.entries({
    'com.docker.compose.project': project,
    'com.docker.compose.service': service,
    'com.docker.compose.container-number': String(number),
    'com.docker.compose.oneoff': 'False',
    'com.docker.compose.version': '1.29.2',
    'com.docker.compose.project.config_files': 'docker-compose.yml',
  }).flatMap(([name, value]) => ['--label', `${name}=${value}`]);

/** `docker-compose up` of two web servers and a store, as the engine sees it. */
const composeUp = async (project: string): Promise<string[]> => {
  const names = [`${project}_web_1`, `${project}_web_2`, `${project}_store_1`];
  await docker('network', 'create', '--label', `com.docker.compose.project=${project}`, `${project}_default`);
  await docker('volume', 'create', '--label', `com.docker.compose.project=${project}`, `${project}_data`);
  const common = ['run', '-d', '--network', `${project}_default`];
  for (const number of [1, 2])
    await docker(
      ...common,
      '--name',
      `${project}_web_${number}`,
      '--network-alias',
      'web',
      '-e',
      'TEXT=hello',
      '-p',
      '80',
      ...composeLabels(project, 'web', number),
      webImage,
    );
  await docker(
    ...common,
    '--name',
    `${project}_store_1`,
    '--network-alias',
    'store',
    '-v',
    `${project}_data:/data`,
    '--restart',
    'always',
    ...composeLabels(project, 'store', 1),
    idleImage,
  );
  return names;
};

const composeFile = (text: string): string => `services:
  web:
    image: ${webImage}
    environment: {TEXT: ${text}}
    ports: ["80"]
    scale: 2
  store:
    image: ${idleImage}
    restart: always
    volumes: [data:/data]
    environment: {GENERATION: ${text}}
volumes: {data: {}}
`;

const importWell = async (name: string, containers: readonly string[], text?: string) => {
  const bundle = text === undefined ? {} : { bundle: { files: { 'compose.yaml': text }, main: ['compose.yaml'] } };
  const body = { name, containers: [...containers], ...bundle };
  const preview = await berth.admin.previewImport({ params: berth.place, body });
  assert.deepEqual(preview.problems, []);
  const { operation } = await berth.admin.importApplication({ params: berth.place, body });
  const done = await waitForOperation(berth.admin, berth.place, operation.id);
  assert.deepEqual([done.state, done.progress], ['succeeded', []], `${done.reason} ${done.message}`);
  await untilPhase(berth, name, 'running');
  return preview;
};

/** What Berth would do now, if the very same were published again. */
const planOf = async (name: string) => {
  const { bundle, variables, profiles } = await berth.admin.exportApplication({
    params: { ...berth.place, application: name },
    query: { form: 'files' },
  });
  return berth.admin.previewApplication({ params: berth.place, body: { name, bundle, variables, profiles } });
};

const networksOf = async (container: string): Promise<string> =>
  docker('inspect', '--format', '{{range $name, $_ := .NetworkSettings.Networks}}{{$name}} {{end}}', container);

const idsOf = async (application: string): Promise<string[]> =>
  (await containersOf(berth.admin, berth.place, application)).map(({ id }) => id).sort();

suite('imports on a real engine', { concurrency: 2 }, () => {
  test('a project of Docker Compose, with its file: no restart, then upgraded with its data, then removed', async () => {
    const names = await composeUp('shop');
    await docker('exec', 'shop_store_1', 'sh', '-c', 'echo kept > /data/file');
    const ids = (await Promise.all(names.map(idOf))).sort();
    const starts = await Promise.all(names.map(startOf));
    await importWell('shop', ids, composeFile('hello'));
    assert.deepEqual(await idsOf('shop'), ids);
    assert.deepEqual(await Promise.all(names.map(startOf)), starts, 'nothing was started again');
    await publishWell(berth, publication('shop', composeFile('changed')));
    const now = await idsOf('shop');
    assert.deepEqual([now.length, now.filter((id) => ids.includes(id))], [3, []]);
    assert.equal(await docker('exec', 'berth-shop-store-1', 'cat', '/data/file'), 'kept');
    assert.match(await docker('exec', 'berth-shop-store-1', 'wget', '-qO-', 'http://web/'), /changed/);
    const asked = await berth.admin.removeApplication({
      params: { ...berth.place, application: 'shop' },
      body: { removeVolumes: false },
    });
    const removed = await waitForOperation(berth.admin, berth.place, asked.operation.id);
    assert.equal(removed.state, 'succeeded', removed.message ?? '');
    assert.match(await docker('volume', 'ls', '-q'), /^shop_data$/m);
    assert.doesNotMatch(await docker('network', 'ls', '--format', '{{.Name}}'), /shop_default/);
  });

  test('containers run by hand, without a file: no restart, then healed where their data is', async () => {
    await docker('network', 'create', 'handmade');
    await docker(
      'run',
      '-d',
      '--name',
      'site',
      '--network',
      'handmade',
      '-e',
      'TEXT=by hand',
      '-p',
      '127.0.0.1:18171:80',
      webImage,
    );
    await docker('run', '-d', '--name', 'keeper', '--network', 'handmade', '-v', '/data', '--memory', '64m', idleImage);
    await docker('exec', 'keeper', 'sh', '-c', 'echo kept > /data/file');
    const names = ['keeper', 'site'];
    const ids = (await Promise.all(names.map(idOf))).sort();
    const starts = await Promise.all(names.map(startOf));
    const { bundle, matches } = await importWell('handmade', ids);
    assert.match(bundle.files['compose.yaml'] ?? '', /by hand/);
    assert.deepEqual(
      matches.flatMap(({ differences }) => differences),
      [],
    );
    assert.deepEqual(await Promise.all(names.map(startOf)), starts, 'nothing was started again');
    assert.deepEqual((await readApplication(berth, 'handmade')).containers, { desired: 2, running: 2, finished: 0 });
    await docker('rm', '-f', 'keeper');
    await eventually(async () => (await inspect(lab, 'berth-handmade-keeper-1')).State.Running, {
      withinMs: 30_000,
      because: 'the container is healed',
    });
    assert.equal(await docker('exec', 'berth-handmade-keeper-1', 'cat', '/data/file'), 'kept');
    assert.match(await docker('exec', 'berth-handmade-keeper-1', 'wget', '-qO-', 'http://site/'), /by hand/);
    assert.equal(await startOf('site'), starts[1], 'the other was left alone');
  });

  test('plain containers on the engine’s own bridge: no restart, nothing to do, then made anew on the application’s network', async () => {
    const granted = join(lab.folder, 'granted');
    mkdirSync(granted);
    writeFileSync(join(granted, 'file'), 'of the host');
    await berth.admin.setEnvironmentSettings({
      params: berth.place,
      body: { policyProfile: 'baseline', bindRoots: [granted] },
    });
    await docker('run', '-d', '--name', 'plain', idleImage);
    const volumes = ['-v', '/data', '-v', `${granted}:/granted`];
    await docker('run', '-d', '--name', 'loaded', '-e', 'TEXT=plain', '-p', '127.0.0.1:18172:80', ...volumes, webImage);
    await docker('exec', 'loaded', 'sh', '-c', 'echo kept > /data/file');
    for (const name of ['plain', 'loaded']) {
      const [id, start] = [await idOf(name), await startOf(name)];
      const { matches } = await importWell(name, [id]);
      assert.deepEqual(
        matches.map(({ differences }) => differences),
        [
          [
            {
              path: `services.${name}.networks`,
              runs: 'the default bridge of the engine',
              file: 'default, which it joins when it is made anew',
            },
          ],
        ],
      );
      const { problems, losses, steps, unchanged } = await planOf(name);
      assert.deepEqual([problems, losses, steps, unchanged], [[], [], [], 1], 'there is nothing to do');
      assert.deepEqual([await idsOf(name), await startOf(name)], [[id], start], 'it was left alone');
      assert.equal(await networksOf(name), 'bridge');
      await docker('rm', '-f', name);
      await eventually(async () => (await inspect(lab, `berth-${name}-${name}-1`)).State.Running, {
        withinMs: 30_000,
        because: 'the container is healed',
      });
      assert.equal(await networksOf(`berth-${name}-${name}-1`), `berth-${name}_default`);
    }
    assert.equal(await docker('exec', 'berth-loaded-loaded-1', 'cat', '/data/file'), 'kept');
    assert.equal(await docker('exec', 'berth-loaded-loaded-1', 'cat', '/granted/file'), 'of the host');
    const ports = await docker('port', 'berth-loaded-loaded-1');
    assert.match(ports, /^80\/tcp -> 127\.0\.0\.1:18172$/m);
  });

  test('a project on the engine’s own bridge, with its file of the first format: no restart, then upgraded service by service', async () => {
    await docker('run', '-d', '--name', 'old_store_1', ...composeLabels('old', 'store', 1), idleImage);
    const link = ['--link', 'old_store_1:store', '--link', 'old_store_1'];
    await docker(
      'run',
      '-d',
      '--name',
      'old_web_1',
      '-e',
      'TEXT=old',
      ...link,
      ...composeLabels('old', 'web', 1),
      webImage,
    );
    const names = ['old_store_1', 'old_web_1'];
    const [ids, starts] = [(await Promise.all(names.map(idOf))).sort(), await Promise.all(names.map(startOf))];
    const file = (text: string) =>
      `web:\n  image: ${webImage}\n  environment: {TEXT: ${text}}\n  links: [store]\nstore:\n  image: ${idleImage}\n`;
    const body = {
      name: 'old',
      containers: ids,
      bundle: { files: { 'compose.yaml': file('old') }, main: ['compose.yaml'] },
    };
    const preview = await berth.admin.previewImport({ params: berth.place, body });
    assert.deepEqual(
      preview.problems.map(({ severity, code }) => `${severity} ${code}`),
      ['warning needless_value', 'warning apart_on_bridge'],
    );
    const { operation } = await berth.admin.importApplication({ params: berth.place, body });
    const done = await waitForOperation(berth.admin, berth.place, operation.id);
    assert.deepEqual([done.state, done.progress], ['succeeded', []], `${done.reason} ${done.message}`);
    assert.deepEqual([await idsOf('old'), (await planOf('old')).steps], [ids, []], 'nothing is to be done');
    assert.deepEqual(await Promise.all(names.map(startOf)), starts, 'nothing was started again');
    await publishWell(berth, publication('old', file('new')));
    assert.deepEqual(
      [await networksOf('berth-old-web-1'), await networksOf('old_store_1')],
      ['berth-old_default', 'bridge'],
    );
    assert.equal(await startOf('old_store_1'), starts[0], 'what did not change runs on as it was');
  });
});
