// Builds, and questions to a registry, of a simulated engine. It reads the Dockerfile and runs nothing: `RUN false` fails, and
// `RUN sleep N` takes its time.
import type { IncomingMessage } from 'node:http';
import { text } from 'node:stream/consumers';
import { extract } from 'tar-stream';
import { addSimImage, behaviourOf, digestOf, findSimImage, normalReference } from './sim-images.ts';
import { Refusal, route, type SimCall, type SimRoute } from './sim-http.ts';
import type { SimState } from './sim-state.ts';

export const buildRoutes = (state: SimState): SimRoute[] => [
  route(
    'POST',
    '/build',
    async (call) => {
      await build(state, call);
      return undefined;
    },
    { takesBytes: true },
  ),
  route('GET', '/distribution/*/json', ({ parts }) => {
    const reference = normalReference(parts[0] ?? '');
    const { registry = 'has' } = behaviourOf(reference);
    if (registry === 'away')
      throw new Refusal(500, 'Get "https://registry.example/v2/": dial tcp: lookup registry.example: no such host');
    if (registry === 'lacks') throw new Refusal(404, `manifest unknown: manifest unknown`);
    if (registry === 'denies')
      throw new Refusal(
        401,
        'errors: denied: requested access to the resource is denied unauthorized: authentication required',
      );
    return { status: 200, json: { Descriptor: { digest: digestOf(`digest ${reference}`), size: 1 }, Platforms: [] } };
  }),
];

const build = async (state: SimState, { request, answer, query }: SimCall): Promise<void> => {
  const files = await readFiles(request);
  const name = query.get('dockerfile') ?? 'Dockerfile';
  const dockerfile = files.get(name);
  if (dockerfile === undefined) throw new Refusal(500, `Cannot locate specified Dockerfile: ${name}`);
  const steps = dockerfile.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  answer.writeHead(200, { 'content-type': 'application/json' });
  const say = (line: object) => answer.write(`${JSON.stringify(line)}\r\n`);
  for (const [index, step] of steps.entries()) {
    say({ stream: `Step ${index + 1}/${steps.length} : ${step}\n` });
    const refusal = await carryOut(state, step, files, say);
    if (answer.destroyed) {
      state.brokenBuilds += 1;
      return;
    }
    if (refusal === undefined) continue;
    say({ errorDetail: { message: refusal }, error: refusal });
    answer.end();
    return;
  }
  const labels = JSON.parse(query.get('labels') ?? '{}') as Record<string, string>;
  const { id } = addSimImage(state, query.get('t') ?? '', { labels, exposedPorts: [] });
  say({ aux: { ID: id } });
  say({ stream: `Successfully built ${id.slice(7, 19)}\n` });
  answer.end();
};

const maximumSleepMs = 60_000;

/** What the engine would say of a step that fails. */
const carryOut = async (
  state: SimState,
  step: string,
  files: ReadonlyMap<string, string>,
  say: (line: object) => void,
): Promise<string | undefined> => {
  const [instruction = '', ...words] = step.trim().split(/\s+/);
  const [first = ''] = words;
  switch (instruction.toUpperCase()) {
    case 'FROM':
      return first === 'scratch' || findSimImage(state, first) !== undefined
        ? undefined
        : `pull access denied for ${first}, repository does not exist or may require 'docker login': denied: requested access to the resource is denied`;
    case 'COPY':
      return first === '.' || [...files.keys()].some((name) => name === first || name.startsWith(`${first}/`))
        ? undefined
        : `COPY failed: file not found in build context or excluded by .dockerignore: stat ${first}: file does not exist`;
    case 'RUN': {
      const command = words.join(' ');
      if (first === 'echo') say({ stream: `${words.slice(1).join(' ')}\n` });
      if (first === 'sleep')
        await new Promise<void>((resolve) =>
          state.clock.after(Math.min(Number(words[1]) * 1000, maximumSleepMs), resolve),
        );
      return first === 'false' ? `The command '/bin/sh -c ${command}' returned a non-zero code: 1` : undefined;
    }
    default:
      return undefined;
  }
};

const readFiles = async (request: IncomingMessage): Promise<ReadonlyMap<string, string>> => {
  const files = new Map<string, string>();
  const extractor = extract();
  request.pipe(extractor);
  for await (const entry of extractor) files.set(entry.header.name, await text(entry));
  return files;
};
