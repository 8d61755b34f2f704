// Builds an image from files that come with the request: no context from elsewhere, bounded, and ended when the caller goes.
import type { Build } from '@berth/contract/application-spec.ts';
import type { Owner, PullLine } from '@berth/contract/engine-objects.ts';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';
import { createHash } from 'node:crypto';
import { Readable } from 'node:stream';
import { pack, type Pack } from 'tar-stream';
import type { Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine, engineCode, toPlatformError } from './engine-error.ts';
import { findImage, requireReference } from './images.ts';
import { readJsonLines } from './json-lines.ts';
import { labelsOfOwner } from './labels.ts';
import { asReadable } from './modem.ts';
import { refuseReserved } from './networks.ts';
import { failedWith, isRegistryTrouble } from './pull.ts';
import { cleanName } from './tar-rewrite.ts';
import { engineLimits } from './time-limits.ts';

export interface BuildWish {
  readonly reference: string;
  readonly owner: Owner;
  readonly build: Build;
  /** Path in the context → base64. */
  readonly files: Readonly<Record<string, string>>;
}

const gibibyte = 1024 * 1024 * 1024;
const memoryBytes = 2 * gibibyte;
/** Half of what a container gets: what runs goes before what is built. */
const cpuShares = 512;
const filesMaximum = 10_000;
const outputMaximumCharacters = 1024 * 1024;
const lineMaximumCharacters = 4_096;

/** Throws at once what is wrong with the wish; what goes wrong later is the last line. */
export const buildImage = (
  engine: Engine,
  caller: Caller,
  wish: BuildWish,
  signal: AbortSignal,
): AsyncGenerator<PullLine> => {
  if (caller.environment !== wish.owner.environment)
    throw new PlatformError('invalid_request', 'The image is of another environment than the request');
  return tellBuild(engine, wish, toBuildQuery(wish), toContext(wish), signal);
};

async function* tellBuild(
  engine: Engine,
  wish: BuildWish,
  options: Readonly<Record<string, unknown>>,
  context: Pack,
  signal: AbortSignal,
): AsyncGenerator<PullLine> {
  try {
    yield* followBuild(engine, wish, options, context, signal);
  } catch (thrown) {
    const error = asPlatformError(toPlatformError(thrown));
    if (error.code === 'bug') throw thrown;
    yield failedWith(error.code, error.message);
  } finally {
    context.destroy();
  }
}

interface BuildStep {
  readonly stream?: string;
  readonly status?: string;
  readonly id?: string;
  readonly errorDetail?: { readonly message?: string };
  readonly error?: string;
}

async function* followBuild(
  engine: Engine,
  wish: BuildWish,
  options: Readonly<Record<string, unknown>>,
  context: Pack,
  signal: AbortSignal,
): AsyncGenerator<PullLine> {
  const archive = Readable.from(context, { objectMode: false });
  const stream = asReadable(
    await askEngine<unknown>(() =>
      engine.docker(engineLimits.build).buildImage(archive, { ...options, abortSignal: signal }),
    ),
  );
  const output = new Output();
  for await (const value of readJsonLines(stream)) {
    const step = value as BuildStep;
    const refusal = step.errorDetail?.message ?? step.error;
    if (refusal !== undefined) {
      yield* output.rest();
      yield failedWith(failureCode(refusal), refusal);
      return;
    }
    // What comes with an id is a bar of a pull, drawn over and over.
    if (step.id === undefined) yield* output.take(step.stream ?? (step.status === undefined ? '' : `${step.status}\n`));
  }
  yield* output.rest();
  const image = await findImage(engine, wish.reference);
  if (image === null) yield failedWith('engine_unavailable', 'The build broke off without a final word of the engine');
  else yield { type: 'done', imageId: image.id, digest: null };
}

/** A step that failed is the file's fault; what it printed says nothing about a registry. */
const failureCode = (message: string): string => {
  if (/^The command |^(COPY|ADD) failed|^dockerfile parse error/i.test(message)) return 'engine_refused';
  const code = engineCode(0, message);
  return code === 'engine_refused' && isRegistryTrouble(message) ? 'image_not_found' : code;
};

