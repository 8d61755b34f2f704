// Ports that programs of this host listen on, read from /proc. Names are seen as far as we may look.
import { readdir, readFile, readlink } from 'node:fs/promises';
import type { Listener } from '@berth/contract/engine-objects.ts';

interface Found extends Listener {
  readonly inode: string;
}

const listenersMaximum = 10_000;
const tables = [
  { file: 'tcp', protocol: 'tcp', state: '0A' },
  { file: 'tcp6', protocol: 'tcp', state: '0A' },
  { file: 'udp', protocol: 'udp', state: '07' },
  { file: 'udp6', protocol: 'udp', state: '07' },
] as const;

export const listListeners = async (proc = '/proc'): Promise<Listener[]> => {
  const found: Found[] = [];
  for (const { file, protocol, state } of tables)
    found.push(...parseTable(await textOf(`${proc}/net/${file}`), protocol, state));
  const some = found.slice(0, listenersMaximum);
  const programs = await programsByInode(proc, new Set(some.map((entry) => entry.inode)));
  return some.map(({ inode, ...listener }) => {
    const program = programs.get(inode);
    return program === undefined ? listener : { ...listener, program };
  });
};

/** Exported for its test: one table of the kernel. A UDP socket that is connected listens to nobody. */
export const parseTable = (text: string, protocol: 'tcp' | 'udp', state: string): Found[] =>
  text
    .split('\n')
    .slice(1)
    .flatMap((line) => {
      const [, local, , st, , , , , , inode] = line.trim().split(/\s+/);
      if (local === undefined || inode === undefined || st !== state) return [];
      const [address = '', port = ''] = local.split(':');
      return [{ protocol, address: toAddress(address), port: Number.parseInt(port, 16), inode }];
    });

/** The kernel writes words of four bytes in the machine's order (little-endian on all that Docker runs on). */
const toAddress = (hex: string): string => {
  const bytes = Buffer.from(hex, 'hex');
  for (let at = 0; at + 4 <= bytes.length; at += 4) bytes.subarray(at, at + 4).reverse();
  if (bytes.length === 4) return bytes.join('.');
  if (bytes.subarray(0, 12).equals(mappedPrefix)) return bytes.subarray(12).join('.');
  const groups = Array.from({ length: 8 }, (_, index) => bytes.readUInt16BE(index * 2).toString(16));
  const address = new URL(`http://[${groups.join(':')}]`).hostname;
  return address.slice(1, -1);
};
const mappedPrefix = Buffer.from('00000000000000000000ffff', 'hex');

const programsByInode = async (proc: string, inodes: ReadonlySet<string>): Promise<ReadonlyMap<string, string>> => {
  const programs = new Map<string, string>();
  for (const pid of await namesIn(proc)) {
    if (programs.size === inodes.size) break;
    if (!/^\d+$/.test(pid)) continue;
    for (const descriptor of await namesIn(`${proc}/${pid}/fd`)) {
      const inode = /^socket:\[(\d+)\]$/.exec(await linkOf(`${proc}/${pid}/fd/${descriptor}`))?.[1];
      if (inode !== undefined && inodes.has(inode) && !programs.has(inode))
        programs.set(inode, (await textOf(`${proc}/${pid}/comm`)).trim());
    }
  }
  return programs;
};

// Processes end while we look, and some we may not look into: both are as if there were nothing.
const namesIn = (folder: string): Promise<string[]> => readdir(folder).catch(() => []);
const linkOf = (path: string): Promise<string> => readlink(path).catch(() => '');
const textOf = (path: string): Promise<string> => readFile(path, 'utf8').catch(() => '');
