// ./start: engine, portal, image, server, sample, one after the other or side by side; each only as far as it is missing.
import { appendFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import type { AllInOne } from '@berth/all-in-one/all-in-one.ts';
import { systemClock } from '@berth/common/clock.ts';
import { makeLog } from '@berth/common/log.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { readServerOptions } from '@berth/server/options.ts';
import type { DockerEngine } from '#machine/docker-engine.ts';
import { freePort, isFreePort } from '#machine/ports.ts';
import type { Progress } from '#progress.ts';
import { root } from '#root.ts';
import { ensureEngine } from './ensure-engine.ts';
import type { StartOptions } from './options.ts';
import { buildPortal, portalFolder } from './portal-build.ts';
import { ensureSampleImage, publishSample, samplePort, untilSampleAnswers } from './sample.ts';

const portalPortUsual = 8080;
const samplePortUsual = 8090;

export interface Running {
  readonly berth: AllInOne;
  readonly engine: DockerEngine;
  readonly dataFolder: string;
  readonly logFile: string;
  /** The application and where it answers; undefined when it was not wanted or does not run. */
  readonly sample: { readonly name: string; readonly address: string } | undefined;
}

/** Brings everything up. What must be undone when the run ends goes onto `undo`, also when it ends half way. */
export const run = async (progress: Progress, options: StartOptions, undo: AsyncDisposableStack): Promise<Running> => {
  const place = prepareFolders(options, undo);
  const { dataFolder, ownFolder, logFile } = place;
  const [engine] = await Promise.all([
    ensureEngine(progress, { yes: options.yes, ownFolder, dataFolder }).then((found) => {
      undo.defer(found.stop);
      return found;
    }),
    progress.step('portal build', () => buildPortal(progress.say)),
  ]);
  if (options.sample)
    await ensureSampleImage(progress, { socket: engine.socket, pull: options.pull, yes: options.yes });
  const berth = await progress.step('server', () => startServer(progress, options, engine, place));
  undo.defer(berth.close);
  const sample = options.sample ? await bringUpSample(progress, berth, options) : undefined;
  return { berth, engine, dataFolder, logFile, sample };
};

interface Place {
  readonly dataFolder: string;
  readonly logFile: string;
  /** Short-named folder for an engine of this run alone; undefined when an engine is to stay. */
  readonly ownFolder: string | undefined;
}

const prepareFolders = (options: StartOptions, undo: AsyncDisposableStack): Place => {
  const ownFolder = options.check ? mkdtempSync(join(tmpdir(), 'berth-check-')) : undefined;
  if (ownFolder !== undefined) undo.defer(() => rmSync(ownFolder, { recursive: true, force: true }));
  const dataFolder = resolve(
    options.dataFolder ?? (ownFolder === undefined ? join(root, 'data') : join(ownFolder, 'data')),
  );
  if (options.check && existsSync(join(dataFolder, 'berth.sqlite')))
    throw new PlatformError(
      'invalid_request',
      `--check wants data of its own, and ${dataFolder} is in use; leave --data out or name a new folder.`,
    );
  const isNew = !existsSync(dataFolder);
  mkdirSync(dataFolder, { recursive: true, mode: 0o700 });
  if (options.check && isNew) undo.defer(() => rmSync(dataFolder, { recursive: true, force: true }));
  claim(join(dataFolder, 'berth.pid'), dataFolder, undo);
  return { dataFolder, logFile: join(dataFolder, 'berth.log'), ownFolder };
};

// Two servers on one database would fight; the file says who has it.
const claim = (file: string, dataFolder: string, undo: AsyncDisposableStack): void => {
  const other = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  if (other > 0 && other !== process.pid && isBerth(other))
    throw new PlatformError(
      'wrong_state',
      `Berth already runs on ${dataFolder} (process ${other}); stop that one, or pass --data with another folder.`,
    );
  writeFileSync(file, String(process.pid));
  undo.defer(() => rmSync(file, { force: true }));
};

const isBerth = (pid: number): boolean => {
  const file = `/proc/${pid}/cmdline`;
  return existsSync(file) && readFileSync(file, 'utf8').includes('tools/src/start.ts');
};

const startServer = async (
  progress: Progress,
  options: StartOptions,
  engine: DockerEngine,
  place: Place,
): Promise<AllInOne> => {
  const given = readServerOptions(process.env);
  const port =
    options.port ?? (options.check ? 0 : process.env['BERTH_PORT'] === undefined ? portalPortUsual : given.port);
  if (port !== 0 && !(await isFreePort(port, given.address)))
    throw new PlatformError(
      'port_taken',
      `Port ${port} is taken; stop what holds it, or pass --port with another number.`,
    );
  progress.say('starting the portal server and the Docker Server …');
  const { startAllInOne, waitForHost } = await import('@berth/all-in-one/all-in-one.ts');
  const log = makeLog('info', { write: (line) => appendFileSync(place.logFile, line) });
  const berth = await startAllInOne({
    ...given,
    dataFolder: place.dataFolder,
    port,
    portalFolder,
    engineSocket: engine.socket,
    clock: systemClock,
    log,
  });
  try {
    await waitForHost(systemClock, berth);
  } catch (thrown) {
    await berth.close();
    throw thrown;
  }
  return berth;
};

const bringUpSample = async (
  progress: Progress,
  berth: AllInOne,
  { check }: StartOptions,
): Promise<Running['sample']> => {
  // On an engine that is in use, the sample of a check must not meet the one that is there.
  const name = check ? `sample-check-${process.pid}` : 'sample';
  const choosePort = async () =>
    !check && (await isFreePort(samplePortUsual, '0.0.0.0')) ? samplePortUsual : freePort();
  const published = await progress.step('publish', () => publishSample(progress, berth, { name, choosePort }));
  const port = await samplePort(berth, name);
  if (port === undefined && !published) {
    progress.say('the sample is there but does not run; start it in the portal');
    return undefined;
  }
  if (port === undefined) throw new PlatformError('unavailable', 'The sample runs but no port of it is known');
  const address = `http://127.0.0.1:${port}/`;
  await progress.step('answer', () => untilSampleAnswers(address));
  return { name, address };
};
