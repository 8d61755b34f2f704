// Containers that are not Berth's, by host and project, and the name an application of them would get. Pure.
import type { ForeignContainer } from '@berth/contract/imports.ts';
import { namePattern } from '@berth/contract/names.ts';

export type ContainerGroup = {
  readonly host: string;
  /** Absent: those that carry no project. */
  readonly project: string | undefined;
  readonly containers: readonly ForeignContainer[];
};

const nameLengthMaximum = 40;

export const groupContainers = (containers: readonly ForeignContainer[]): readonly ContainerGroup[] => {
  const groups = new Map<string, ContainerGroup>();
  for (const container of containers) {
    const key = JSON.stringify([container.host, container.project ?? null]);
    const group = groups.get(key) ?? { host: container.host, project: container.project, containers: [] };
    groups.set(key, { ...group, containers: [...group.containers, container] });
  }
  // Projects first, by name; what belongs to none comes last.
  return [...groups.values()].sort(
    (a, b) =>
      a.host.localeCompare(b.host) ||
      Number(a.project === undefined) - Number(b.project === undefined) ||
      (a.project ?? '').localeCompare(b.project ?? ''),
  );
};

/** The project's name as a name of ours, where that can be. */
export const suggestedName = (project: string | undefined): string => {
  const name = (project ?? '')
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^[^a-z]+/, '')
    .slice(0, nameLengthMaximum)
    .replace(/-+$/, '');
  return namePattern.test(name) ? name : '';
};

/** Chosen containers after one group is ticked or not. */
export const toggleGroup = (
  chosen: ReadonlySet<string>,
  containers: readonly ForeignContainer[],
  isOn: boolean,
): ReadonlySet<string> => {
  const next = new Set(chosen);
  for (const { id } of containers)
    if (isOn) next.add(id);
    else next.delete(id);
  return next;
};
