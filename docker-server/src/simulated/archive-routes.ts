// Files of simulated containers, in and out as tar archives.
import { posix } from 'node:path';
import { extract, pack } from 'tar-stream';
import { requireSim } from './container-routes.ts';
import { Refusal, route, type SimRoute } from './sim-http.ts';
import type { SimContainer, SimState } from './sim-state.ts';

export const archiveRoutes = (state: SimState): SimRoute[] => [
  route('GET', '/containers/:x/archive', async ({ parts, query, answer }) => {
    const container = requireSim(state, parts[0]);
    const path = posix.normalize(query.get('path') ?? '/');
    if (!container.files.has(path))
      throw new Refusal(404, `Could not find the file ${path} in container ${container.id}`);
    answer.writeHead(200, { 'content-type': 'application/x-tar' });
    for await (const bytes of packFiles(container, path)) answer.write(bytes);
    answer.end();
    return undefined;
  }),
  route('HEAD', '/containers/:x/archive', ({ parts, query }) => {
    const container = requireSim(state, parts[0]);
    return { status: container.files.has(posix.normalize(query.get('path') ?? '/')) ? 200 : 404 };
  }),
  route(
    'PUT',
    '/containers/:x/archive',
    async ({ parts, query, request }) => {
      const container = requireSim(state, parts[0]);
      const folder = posix.normalize(query.get('path') ?? '/');
      if (container.files.get(folder)?.isFolder !== true)
        throw new Refusal(404, `Could not find the file ${folder} in container ${container.id}`);
      const extractor = extract();
      request.pipe(extractor);
      for await (const entry of extractor) {
        const pieces: Buffer[] = [];
        for await (const piece of entry) pieces.push(Buffer.from(piece as Uint8Array));
        // With any other type the engine answers 200 and writes nothing.
        if (request.headers['content-type'] !== 'application/x-tar') continue;
        container.files.set(posix.join(folder, entry.header.name).replace(/(.)\/$/, '$1'), {
          bytes: Buffer.concat(pieces),
          isFolder: entry.header.type === 'directory',
        });
      }
      return { status: 200 };
    },
    { takesBytes: true },
  ),
];

const packFiles = (container: SimContainer, path: string) => {
  const packer = pack();
  const base = posix.dirname(path);
  const inside = (name: string) => name === path || name.startsWith(path === '/' ? '/' : `${path}/`);
  for (const [name, file] of container.files) {
    if (!inside(name) || name === '/') continue;
    const relative = posix.relative(base, name);
    if (file.isFolder) packer.entry({ name: `${relative}/`, type: 'directory' });
    else packer.entry({ name: relative }, file.bytes);
  }
  // As real images have them: the Docker Server must leave it out.
  if (path === '/etc') packer.entry({ name: 'etc/mtab', type: 'symlink', linkname: '/proc/mounts' });
  packer.finalize();
  return packer;
};
