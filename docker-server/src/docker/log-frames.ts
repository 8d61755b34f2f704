// The engine's log streams → lines. Without a terminal the bytes come in frames (stream, length, bytes); with one they come
// raw. Every line begins with its time, because we ask for it. Pure, but for the stream it reads.
import type { LogLine } from '@berth/contract/containers.ts';
import type { Readable } from 'node:stream';
import { PlatformError } from '@berth/common/platform-error.ts';

const headerBytes = 8;
const frameMaximumBytes = 16 * 1024 * 1024;
/** A longer line is cut into several, each with the time of the first. */
const textMaximum = 64 * 1024;

export interface Frame {
  readonly stream: 'out' | 'err';
  readonly bytes: Buffer;
}

export async function* readFrames(stream: Readable, tty: boolean): AsyncGenerator<Frame> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of stream) {
    const bytes = piece as Buffer;
    if (tty) {
      yield { stream: 'out', bytes };
      continue;
    }
    rest = rest.length === 0 ? bytes : Buffer.concat([rest, bytes]);
    let at = 0;
    while (rest.length - at >= headerBytes) {
      const length = rest.readUInt32BE(at + 4);
      if (length > frameMaximumBytes) throw new PlatformError('engine_refused', 'A frame of the engine is too long');
      if (rest.length - at < headerBytes + length) break;
      yield {
        stream: rest[at] === 2 ? 'err' : 'out',
        bytes: rest.subarray(at + headerBytes, at + headerBytes + length),
      };
      at += headerBytes + length;
    }
    rest = rest.subarray(at);
  }
}

export async function* readLogLines(stream: Readable, tty: boolean): AsyncGenerator<LogLine> {
  const assemblers = { out: new LineAssembler('out', tty), err: new LineAssembler('err', tty) };
  for await (const frame of readFrames(stream, tty)) yield* assemblers[frame.stream].add(frame.bytes);
  yield* assemblers.out.rest();
  yield* assemblers.err.rest();
}

const timed = /^(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)) ?/;

class LineAssembler {
  readonly #stream: 'out' | 'err';
  readonly #tty: boolean;
  readonly #decoder = new TextDecoder();
  #text = '';
  #at = '';

  constructor(stream: 'out' | 'err', tty: boolean) {
    this.#stream = stream;
    this.#tty = tty;
  }

  *add(bytes: Buffer): Generator<LogLine> {
    let text = this.#decoder.decode(bytes, { stream: true });
    // A line over 16 KiB comes as several frames, each with a time before it; only the first is the line's.
    if (!this.#tty && this.#text !== '') text = text.replace(timed, '');
    this.#text += text;
    let start = 0;
    for (let end = this.#text.indexOf('\n'); end >= 0; end = this.#text.indexOf('\n', start)) {
      yield* this.#lines(this.#text.slice(start, end), true);
      start = end + 1;
    }
    this.#text = this.#text.slice(start);
    if (this.#text.length > textMaximum * 2) {
      yield* this.#lines(this.#text, false);
      // Not empty: what follows is still of this line, and a time before it is still to be taken off.
      this.#text = `${this.#at} `;
    }
  }

  *rest(): Generator<LogLine> {
    if (this.#text !== '') yield* this.#lines(this.#text, true);
    this.#text = '';
  }

  *#lines(raw: string, hasEnded: boolean): Generator<LogLine> {
    const match = timed.exec(raw);
    this.#at = match?.[1] ?? this.#at;
    const text = raw.slice(match?.[0].length ?? 0).replace(hasEnded ? /\r$/ : /$^/, '');
    for (let from = 0; from === 0 || from < text.length; from += textMaximum)
      yield { at: this.#at, stream: this.#stream, text: text.slice(from, from + textMaximum) };
  }
}
