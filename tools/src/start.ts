// The program behind ./start. Says what it does on standard output; with --check the last line is one JSON object.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import { removeSample } from './start/check-run.ts';
import { readStartOptions, usage, type StartOptions } from './start/options.ts';
import { run, type Running } from './start/run.ts';
import { makeProgress } from './progress.ts';

const write = (text: string) => void process.stdout.write(text);

const main = async (): Promise<number> => {
  const options = readStartOptions(process.argv.slice(2));
  if (options.help) {
    write(usage);
    return 0;
  }
  return options.check ? await check(options) : await start(options);
};

/** Until ctrl-C or SIGTERM. */
const start = async (options: StartOptions): Promise<number> => {
  const signal = stopSignal();
  const progress = makeProgress(write, signal);
  await using undo = new AsyncDisposableStack();
  write(summary(await run(progress, options, undo)));
  await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
  write('\n');
  progress.say('stopping Berth; the containers keep running …');
  return 0;
};

// The first ctrl-C ends things in good order; a second one ends the process.
const stopSignal = (): AbortSignal => {
  const stop = new AbortController();
  const abort = () => stop.abort(new PlatformError('unavailable', 'Stopped before Berth was up.'));
  process.once('SIGINT', abort);
  process.once('SIGTERM', abort);
  return stop.signal;
};

const summary = ({ berth, sample, dataFolder }: Running): string => {
  const lines = ['', 'Berth is running.', `  Portal       ${berth.url}`];
  if (berth.setupCode !== undefined)
    lines.push(`  Set-up code  ${berth.setupCode}   (asked for once, when you make the first account)`);
  if (sample !== undefined) lines.push(`  Sample       ${sample.address}`);
  lines.push(
    `  Data         ${dataFolder}   (its log: berth.log)`,
    '',
    'ctrl-C stops Berth; the containers keep running.',
    '',
  );
  return lines.join('\n');
};

interface CheckResult {
  ok: boolean;
  portal: string | null;
  sample: string | null;
  tookMs: Readonly<Record<string, number>>;
  error?: string;
}

const check = async (options: StartOptions): Promise<number> => {
  const progress = makeProgress(write, stopSignal(), { install: Number(process.env['BERTH_INSTALL_MS'] ?? 0) });
  const result: CheckResult = { ok: false, portal: null, sample: null, tookMs: progress.tookMs };
  try {
    await using undo = new AsyncDisposableStack();
    const running = await run(progress, options, undo);
    result.portal = running.berth.url;
    result.sample = running.sample?.address ?? null;
    if (running.sample !== undefined) await removeSample(progress, running.berth, running.sample.name);
    progress.say('cleaning up …');
    await undo.disposeAsync();
    result.ok = true;
  } catch (thrown) {
    result.error = describe(thrown);
    process.stderr.write(`start: ${result.error}\n`);
  }
  write(`${JSON.stringify(result)}\n`);
  return result.ok ? 0 : 1;
};

/** One sentence for what was foreseen; everything there is for a mistake of ours. */
const describe = (thrown: unknown): string => {
  if (thrown instanceof PlatformError || thrown instanceof ApiError) return thrown.message;
  if (thrown instanceof SuppressedError)
    return `${describe(thrown.suppressed)} (and while cleaning up: ${describe(thrown.error)})`;
  return thrown instanceof Error ? (thrown.stack ?? thrown.message) : String(thrown);
};

try {
  process.exitCode = await main();
} catch (thrown) {
  process.stderr.write(`start: ${describe(thrown)}\n`);
  process.exitCode = 1;
}
