// The sample application: its image, its publication, and the proof that it answers.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import type { AllInOne } from '@berth/all-in-one/all-in-one.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Operation } from '@berth/contract/applications.ts';
import { ApiError } from '@berth/contract/client.ts';
import { makeBusyboxImage } from '#machine/busybox-image.ts';
import { hasImage, pullImage } from '#machine/engine-api.ts';
import type { Progress } from '#progress.ts';
import { root } from '#root.ts';
import { ensurePackages } from './ensure-engine.ts';

const sampleImage = 'busybox:1.35';
/** A sentence of the sample's page; seeing it is the proof. */
const sampleText = 'This page comes from a container';

export interface ImageWish {
  readonly socket: string;
  readonly pull: boolean;
  readonly yes: boolean;
}

/** The image on the engine: there already, pulled, or built here. */
export const ensureSampleImage = async (progress: Progress, { socket, pull, yes }: ImageWish): Promise<void> => {
  if (await progress.step('image', () => hasImage(socket, sampleImage))) return;
  if (pull) {
    progress.say(`pulling ${sampleImage} …`);
    const refused = await progress.step('image', () => pullImage(socket, sampleImage));
    if (refused === undefined) return;
    progress.say(`no registry gives ${sampleImage} (${refused.slice(0, 120)})`);
  }
  progress.say(`building ${sampleImage} from Debian’s busybox-static …`);
  await ensurePackages(progress, ['busybox-static'], {
    yes,
    why: 'The sample’s image can be neither pulled nor built',
  });
  await progress.step('image', () => makeBusyboxImage(socket, sampleImage));
};

/** Publishes the sample unless it is there; answers whether it did. */
export const publishSample = async (
  progress: Progress,
  berth: AllInOne,
  { name, choosePort }: { readonly name: string; readonly choosePort: () => Promise<number> },
): Promise<boolean> => {
  const place = { tenant: berth.tenant, environment: berth.environment };
  if ((await findSample(berth, name)) !== undefined) return false;
  progress.say(`publishing ${name} from sample/compose.yaml …`);
  const compose = readFileSync(join(root, 'sample/compose.yaml'), 'utf8');
  const { operation } = await berth.client.publishApplication({
    params: place,
    body: {
      name,
      bundle: { files: { 'compose.yaml': compose }, main: ['compose.yaml'] },
      variables: { SAMPLE_PORT: String(await choosePort()) },
    },
  });
  await untilDone(progress, berth, operation);
  return true;
};

const findSample = async (berth: AllInOne, name: string) => {
  const params = { tenant: berth.tenant, environment: berth.environment, application: name };
  try {
    return await berth.client.readApplication({ params });
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

/** The port the sample is mapped to; undefined when it is stopped or gone. */
export const samplePort = async (berth: AllInOne, name: string): Promise<number | undefined> =>
  (await findSample(berth, name))?.services.flatMap(({ endpoints }) => endpoints)[0]?.hostPort;

const operationLimitMs = 120_000;

const untilDone = async (progress: Progress, berth: AllInOne, { id }: Operation): Promise<void> => {
  const params = { tenant: berth.tenant, environment: berth.environment, operation: id };
  const said = new Set<string>();
  const end = performance.now() + operationLimitMs;
  for (;;) {
    const operation = await berth.client.readOperation({ params });
    for (const { action, target, state } of operation.progress) {
      const line = `${action.replaceAll('_', ' ')} ${target}: ${state}`;
      if (state === 'waiting' || said.has(line)) continue;
      said.add(line);
      progress.say(line);
    }
    if (operation.state === 'succeeded') return;
    if (operation.state !== 'running')
      throw new PlatformError(
        'unavailable',
        `The sample could not be published: ${operation.message ?? operation.state}`,
      );
    if (performance.now() > end)
      throw new PlatformError(
        'deadline_exceeded',
        `The sample did not run within ${operationLimitMs / 1000} s: ${operation.message ?? 'no reason known'}`,
      );
    await pause(100);
  }
};

const answerLimitMs = 30_000;

/** Asks over HTTP until the sample answers with its own text. */
export const untilSampleAnswers = async (address: string): Promise<void> => {
  const end = performance.now() + answerLimitMs;
  for (;;) {
    const answer = await ask(address);
    if (answer === true) return;
    if (performance.now() > end)
      throw new PlatformError('deadline_exceeded', `The sample does not answer at ${address}: ${answer}`);
    await pause(50);
  }
};

const ask = async (address: string): Promise<true | string> => {
  try {
    const answer = await fetch(address, { signal: AbortSignal.timeout(5000) });
    const text = await answer.text();
    return answer.ok && text.includes(sampleText) ? true : `status ${answer.status}: ${text.slice(0, 100)}`;
  } catch (thrown) {
    return thrown instanceof Error
      ? `${thrown.message} ${thrown.cause instanceof Error ? thrown.cause.message : ''}`
      : String(thrown);
  }
};
