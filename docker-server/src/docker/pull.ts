// Pull an image. The engine answers 200 before it knows whether it will succeed: every line of the stream counts, an
// `errorDetail` in it is the failure, and a stream that ends without a final word failed too.
import type { PullLine } from '@berth/contract/engine-objects.ts';
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { Engine } from './engine.ts';
import { askEngine, engineCode, toPlatformError } from './engine-error.ts';
import { findImage, requireReference } from './images.ts';
import { readJsonLines } from './json-lines.ts';
import { asReadable } from './modem.ts';
import { engineLimits } from './time-limits.ts';

interface PullStep {
  readonly status?: string;
  readonly id?: string;
  readonly progressDetail?: { readonly current?: number; readonly total?: number };
  readonly error?: string;
  readonly errorDetail?: { readonly message?: string };
}

const progressEveryMs = 250;
const layersMaximum = 1_000;

export async function* pullImage(
  engine: Engine,
  reference: string,
  platform: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<PullLine> {
  try {
    yield* followPull(engine, reference, platform, signal);
  } catch (thrown) {
    const error = asPlatformError(toPlatformError(thrown));
    if (error.code === 'bug') throw thrown;
    yield failed(error.code, error.message);
  }
}

async function* followPull(
  engine: Engine,
  reference: string,
  platform: string | undefined,
  signal: AbortSignal,
): AsyncGenerator<PullLine> {
  const options = {
    fromImage: withTag(requireReference(reference)),
    ...(platform === undefined ? {} : { platform }),
    abortSignal: signal,
  };
  const stream = asReadable(await askEngine(() => engine.docker(engineLimits.pull).createImage(options)));
  const layers = new Map<string, Layer>();
  let digest: string | null = null;
  let hasEnded = false;
  let toldMs = -Infinity;
  for await (const value of readJsonLines(stream)) {
    const step = value as PullStep;
    const refusal = step.errorDetail?.message ?? step.error;
    if (refusal !== undefined) {
      yield failed(engineCode(0, refusal), refusal);
      return;
    }
    digest = /^Digest: (\S+)/.exec(step.status ?? '')?.[1] ?? digest;
    hasEnded ||= step.status?.startsWith('Status: ') === true;
    noteLayer(layers, step);
    if (layers.size > 0 && engine.clock.monotonicMs() - toldMs >= progressEveryMs) {
      toldMs = engine.clock.monotonicMs();
      yield toProgress(layers);
    }
  }
  const image = hasEnded ? await findImage(engine, reference) : null;
  if (image === null) yield failed('engine_unavailable', 'The pull broke off without a final word of the engine');
  else {
    if (layers.size > 0) yield toProgress(layers);
    yield { type: 'done', imageId: image.id, digest };
  }
}

/** Without a tag the engine would pull every tag of the repository. */
export const withTag = (reference: string): string =>
  reference.includes('@') || reference.slice(reference.lastIndexOf('/') + 1).includes(':')
    ? reference
    : `${reference}:latest`;

interface Layer {
  isDone: boolean;
  bytes: number;
  bytesTotal: number;
}

const layerStates =
  /^(Pulling fs layer|Waiting|Downloading|Verifying Checksum|Download complete|Extracting|Pull complete|Already exists|Retrying)/;

const noteLayer = (layers: Map<string, Layer>, { id, status, progressDetail }: PullStep): void => {
  if (id === undefined || status === undefined || !layerStates.test(status)) return;
  const layer = layers.get(id) ?? { isDone: false, bytes: 0, bytesTotal: 0 };
  if (layers.size < layersMaximum) layers.set(id, layer);
  // Extraction counts the same bytes a second time; progress is of what comes over the wire.
  if (status.startsWith('Downloading')) {
    layer.bytes = progressDetail?.current ?? layer.bytes;
    layer.bytesTotal = Math.max(progressDetail?.total ?? 0, layer.bytesTotal, layer.bytes);
  } else if (/^(Download complete|Extracting|Pull complete)/.test(status)) {
    layer.bytesTotal = Math.max(layer.bytesTotal, progressDetail?.total ?? 0);
    layer.bytes = layer.bytesTotal;
  }
  layer.isDone = status.startsWith('Pull complete') || status.startsWith('Already exists');
};

const toProgress = (layers: ReadonlyMap<string, Layer>): PullLine => {
  const all = [...layers.values()];
  return {
    type: 'progress',
    layersDone: all.filter((layer) => layer.isDone).length,
    layersTotal: all.length,
    bytes: all.reduce((sum, layer) => sum + layer.bytes, 0),
    bytesTotal: all.reduce((sum, layer) => sum + layer.bytesTotal, 0),
  };
};

type FailureCode = (PullLine & { type: 'failed' })['code'];
const failureCodes: readonly string[] = [
  'image_not_found',
  'image_denied',
  'no_space',
  'engine_refused',
  'engine_unavailable',
];
const isFailureCode = (code: string): code is FailureCode => failureCodes.includes(code);

// What the engine says when the registry is away, unwilling or wrong: the image cannot be had from there just now.
const registryTrouble =
  /dial tcp|lookup |i\/o timeout|connection (?:refused|reset)|no route to host|TLS|x509|unexpected EOF|request canceled|unexpected (?:HTTP )?status|unauthorized|denied|toomanyrequests|manifest|server gave HTTP response/i;

export const isRegistryTrouble = (message: string): boolean => registryTrouble.test(message);

/** The last line of what did not come about. */
export const failedWith = (code: string, message: string): PullLine => ({
  type: 'failed',
  code: isFailureCode(code) ? code : 'engine_refused',
  message,
});

const failed = (code: string, message: string): PullLine =>
  failedWith(
    code === 'not_found' || (code === 'engine_refused' && isRegistryTrouble(message)) ? 'image_not_found' : code,
    message,
  );
