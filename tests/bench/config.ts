// `berth config` against Debian's `docker-compose config` on one file of 100 services, program against program: A B A B …
// Where Compose's second version is installed, it is measured as well, for the docs only.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PlatformError } from '@berth/common/platform-error.ts';
import { median, say, timed, type BenchResult } from './result.ts';

const root = join(import.meta.dirname, '../..');

const services = 100;

const run = async (rounds: number): Promise<BenchResult> => {
  ensureDockerCompose();
  const folder = mkdtempSync(join(tmpdir(), 'bench-config-'));
  try {
    writeFileSync(join(folder, 'docker-compose.yml'), composeFile());
    const berth = [join(root, 'cli/berth'), 'config'];
    const first = ['docker-compose', 'config'];
    const second = works(['docker', 'compose', 'version']) ? ['docker', 'compose', 'config'] : undefined;
    // The first run of each fills caches of the machine, and berth's of compiled code.
    for (const command of [berth, berth, first, ...(second === undefined ? [] : [second])])
      await runOnce(folder, command);
    const times = { berth: [] as number[], first: [] as number[], second: [] as number[] };
    for (let round = 1; round <= Math.max(rounds, 5); round += 1) {
      times.berth.push(await timed(() => runOnce(folder, berth)));
      times.first.push(await timed(() => runOnce(folder, first)));
      if (second !== undefined) times.second.push(await timed(() => runOnce(folder, second)));
      say(
        `round ${round}: berth ${times.berth.at(-1)?.toFixed(0)} ms, docker-compose ${times.first.at(-1)?.toFixed(0)} ms`,
      );
    }
    const values = { vs_compose_config: median(times.berth) / median(times.first), ms: median(times.berth) };
    const more = second === undefined ? {} : { vs_compose_2: median(times.berth) / median(times.second) };
    return { values: { ...values, ...more }, runs: times.berth.length };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};

export default run;

const works = ([program = '', ...parameters]: readonly string[]): boolean =>
  spawnSync(program, parameters).status === 0;

const ensureDockerCompose = (): void => {
  if (works(['docker-compose', 'version'])) return;
  say('installing docker-compose with apt-get …');
  const isInstalled =
    works(['apt-get', 'update', '-q']) &&
    works(['apt-get', 'install', '-y', '-q', '--no-install-recommends', 'docker-compose']);
  if (!isInstalled)
    throw new PlatformError('unavailable', 'docker-compose is not here and cannot be installed with apt-get.');
};

const runOnce = (folder: string, [program = '', ...parameters]: readonly string[]): Promise<void> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
    let told = '';
    child.stderr.on('data', (piece: Buffer) => void (told += piece.toString()));
    child.once('error', reject).once('close', (code) => {
      if (code === 0) resolve();
      else
        reject(new PlatformError('unavailable', `${program} config ended with ${String(code)}: ${told.slice(0, 500)}`));
    });
  });

/** What services of real files have: anchors, defaults, health checks, networks, volumes, limits. */
const composeFile = (): string => {
  const names = Array.from({ length: services }, (_, at) => `service${at}`);
  const body = names.map(
    (name, at) => `  ${name}:
    <<: *common
    image: "registry.example/${name}:\${TAG:-1.${at}}"
    command: ["serve", "--port", "8080", "--name=${name}"]
    environment:
      <<: *environment
      NAME: ${name}
      DATABASE_URL: postgres://user:\${PASSWORD:-secret}@service0:5432/${name}
    ports: ["${10_000 + at}:8080"]
    volumes:
      - data${at}:/var/lib/data
      - ./etc/${name}:/etc/${name}:ro
    networks: [front, back]
    ${at === 0 ? 'depends_on: []' : `depends_on: [service${at - 1}]`}
    healthcheck:
      test: ["CMD", "curl", "-f", "http://localhost:8080/health"]
      interval: 30s
      timeout: 5s
      retries: 3
    labels:
      - "example.service=${name}"
      - "example.rule=Host(\`${name}.example\`)"
`,
  );
  return `version: "3.8"
x-common: &common
  restart: unless-stopped
  logging:
    driver: json-file
    options: {max-size: 10m, max-file: "3"}
x-environment: &environment
  TZ: Etc/UTC
  LOG_LEVEL: \${LOG_LEVEL:-info}
services:
${body.join('')}networks:
  front: {}
  back: {internal: true}
volumes:
${names.map((_, at) => `  data${at}: {}\n`).join('')}`;
};
