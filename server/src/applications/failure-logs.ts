// The last lines of containers that failed, read once for each failure: a crash is told with its words.
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { DockerServerLink } from '#hosts/docker-server-links.ts';
import type { DesiredApplication, ObservedApplication } from '#orchestration/desired.ts';
import { hasFailed, serviceContainers } from './application-conditions.ts';

const linesShown = 10;
const lineLengthMaximum = 500;
const failuresKept = 1_000;
const containersAtOnce = 10;

export const makeFailureLogs = () => {
  const kept = new Map<string, readonly string[]>();
  return {
    read: async (
      link: DockerServerLink,
      desired: DesiredApplication,
      observed: ObservedApplication,
    ): Promise<ReadonlyMap<string, readonly string[]>> => {
      const failed = serviceContainers(observed, desired.id)
        .filter((container) => hasFailed(container) || container.health === 'unhealthy')
        .slice(0, containersAtOnce);
      const lines = new Map<string, readonly string[]>();
      for (const container of failed) {
        const key = `${container.id} ${container.exit?.at ?? container.health} ${container.restarts}`;
        const known = kept.get(key) ?? (await lastLines(link, container.id));
        if (kept.size >= failuresKept) kept.clear();
        kept.set(key, known);
        lines.set(container.id, known);
      }
      return lines;
    },
  };
};

const lastLines = async (link: DockerServerLink, container: string): Promise<readonly string[]> => {
  const lines: string[] = [];
  try {
    for await (const line of link.client().lines('readLogs', { params: { container }, query: { tail: linesShown } }))
      lines.push(line.text.slice(0, lineLengthMaximum));
  } catch (thrown) {
    // The container may be gone by now; that its words are lost is itself worth saying.
    lines.push(`(its log could not be read: ${asPlatformError(thrown).message})`);
  }
  return lines;
};
