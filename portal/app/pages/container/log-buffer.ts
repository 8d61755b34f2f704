// The lines a log page keeps: a bounded number, in blocks, so that adding lines draws only the last block anew. Pure.
import type { LogLine } from '@berth/contract/containers.ts';

/** More lines than this leave the page at its top; the download has them all. */
export const linesMaximum = 5_000;
export const blockLines = 100;

export type NumberedLine = LogLine & { readonly number: number };
export type LogBlock = { readonly first: number; readonly lines: readonly NumberedLine[] };
export type LogBuffer = { readonly blocks: readonly LogBlock[]; readonly count: number; readonly dropped: number };

export const emptyBuffer: LogBuffer = { blocks: [], count: 0, dropped: 0 };

const fill = (blocks: readonly LogBlock[], lines: readonly LogLine[], from: number): LogBlock[] => {
  const filled = [...blocks];
  let number = from;
  for (const line of lines) {
    const last = filled.at(-1);
    const numbered = { ...line, number };
    if (last === undefined || last.lines.length >= blockLines) filled.push({ first: number, lines: [numbered] });
    else filled[filled.length - 1] = { first: last.first, lines: [...last.lines, numbered] };
    number += 1;
  }
  return filled;
};

/** Adds lines at the end; whole blocks go from the front until the maximum is kept. Full blocks stay the same objects. */
export const appendLines = (buffer: LogBuffer, lines: readonly LogLine[], maximum = linesMaximum): LogBuffer => {
  if (lines.length === 0) return buffer;
  const kept = lines.slice(-maximum);
  const from = buffer.count + buffer.dropped + lines.length - kept.length;
  let blocks = fill(buffer.blocks, kept, from);
  let count = blocks.reduce((sum, block) => sum + block.lines.length, 0);
  while (count > maximum) {
    count -= blocks[0]?.lines.length ?? 0;
    blocks = blocks.slice(1);
  }
  return { blocks, count, dropped: buffer.dropped + buffer.count + lines.length - count };
};
