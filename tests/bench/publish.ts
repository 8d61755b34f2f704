// Publish of 1, 5 and 20 services whose image is present, from the API call until all containers run, against
// `docker-compose up -d` (until it returns) and against the bare engine API called in parallel. A B C A B C …
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { startRealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { publication, removeAndWait, startBerth, waitForOperation } from '#harness/berth.ts';
import { openEngineApi, type EngineApi } from './engine-api.ts';
import { median, say, timed, type BenchResult } from './result.ts';

const run = promisify(execFile);
const image = 'bench/sleeper:1';
const command = ['sh', '-c', 'trap "exit 0" TERM; while :; do sleep 1 & wait; done'];
const sizes = [1, 5, 20] as const;

const composeFile = (count: number): string =>
  `services:\n${Array.from({ length: count }, (_, at) => `  s${at}:\n    image: ${image}\n    command: ${JSON.stringify(command)}\n`).join('')}`;

export default async (rounds: number): Promise<BenchResult> => {
  const folder = mkdtempSync(join(tmpdir(), 'berth-bench-'));
  const engine = await startRealEngine({ folder });
  await engine.importImage(image, command);
  const api = openEngineApi(engine.socket);
  const berth = await startBerth({ engineSocket: engine.socket });
  try {
    const values: Record<string, number> = {};
    for (const size of sizes) {
      const took = { berth: [] as number[], compose: [] as number[], bare: [] as number[] };
      for (let round = 0; round <= rounds; round += 1) {
        const one = {
          berth: await publishWithBerth(berth, api, size),
          compose: await publishWithCompose(engine.socket, folder, size),
          bare: await publishBare(api, size),
        };
        // The first round warms caches for all three.
        if (round === 0) continue;
        took.berth.push(one.berth);
        took.compose.push(one.compose);
        took.bare.push(one.bare);
        say(
          `${size} services, round ${round}: berth ${one.berth.toFixed(0)} ms, docker-compose ${one.compose.toFixed(0)} ms, bare ${one.bare.toFixed(0)} ms`,
        );
      }
      values[`vs_compose_${size}`] = median(took.berth) / median(took.compose);
      values[`vs_bare_${size}`] = median(took.berth) / median(took.bare);
    }
    return { values, runs: rounds };
  } finally {
    api.close();
    await berth.close();
    await engine.close();
    rmSync(folder, { recursive: true, force: true });
  }
};

const publishWithBerth = async (
  berth: Awaited<ReturnType<typeof startBerth>>,
  api: EngineApi,
  size: number,
): Promise<number> => {
  const name = `bench-${size}`;
  let operation = '';
  const took = await timed(async () => {
    const accepted = await berth.admin.publishApplication({
      params: berth.place,
      body: publication(name, composeFile(size)),
    });
    operation = accepted.operation.id;
    await api.untilRunning(`io.berth.application=${accepted.application.id}`, size);
  });
  await waitForOperation(berth.admin, berth.place, operation);
  await removeAndWait(berth.admin, berth.place, name);
  return took;
};

const publishWithCompose = async (socket: string, folder: string, size: number): Promise<number> => {
  const project = join(folder, `compose${size}`);
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'docker-compose.yml'), `version: '3'\n${composeFile(size)}`);
  const options = {
    cwd: project,
    env: { PATH: process.env['PATH'] ?? '', HOME: folder, DOCKER_HOST: `unix://${socket}` },
  };
  const took = await timed(() => run('docker-compose', ['up', '-d'], options));
  await run('docker-compose', ['down', '-t', '5'], options);
  return took;
};

const publishBare = async (api: EngineApi, size: number): Promise<number> => {
  const label = `bench.bare=${size}`;
  let ids: string[] = [];
  let network = '';
  const took = await timed(async () => {
    network = (
      (await api.call('POST', '/networks/create', { Name: `bare${size}`, CheckDuplicate: true })) as { Id: string }
    ).Id;
    ids = await Promise.all(
      Array.from({ length: size }, async (_, at) => {
        const body = {
          Image: image,
          Cmd: command,
          Labels: { 'bench.bare': String(size) },
          HostConfig: { NetworkMode: `bare${size}` },
          NetworkingConfig: { EndpointsConfig: { [`bare${size}`]: { Aliases: [`s${at}`] } } },
        };
        const { Id } = (await api.call('POST', `/containers/create?name=bare${size}-${at}`, body)) as { Id: string };
        await api.call('POST', `/containers/${Id}/start`);
        return Id;
      }),
    );
    await api.untilRunning(label, size);
  });
  await Promise.all(ids.map((id) => api.call('DELETE', `/containers/${id}?force=true`)));
  await api.call('DELETE', `/networks/${network}`);
  return took;
};
