// The last lines of a run's container, read once when it has ended and kept with the run.
import { asPlatformError } from '@berth/common/platform-error.ts';
import type { DockerServerLink } from '#hosts/docker-server-links.ts';
import { isOutOfReach } from '#hosts/reach-host.ts';

const linesKept = 200;
const lineLengthMaximum = 1_000;

/** Throws when the host is out of reach: the words are still there when it is back. */
export const readLastLines = async (link: DockerServerLink, container: string): Promise<string[]> => {
  const lines: string[] = [];
  try {
    for await (const line of link.client().lines('readLogs', { params: { container }, query: { tail: linesKept } }))
      lines.push(line.text.slice(0, lineLengthMaximum));
  } catch (thrown) {
    const error = asPlatformError(thrown);
    if (isOutOfReach(error)) throw thrown;
    // A log driver that keeps nothing here, or a container that is gone: that its words are lost is worth saying.
    lines.push(`(its log could not be read: ${error.message})`);
  }
  return lines.slice(-linesKept);
};
