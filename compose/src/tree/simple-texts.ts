// Texts over several lines after `|` or `>`, in their simple forms: all lines as deep as the first one or deeper, and, where
// they are folded, no blank lines and none that stands deeper.
import type { Line } from './simple-values.ts';

export type BlockText = { readonly value: string; readonly at: number; readonly lastNumber: number };

/** undefined: there is no such text at this column, or it is not simple. `raw`: all lines of the file. */
export const blockTextOf = (raw: readonly string[], line: Line, start: number): BlockText | undefined => {
  const header = /^( *)([|>])(-?)(?: *| +#.*)$/.exec(line.text.slice(start));
  if (header === null) return undefined;
  const lines: string[] = [];
  let indent = 0;
  let lastNumber = line.number;
  for (let index = line.number; index < raw.length; index += 1) {
    const text = raw[index] ?? '';
    const depth = text.search(/[^ ]/);
    if (depth < 0) {
      // Blanks before the first line may be a fault.
      if (indent === 0 && text !== '') return undefined;
      lines.push(indent === 0 ? '' : text.slice(indent));
      continue;
    }
    if (depth <= line.indent) break;
    if (indent === 0) indent = depth;
    if (depth < indent) return undefined;
    lines.push(text.slice(indent));
    lastNumber = index + 1;
  }
  if (indent === 0) return undefined;
  while (lines.at(-1) === '') lines.pop();
  // Blanks at the end have rules of their own.
  if (/^ *$/.test(lines.at(-1) ?? '')) return undefined;
  if (header[2] === '>' && lines.some((text) => text === '' || /^ | $/.test(text))) return undefined;
  // A text that the end of the file cuts off has no line break at its end.
  const hasEnd = header[3] !== '-' && lastNumber < raw.length;
  const value = lines.join(header[2] === '>' ? ' ' : '\n') + (hasEnd ? '\n' : '');
  return { value, at: start + (header[1] ?? '').length, lastNumber };
};
