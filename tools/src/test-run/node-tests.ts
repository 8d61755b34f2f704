// Phases made of node:test files: which files, in one process or one each, and the totals as node:test gives them.
import { spawn } from 'node:child_process';
import { existsSync, globSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { root } from '#root.ts';
import type { Outcome, Phase } from './phase.ts';
import type { Totals } from './reporter.ts';

export interface NodeTests {
  readonly name: string;
  readonly files: readonly string[];
  readonly except?: readonly string[];
  /** `together`: one process for all files, for units. `apart`: a process for each file. */
  readonly isolation: 'together' | 'apart';
  /** With `apart`: how many files run at the same time. */
  readonly filesAtOnce?: number;
  readonly limitMs: number;
}

export const nodeTestPhase = (tests: NodeTests): Phase => ({
  name: tests.name,
  run: async (write) => {
    const files = globSync([...tests.files], {
      cwd: root,
      exclude: [...(tests.except ?? []), '**/node_modules/**'],
    }).sort();
    if (files.length === 0) {
      write('  no test file is there; a phase without tests fails\n');
      return { passed: 0, failed: 1 };
    }
    // A short name: sockets of test engines lie below it, and their paths have a limit.
    const folder = mkdtempSync(join(tmpdir(), 'bt-'));
    const temporary = join(folder, 't');
    mkdirSync(temporary);
    const outcome = await runFiles(tests, files, { totals: join(folder, 'totals.json'), temporary }, write);
    const left = readdirSync(temporary);
    if (left.length > 0) {
      write(
        `  ✘ tests left ${left.length} temporary files or folders in ${temporary}: ${left.slice(0, 10).join(', ')}\n`,
      );
      return { ...outcome, failed: outcome.failed + 1 };
    }
    rmSync(folder, { recursive: true, force: true });
    return outcome;
  },
});

interface Places {
  readonly totals: string;
  /** What the tests get as TMPDIR; it must be empty again when they are over. */
  readonly temporary: string;
}

const testLimitMs = { together: 60_000, apart: 5 * 60_000 };
const exitLimitMs = 10_000;

const runFiles = async (
  tests: NodeTests,
  files: readonly string[],
  { totals: totalsFile, temporary }: Places,
  write: (text: string) => void,
): Promise<Outcome> => {
  const together = tests.isolation === 'together';
  const reporter = join(import.meta.dirname, 'reporter.ts');
  const args = [
    '--test',
    `--test-reporter=${reporter}`,
    '--test-reporter-destination=stdout',
    `--test-timeout=${testLimitMs[tests.isolation]}`,
  ];
  const child = spawn(
    process.execPath,
    [...args, ...(together ? ['--test-isolation=none'] : [`--test-concurrency=${tests.filesAtOnce ?? 1}`]), ...files],
    {
      cwd: root,
      stdio: ['ignore', 'pipe', 'pipe'],
      env: {
        ...process.env,
        TMPDIR: temporary,
        BERTH_TEST_TOTALS: totalsFile,
        BERTH_TEST_LINES: together ? 'files' : 'tests',
      },
    },
  );
  child.stdout.setEncoding('utf8').on('data', write);
  child.stderr.setEncoding('utf8').on('data', write);
  const ended = new Promise<number | null>((resolve, reject) => child.once('error', reject).once('close', resolve));
  const verdict = await Promise.race([ended.then((code) => ({ code })), untilStuck(totalsFile, tests.limitMs)]);
  if (typeof verdict === 'string') {
    // On SIGTERM the runner cancels what still runs, names it and gives its totals.
    child.kill('SIGTERM');
    await Promise.race([ended, pause(exitLimitMs, undefined, { ref: false })]);
    child.kill('SIGKILL');
    await ended;
    write(`  ✘ ${verdict}\n`);
  }
  return count(totalsFile, typeof verdict === 'string' ? null : verdict.code, write);
};

/** Answers why a run must be ended: too long in all, or still alive after its totals are out. */
const untilStuck = async (totalsFile: string, limitMs: number): Promise<string> => {
  const end = performance.now() + limitMs;
  while (!existsSync(totalsFile)) {
    if (performance.now() > end) return `the phase did not end within ${limitMs / 60_000} minutes`;
    await pause(200, undefined, { ref: false });
  }
  await pause(exitLimitMs, undefined, { ref: false });
  return 'the tests are over but their process lives on: a test file left a timer, socket or child open';
};

const count = (totalsFile: string, code: number | null, write: (text: string) => void): Outcome => {
  if (!existsSync(totalsFile)) {
    write('  ✘ the runner ended without totals\n');
    return { passed: 0, failed: 1 };
  }
  const totals = JSON.parse(readFileSync(totalsFile, 'utf8')) as Totals;
  const missed = totals.skipped + totals.todo;
  if (missed > 0) write(`  ✘ ${missed} skipped or unfinished tests count as failures\n`);
  if (totals.tests === 0) write('  ✘ no test ran; a phase without tests fails\n');
  const failed = totals.failed + totals.cancelled + missed;
  const quietFailure = failed === 0 && (code !== 0 || totals.tests === 0);
  if (quietFailure && totals.tests > 0)
    write(`  ✘ every test passed, yet the process ended with ${code ?? 'a signal'}\n`);
  return { passed: totals.passed, failed: failed + (quietFailure ? 1 : 0) };
};
