// The program behind ./test: sets up what the wanted parts need, runs them, and ends with one line of node:test's own numbers.
import { parseArgs } from 'node:util';
import { PlatformError } from '@berth/common/platform-error.ts';
import { installPackages, missingPackages } from './machine/debian-packages.ts';
import { buildPortal } from './start/portal-build.ts';
import { partNames, parts, type Part, type PartName } from './test-run/parts.ts';
import { heading, runPhase, runSideBySide, type PhaseResult } from './test-run/phase.ts';

const usage = `./test [part …] [--fail-fast]   runs all parts, or those named: ${partNames.join(' ')}\n`;
const write = (text: string) => void process.stdout.write(text);

const main = async (): Promise<number> => {
  const { wanted, failFast, help } = readArguments();
  if (help) {
    write(usage);
    return 0;
  }
  await setUp(wanted);
  const results: PhaseResult[] = [];
  for (const name of wanted) {
    results.push(...(await runPart(parts[name], failFast)));
    if (failFast && results.some(({ failed }) => failed > 0)) break;
  }
  write(`\n${timeTable(results)}\n`);
  const passed = results.reduce((sum, result) => sum + result.passed, 0);
  const failed = results.reduce((sum, result) => sum + result.failed, 0);
  write(`${passed} passed, ${failed} failed\n`);
  return failed === 0 && passed > 0 ? 0 : 1;
};

const readArguments = () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      'fail-fast': { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  const isPart = (name: string): name is PartName => partNames.some((part) => part === name);
  const unknown = positionals.find((name) => !isPart(name));
  if (unknown !== undefined)
    throw new PlatformError('invalid_request', `There is no part ${unknown}; the parts are ${partNames.join(', ')}.`);
  return {
    wanted: positionals.length === 0 ? partNames : positionals.filter(isPart),
    failFast: values['fail-fast'],
    help: values.help,
  };
};

const setUp = async (wanted: readonly PartName[]): Promise<void> => {
  const needed = [...new Set(wanted.flatMap((name) => parts[name].packages))];
  const say = (text: string) => write(`· ${text}\n`);
  await installPackages(await missingPackages(needed), say);
  // With the part `check`, the build is a check of its own.
  if (wanted.includes('portal') && !wanted.includes('check')) await buildPortal(say);
};

const runPart = async ({ phases, sideBySide }: Part, failFast: boolean): Promise<PhaseResult[]> => {
  if (sideBySide) return runSideBySide(phases, write);
  const results: PhaseResult[] = [];
  for (const phase of phases) {
    write(`▶ ${phase.name}\n`);
    const result = await runPhase(phase, write);
    write(heading(result));
    results.push(result);
    if (failFast && result.failed > 0) break;
  }
  return results;
};

const timeTable = (results: readonly PhaseResult[]): string => {
  const row = (name: string, ...cells: readonly string[]) =>
    name.padEnd(26) + cells.map((cell) => cell.padStart(10)).join('');
  const lines = results.map(({ name, passed, failed, tookMs }) =>
    row(name, String(passed), String(failed), (tookMs / 1000).toFixed(1)),
  );
  return [row('phase', 'passed', 'failed', 'seconds'), ...lines, ''].join('\n');
};

try {
  process.exitCode = await main();
} catch (thrown) {
  const text =
    thrown instanceof PlatformError
      ? thrown.message
      : thrown instanceof Error
        ? (thrown.stack ?? thrown.message)
        : String(thrown);
  process.stderr.write(`test: ${text}\n`);
  write('0 passed, 1 failed\n');
  process.exitCode = 1;
}
