// `npm run bench -- NAME`: sets up what it needs, measures against its reference in the same run, cleans up, and prints as its
// last line one JSON object {bench, values, runs, machine}. Goals are in docs/benchmarks.md.
import { cpus, totalmem } from 'node:os';
import { parseArgs } from 'node:util';
import type { BenchResult } from './result.ts';

const benches: Readonly<Record<string, () => Promise<{ default: (rounds: number) => Promise<BenchResult> }>>> = {
  publish: () => import('./publish.ts'),
  idle: () => import('./idle.ts'),
  coldstart: () => import('./coldstart.ts'),
  config: () => import('./config.ts'),
  plan: () => import('./plan.ts'),
  upgrade: () => import('./upgrade.ts'),
};

const { positionals, values } = parseArgs({
  allowPositionals: true,
  options: { rounds: { type: 'string', default: '5' } },
});
const names = positionals.length === 0 ? Object.keys(benches) : positionals;
for (const name of names) {
  const load = benches[name];
  if (load === undefined) {
    process.stderr.write(`there is no bench called ${name}; there are: ${Object.keys(benches).join(', ')}\n`);
    process.exit(2);
  }
  const { default: run } = await load();
  const { values: measured, runs } = await run(Number(values.rounds));
  const rounded = Object.fromEntries(
    Object.entries(measured).map(([key, value]) => [key, Math.round(value * 1000) / 1000]),
  );
  const machine = `${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}, ${Math.round(totalmem() / 2 ** 30)} GiB`;
  process.stdout.write(`${JSON.stringify({ bench: name, values: rounded, runs, machine })}\n`);
}
process.exit(0);
