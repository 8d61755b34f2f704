// `npm run compose:conformance`: every conformance case, ours and the shared ones, by format; with --oracle also what the
// other programs of this machine say about the same files. --compose-v2 PATH names a Compose that is no plugin of docker.
// --keep writes down the whole models both agree on, which `answers.test.ts` then holds us to where no oracle is installed.
import { readFileSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { allCases, answersFile, ownCases } from '#conformance/all-cases.ts';
import { caseFormats } from '#conformance/cases.ts';
import { judgeCase } from '#conformance/judge.ts';
import type { Comparison } from './oracle/compare.ts';
import { compareWith } from './oracle/compare.ts';
import { findOracles } from './oracle/oracles.ts';

const write = (text: string): void => void process.stdout.write(`${text}\n`);

const judgeAll = (): { passed: number; failed: number } => {
  const own = new Set(ownCases().map(({ id }) => id));
  const judged = allCases().map((row) => ({ row, faults: judgeCase(row) }));
  for (const { row, faults } of judged) for (const fault of faults) write(`✘ ${row.area}/${row.id}: ${fault}`);
  const line = (name: string, ...cells: readonly (string | number)[]): void =>
    write(name.padEnd(16) + cells.map((cell) => String(cell).padStart(8)).join(''));
  line('format', 'shared', 'own', 'wrong', 'passed', 'failed');
  for (const format of [...caseFormats, 'all'] as const) {
    const some = judged.filter(({ row }) => format === 'all' || row.format === format);
    const ours = some.filter(({ row }) => own.has(row.id)).length;
    const wrong = some.filter(({ row }) => row.expect === 'reject').length;
    const failed = some.filter(({ faults }) => faults.length > 0).length;
    line(format, some.length - ours, ours, wrong, some.length - failed, failed);
  }
  const failed = judged.filter(({ faults }) => faults.length > 0).length;
  return { passed: judged.length - failed, failed };
};

const tell = ({ oracle, agreed, known, unknown, needless }: Comparison): void => {
  const asked = agreed + known.length + unknown.length;
  const share = ((100 * agreed) / Math.max(asked, 1)).toFixed(1);
  write(`\n${oracle.title}: agrees on ${agreed} of ${asked} (${share} %), differs with a reason on ${known.length}`);
  for (const { id, text } of unknown) write(`✘ ${id}: ${text}`);
  for (const id of needless) write(`✘ ${id}: is listed as a disagreement, and both agree`);
};

/** Only cases of our own: the shared ones say themselves what is right. */
const keep = ({ oracle, models }: Comparison): void => {
  const own = ownCases().filter(({ id }) => models.has(id));
  const file = answersFile(oracle.name);
  const lines = own.map(({ id }) => `${JSON.stringify(id)}:${JSON.stringify(models.get(id))}`).toSorted();
  writeFileSync(file, `{${lines.join(',\n')}}\n`);
  write(`kept ${own.length} models, ${Math.round(readFileSync(file).length / 1024)} KiB, in ${file}`);
};

const main = async (): Promise<number> => {
  const { values } = parseArgs({
    options: {
      oracle: { type: 'boolean', default: false },
      keep: { type: 'boolean', default: false },
      'compose-v2': { type: 'string' },
    },
  });
  let { passed, failed } = judgeAll();
  if (values.oracle) {
    const oracles = findOracles(values['compose-v2']);
    if (oracles.length === 0) write('\nNo other program that reads Compose files is installed here.');
    for (const oracle of oracles) {
      const comparison = await compareWith(oracle, allCases());
      tell(comparison);
      if (values.keep && oracle.name !== 'stack') keep(comparison);
      passed += comparison.agreed + comparison.known.length;
      failed += comparison.unknown.length + comparison.needless.length;
    }
  }
  write(`\n${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
};

process.exitCode = await main();
