// Other programs that read Compose files, as judges of ours. Each is only used where it is installed.
import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { ConformanceCase } from '#conformance/cases.ts';
import { modelFolder } from '#conformance/whole-model.ts';

export type OracleName = 'compose-1.29' | 'compose-2' | 'stack';

export type Oracle = {
  readonly name: OracleName;
  readonly title: string;
  /** Whether it can know the case at all. */
  readonly canJudge: (row: ConformanceCase) => boolean;
  readonly command: (row: ConformanceCase) => readonly string[];
  readonly format: 'json' | 'file';
  /** It prints `$` so that it is read again as `$`. */
  readonly isEscaped: boolean;
};

export type Answer = {
  readonly isAccepted: boolean;
  readonly out: string;
  readonly err: string;
  readonly root: string;
};

/** The oracles of this machine. `composeV2`: a path of Compose's second version, where it is no plugin of docker. */
export const findOracles = (composeV2: string | undefined): readonly Oracle[] => {
  const found: Oracle[] = [];
  const first = versionOf(['docker-compose', 'version', '--short']);
  if (first?.startsWith('1.') === true) found.push(composeV1(first));
  const program = composeV2 === undefined ? ['docker', 'compose'] : [composeV2];
  const second = versionOf([...program, 'version', '--short']);
  if (second !== undefined && /^v?[2-9]/.test(second)) found.push(composeSecond(program, second));
  const docker = versionOf(['docker', '--version']);
  if (docker !== undefined && versionOf(['docker', 'stack', 'config', '--help']) !== undefined)
    found.push(stack(docker));
  return found;
};

const versionOf = ([program = '', ...rest]: readonly string[]): string | undefined => {
  const { status, stdout } = spawnSync(program, rest, { encoding: 'utf8', timeout: 60_000 });
  return status === 0 ? stdout.trim().split('\n')[0] : undefined;
};

const fileFlags = (row: ConformanceCase): readonly string[] => row.use.flatMap((file) => ['-f', file]);

const composeV1 = (version: string): Oracle => ({
  name: 'compose-1.29',
  title: `docker-compose ${version}`,
  canJudge: (row) => row.format !== 'specification',
  command: (row) => [
    'docker-compose',
    ...fileFlags(row),
    ...row.envFiles.flatMap((file) => ['--env-file', file]),
    'config',
  ],
  format: 'file',
  isEscaped: true,
});

const composeSecond = (program: readonly string[], version: string): Oracle => ({
  name: 'compose-2',
  title: `Compose ${version}`,
  canJudge: (row) => row.format !== 'V1',
  command: (row) => [
    ...program,
    ...fileFlags(row),
    ...row.profiles.flatMap((profile) => ['--profile', profile]),
    ...row.envFiles.flatMap((file) => ['--env-file', file]),
    'config',
    '--format',
    'json',
  ],
  format: 'json',
  isEscaped: true,
});

const stack = (version: string): Oracle => ({
  name: 'stack',
  title: `docker stack config (${version})`,
  canJudge: (row) => row.format === '3.x',
  command: (row) => ['docker', 'stack', 'config', ...row.use.flatMap((file) => ['-c', file])],
  format: 'file',
  isEscaped: false,
});

/** Writes the files of a case to a folder of its own and asks; the folder is gone afterwards. */
export const ask = async (oracle: Oracle, row: ConformanceCase): Promise<Answer> => {
  const temporary = mkdtempSync(join(tmpdir(), 'oracle-'));
  const folder = temporary + modelFolder;
  try {
    mkdirSync(folder, { recursive: true });
    for (const [name, text] of Object.entries(row.files)) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    makeBuildFolders(folder, row);
    const [program = '', ...rest] = oracle.command(row);
    const env = {
      PATH: process.env['PATH'] ?? '',
      HOME: '/home/bench',
      ...(row.project === null ? {} : { COMPOSE_PROJECT_NAME: row.project }),
      ...row.env,
    };
    const { code, out, err } = await run(program, rest, { cwd: folder, env });
    return { isAccepted: code === 0, out, err: err.replaceAll(folder, ''), root: temporary };
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
};

/** The first version refuses a build whose folder is not there, which has nothing to do with how a file reads. */
const makeBuildFolders = (folder: string, row: ConformanceCase): void => {
  for (const text of Object.values(row.files))
    for (const [, path = ''] of text.matchAll(/(?:build|context):\s*["']?(\.\/[\w./-]+)/g))
      mkdirSync(join(folder, path), { recursive: true });
};

type Run = { readonly code: number | null; readonly out: string; readonly err: string };

const run = (
  program: string,
  parameters: readonly string[],
  options: { cwd: string; env: Record<string, string> },
): Promise<Run> =>
  new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { ...options, stdio: ['ignore', 'pipe', 'pipe'], timeout: 60_000 });
    let out = '';
    let err = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => void (out += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => void (err += text));
    child.once('error', reject).once('close', (code) => resolve({ code, out, err }));
  });