/** Lines of what the build prints, up to a maximum. */
class Output {
  #text = '';
  #characters = 0;

  *take(text: string): Generator<PullLine> {
    if (this.#characters >= outputMaximumCharacters) return;
    this.#characters += text.length;
    const lines = `${this.#text}${text}`.split('\n');
    this.#text = (lines.pop() ?? '').slice(0, lineMaximumCharacters);
    for (const line of lines) yield toLine(line);
    if (this.#characters < outputMaximumCharacters) return;
    this.#text = '';
    yield { type: 'output', text: 'The build prints more than is kept; what follows is left out.' };
  }

  *rest(): Generator<PullLine> {
    if (this.#text !== '') yield toLine(this.#text);
    this.#text = '';
  }
}

const toLine = (line: string): PullLine => ({
  type: 'output',
  text: line
    // oxlint-disable-next-line no-control-regex -- colours of a terminal are what is taken out
    .replace(/\u001b\[[0-9;]*m/g, '')
    .replace(/\r$/, '')
    .slice(0, lineMaximumCharacters),
});

/** The query of the engine's classic builder, field by field. */
export const toBuildQuery = ({ reference, owner, build }: BuildWish): Readonly<Record<string, unknown>> => {
  refuseReserved(build.labels);
  if (build.network !== undefined && build.network !== 'none' && build.network !== 'default')
    throw new PlatformError('invalid_request', `A build cannot use the network ${build.network}`);
  const given = {
    t: requireReference(reference),
    version: '1',
    rm: 'true',
    forcerm: 'true',
    memory: String(memoryBytes),
    memswap: String(memoryBytes),
    cpushares: String(cpuShares),
    dockerfile: dockerfileOf(build),
    buildargs: { ...build.args },
    labels: { ...build.labels, ...labelsOfOwner(owner, build.hash) },
    target: build.target,
    networkmode: build.network,
    nocache: build.noCache === true ? 'true' : undefined,
    pull: build.pull === true ? 'true' : undefined,
    shmsize: build.shmBytes === undefined ? undefined : String(build.shmBytes),
    extrahosts: build.extraHosts?.map(([name, address]) => `${name}:${address}`),
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
};

const dockerfileOf = (build: Build): string => {
  if (build.dockerfileInline !== undefined) return inlineName(build.dockerfileInline);
  const name = cleanName(build.dockerfile ?? 'Dockerfile');
  if (name === undefined || name === '')
    throw new PlatformError('invalid_request', `${build.dockerfile} is no path of a Dockerfile in the context`);
  return name;
};

/** No file of the context has this name by accident. */
const inlineName = (text: string): string =>
  `.berth-dockerfile-${createHash('sha256').update(text).digest('hex').slice(0, 16)}`;

const toContext = ({ build, files }: BuildWish): Pack => {
  const named = Object.entries(files);
  if (named.length > filesMaximum)
    throw new PlatformError('too_large', `The build has more than ${filesMaximum} files`);
  const context = pack();
  for (const [given, content] of named) {
    const name = cleanName(given);
    if (name === undefined || name === '' || name === '.')
      throw new PlatformError('invalid_request', `${JSON.stringify(given)} is no path of a file in a build`);
    addFile(context, name, Buffer.from(content, 'base64'));
  }
  if (build.dockerfileInline !== undefined)
    addFile(context, inlineName(build.dockerfileInline), Buffer.from(build.dockerfileInline));
  context.finalize();
  return context;
};

// Bundles carry no permission bits: a script, or a program, is made executable.
const addFile = (context: Pack, name: string, bytes: Buffer): void => {
  const isProgram = bytes.subarray(0, 2).toString('latin1') === '#!' || bytes.subarray(0, 4).equals(elfMark);
  // The same time for all and ever: the builder's cache must know the files again.
  context.entry({ name, mode: isProgram ? 0o755 : 0o644, mtime: longAgo, uid: 0, gid: 0 }, bytes);
};

// oxlint-disable-next-line no-restricted-globals -- a constant, no clock
const longAgo = new Date(0);

const elfMark = Buffer.from([0x7f, 0x45, 0x4c, 0x46]);
