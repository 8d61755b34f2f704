// A stream of JSON values, one a line, as the engine sends events, samples and progress.
import type { Readable } from 'node:stream';
import { PlatformError } from '@berth/common/platform-error.ts';

const lineMaximumBytes = 8 * 1024 * 1024;

export async function* readJsonLines(stream: Readable): AsyncGenerator<unknown> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of stream) {
    rest += decoder.decode(piece as Buffer, { stream: true });
    if (rest.length > lineMaximumBytes) throw new PlatformError('engine_refused', 'A line of the engine is too long');
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      const line = rest.slice(start, end).trim();
      start = end + 1;
      if (line !== '') yield parse(line);
    }
    rest = rest.slice(start);
  }
  if (rest.trim() !== '') yield parse(rest);
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line) as unknown;
  } catch (thrown) {
    throw new PlatformError('engine_unavailable', 'The engine broke off in the middle of a line', {}, thrown);
  }
};
