// Mounts of a service → `volumes` and `tmpfs`. The specification keeps one list: first those of `volumes`, then those
// of `tmpfs`, and the same order has to come out again.
import type { Mount } from '@berth/contract/application-spec.ts';
import type { Plain } from './yaml-text.ts';
import { escaped, present } from './fields.ts';

export const printMounts = (mounts: readonly Mount[]): { readonly [key: string]: Plain | undefined } => {
  const tailFrom = mounts.findLastIndex((mount) => !isPlainTmpfs(mount)) + 1;
  const long: Plain[] = [];
  const short: Plain[] = [];
  for (const [index, mount] of mounts.entries()) {
    // Only the short form has options, and only the long one a size.
    const isShort = mount.kind === 'tmpfs' && (mount.options !== undefined || index >= tailFrom);
    if (isShort) short.push(tmpfsText(mount));
    else long.push(printMount(mount));
  }
  return { volumes: long.length === 0 ? undefined : long, tmpfs: short.length === 0 ? undefined : short };
};

type Tmpfs = Extract<Mount, { kind: 'tmpfs' }>;

const isPlainTmpfs = (mount: Mount): boolean =>
  mount.kind === 'tmpfs' && mount.sizeBytes === undefined && mount.mode === undefined;

const tmpfsText = ({ target, options }: Tmpfs): string =>
  escaped(options === undefined ? target : `${target}:${options}`);

const printMount = (mount: Mount): Plain => {
  const { kind, target } = mount;
  const shown = escaped(target);
  if (kind === 'tmpfs')
    return { type: kind, target: shown, tmpfs: present({ size: mount.sizeBytes, mode: mount.mode }) };
  const readOnly = mount.readOnly ? true : undefined;
  if (kind === 'bind') {
    // Without this section, a missing folder of the host would be made.
    const bind = present({ propagation: escaped(mount.propagation), create_host_path: mount.createHostPath });
    return present({ type: kind, source: escaped(mount.source), target: shown, read_only: readOnly, bind });
  }
  const volume = present({ nocopy: mount.noCopy, subpath: escaped(mount.subpath) });
  return present({
    type: kind,
    source: escaped(mount.volume),
    target: shown,
    read_only: readOnly,
    volume: Object.keys(volume).length === 0 ? undefined : volume,
  });
};
