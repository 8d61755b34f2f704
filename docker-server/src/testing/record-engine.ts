// Writes down what a real engine answers, as data for the tests of the two translations (`src/docker/recorded/`). Run by hand
// when an engine version is added: `node docker-server/src/testing/record-engine.ts`.
import { mkdtemp, writeFile } from 'node:fs/promises';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { toCreateBody } from '#docker/to-engine.ts';
import { fullSpec } from '#docker/recorded/full-spec.ts';
import { idleCommand, startRealEngine } from './real-engine.ts';

const folder = await mkdtemp(join(tmpdir(), 'berth-record-'));
const engine = await startRealEngine({ folder: join(folder, 'e') });

const ask = (method: string, path: string, body?: unknown): Promise<unknown> =>
  new Promise((resolve, reject) => {
    const request = http.request(
      { socketPath: engine.socket, method, path, agent: false, headers: { 'content-type': 'application/json' } },
      (answer) => {
        let text = '';
        answer.on('data', (piece) => {
          text += String(piece);
        });
        answer.on('end', () => resolve(text === '' ? undefined : JSON.parse(text)));
      },
    );
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

const record = (value: unknown): Record<string, unknown> => ({ ...(value as Record<string, unknown>) });

/** Without what is of this machine. */
const inspected = async (id: string): Promise<unknown> => {
  const { Id, Created, Name, RestartCount, State, Config, HostConfig, NetworkSettings } = record(
    await ask('GET', `/containers/${id}/json`),
  );
  const { Networks } = record(NetworkSettings);
  return { Id, Created, Name, RestartCount, State, Config, HostConfig, NetworkSettings: { Networks } };
};

const keep = (name: string, value: unknown): Promise<void> =>
  writeFile(new URL(`../docker/recorded/${name}.json`, import.meta.url), `${JSON.stringify(value, null, 2)}\n`);

try {
  await engine.importImage('sim/idle:1', idleCommand, ['LABEL io.berth.stray=x']);
  await engine.importImage('sim/exits:1', ['/bin/sh', '-c', 'exit 3']);
  await ask('POST', '/networks/create', { Name: 'shop_front', Labels: { 'io.berth.environment': 'env_1' } });
  await ask('POST', '/volumes/create', { Name: 'shop_data' });
  const full = record(await ask('POST', `/containers/create?name=${fullSpec.name}`, toCreateBody(fullSpec, {})));
  await ask('POST', `/containers/${String(full['Id'])}/start`);
  const exits = {
    ...toCreateBody({ ...fullSpec, service: { ...fullSpec.service, image: 'sim/exits:1', command: null } }, {}),
    HostConfig: {},
  };
  const ended = record(await ask('POST', '/containers/create?name=shop-ended', exits));
  await ask('POST', `/containers/${String(ended['Id'])}/start`);
  await ask('POST', `/containers/${String(ended['Id'])}/wait`);
  await ask('POST', '/containers/create?name=foreign', { Image: 'sim/idle:1' });
  await keep('full-inspect', await inspected(String(full['Id'])));
  await keep('ended-inspect', await inspected(String(ended['Id'])));
  const list = (await ask('GET', '/containers/json?all=true')) as unknown[];
  await keep(
    'containers',
    list.map((entry) => ({ ...record(entry), Mounts: [] })),
  );
  await keep('networks', await ask('GET', '/networks?filters={"name":["shop_front"]}'));
  const { Volumes } = record(await ask('GET', '/volumes'));
  await keep(
    'volumes',
    (Volumes as unknown[]).map((volume) => ({ ...record(volume), Mountpoint: '/recorded' })),
  );
} finally {
  await engine.close();
}
