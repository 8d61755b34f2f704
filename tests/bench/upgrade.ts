// An upgrade of 10 replicas behind a health check, start-first, under 200 requests a second: how many of them fail, and how long
// it takes against the floor: the same batches on the bare engine API, each created, started and healthy before the next, while
// the former ones are stopped beside that. A B A B …
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { startRealEngine, type RealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { publication, publishAndWait, removeAndWait, startBerth, type Berth } from '#harness/berth.ts';
import { openEngineApi, type EngineApi } from './engine-api.ts';
import { median, say, timed, type BenchResult } from './result.ts';

const replicas = 10;
const batch = 2;
const requestsPerSecond = 200;
const image = 'bench/web:1';
const clientImage = 'bench/client:1';
const healthyLimitMs = 180_000;
const secondNs = 1_000_000_000;

// Takes a moment until it listens. Asked to end, it takes no more connections and gives the open ones time to finish.
const command = [
  '/bin/sh',
  '-c',
  [
    'mkdir -p /www; printf "%s" "$TEXT" > /www/index.html; sleep 0.3',
    'httpd -f -p 80 -h /www & server=$!',
    'trap "kill $server; sleep 0.5; exit 0" TERM INT; wait $server',
  ].join('; '),
];
const idle = ['/bin/sh', '-c', 'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done'];
const check = { test: ['CMD', 'wget', '-qO-', 'http://127.0.0.1/'], intervalS: 2, timeoutS: 10, retries: 30 };

export default async (rounds: number): Promise<BenchResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const engine = await startRealEngine({ folder });
  await engine.importImage(image, command);
  await engine.importImage(clientImage, idle);
  const api = openEngineApi(engine.socket);
  const berth = await startBerth({ engineSocket: engine.socket });
  try {
    const ratios: number[] = [];
    const sum = { requests: 0, failed: 0, again: 0, floor: 0 };
    for (let round = 1; round <= rounds; round += 1) {
      const floor = await upgradeBare(engine, api);
      const own = await upgradeWithBerth(engine, api, berth);
      ratios.push(own.tookMs / floor.tookMs);
      sum.requests += own.load.requests;
      sum.failed += own.load.failed;
      sum.again += own.load.refused + own.load.broken;
      sum.floor += floor.load.failed;
      say(
        `round ${round}: berth ${own.tookMs.toFixed(0)} ms, floor ${floor.tookMs.toFixed(0)} ms; ${JSON.stringify(own.load)}; floor ${JSON.stringify(floor.load)}`,
      );
    }
    return {
      values: {
        failed_requests: sum.failed,
        vs_floor: median(ratios),
        requests: sum.requests,
        asked_again: sum.again,
        floor_failed_requests: sum.floor,
      },
      runs: rounds,
    };
  } finally {
    api.close();
    await berth.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

const composeFile = (text: string): string => `
services:
  web:
    image: ${image}
    environment: {TEXT: ${text}}
    stop_grace_period: 20s
    healthcheck: {test: ${JSON.stringify(check.test)}, interval: ${check.intervalS}s, timeout: ${check.timeoutS}s, retries: ${check.retries}}
    deploy: {replicas: ${replicas}, update_config: {order: start-first, parallelism: ${batch}}}
  client:
    image: ${clientImage}
`;

const upgradeWithBerth = async (engine: RealEngine, api: EngineApi, berth: Berth) => {
  const name = 'bench';
  const publish = async (text: string) => {
    const operation = await publishAndWait(
      berth.admin,
      berth.place,
      publication(name, composeFile(text)),
      healthyLimitMs,
    );
    if (operation.state !== 'succeeded') throw new Error(`${operation.reason}: ${operation.message}`);
  };
  await publish('one');
  const load = await startLoad(engine, api, `berth-${name}-client-1`);
  const tookMs = await timed(() => publish('two'));
  const counted = await load.stop();
  await removeAndWait(berth.admin, berth.place, name);
  return { tookMs, load: counted };
};

const upgradeBare = async (engine: RealEngine, api: EngineApi) => {
  const network = (
    (await api.call('POST', '/networks/create', { Name: 'floor', CheckDuplicate: true })) as { Id: string }
  ).Id;
  const run = async (name: string, body: object, alias: string): Promise<string> => {
    const { Id } = (await api.call('POST', `/containers/create?name=${name}`, {
      ...body,
      HostConfig: { NetworkMode: 'floor' },
      NetworkingConfig: { EndpointsConfig: { floor: { Aliases: [alias] } } },
    })) as { Id: string };
    await api.call('POST', `/containers/${Id}/start`);
    return Id;
  };
  const web = (text: string, at: number) =>
    run(
      `floor-${text}-${at}`,
      {
        Image: image,
        Env: [`TEXT=${text}`],
        Healthcheck: {
          Test: check.test,
          Interval: check.intervalS * secondNs,
          Timeout: check.timeoutS * secondNs,
          Retries: check.retries,
        },
      },
      'web',
    );
  const remove = async (id: string) => {
    await api.call('POST', `/containers/${id}/stop?t=20`);
    await api.call('DELETE', `/containers/${id}`);
  };
  const slots = Array.from({ length: replicas }, (_, at) => at);
  const former = await Promise.all(slots.map((at) => web('one', at)));
  await untilHealthy(api, former);
  const client = await run('floor-client', { Image: clientImage }, 'client');
  const load = await startLoad(engine, api, 'floor-client');
  const made: string[] = [];
  const tookMs = await timed(async () => {
    const leaving: Promise<void>[] = [];
    for (let at = 0; at < replicas; at += batch) {
      const next = await Promise.all(slots.slice(at, at + batch).map((slot) => web('two', slot)));
      await untilHealthy(api, next);
      made.push(...next);
      leaving.push(...former.slice(at, at + batch).map(remove));
    }
    await Promise.all(leaving);
  });
  const counted = await load.stop();
  await Promise.all([...made, client].map((id) => api.call('DELETE', `/containers/${id}?force=true`)));
  await api.call('DELETE', `/networks/${network}`);
  return { tookMs, load: counted };
};

const untilHealthy = async (api: EngineApi, ids: readonly string[]): Promise<void> => {
  const filters = encodeURIComponent(JSON.stringify({ health: ['healthy'] }));
  const end = performance.now() + healthyLimitMs;
  for (;;) {
    const healthy = new Set(
      ((await api.call('GET', `/containers/json?filters=${filters}`)) as { Id: string }[]).map(({ Id }) => Id),
    );
    if (ids.every((id) => healthy.has(id))) return;
    if (performance.now() > end) throw new Error('containers do not become healthy');
    await pause(20);
  }
};

interface Load {
  readonly requests: number;
  readonly failed: number;
  /** The first address took no connection, or broke it off: lost for a client that does not try the next one. */
  readonly refused: number;
  readonly broken: number;
}

/** Runs the load generator in the network of that container. */
const startLoad = async (engine: RealEngine, api: EngineApi, container: string) => {
  const { State } = (await api.call('GET', `/containers/${container}/json`)) as { State: { Pid: number } };
  const program = [process.execPath, join(import.meta.dirname, 'upgrade-load.ts'), 'web', String(requestsPerSecond)];
  // The engine counts processes in its own namespace.
  const child = spawn(
    'nsenter',
    [
      ['-t', String(engine.pid), '-p', '-m', '-n', '--'],
      ['nsenter', '-t', String(State.Pid), '-n', '--'],
      program,
    ].flat(),
    { stdio: ['pipe', 'pipe', 'inherit'] },
  );
  let text = '';
  child.stdout.setEncoding('utf8');
  const isReady = new Promise<void>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', (code) => reject(new Error(`the load generator ended with ${code}`)));
    child.stdout.on('data', (part: string) => {
      text += part;
      resolve();
    });
  });
  const isClosed = new Promise<void>((resolve) => {
    child.on('close', () => resolve());
  });
  await isReady;
  return {
    stop: async (): Promise<Load> => {
      child.stdin.end();
      await isClosed;
      return JSON.parse(text.trim().split('\n').at(-1) ?? '') as Load;
    },
  };
};
