// What is in a log line: colours that programs write as escape sequences, and the text somebody searches for. Pure.
export type TextStyle = { readonly color?: string; readonly isBold?: boolean };
export type TextPart = TextStyle & { readonly text: string; readonly isMatch?: boolean };

const colors = ['idle', 'bad', 'good', 'warn', 'busy', 'unknown', 'busy', 'text'] as const;
// Built from the character code, since a control character in a pattern is easily lost.
const escape = String.fromCharCode(27);
const sequence = new RegExp(
  `${escape}(?:\\[([0-9;:?]*)([@-~])|[@-Z\\\\^_]|\\][^${escape}\\u0007]*(?:\\u0007|${escape}\\\\))`,
  'g',
);

const applyCode = (style: TextStyle, code: number): TextStyle => {
  if (code === 0) return {};
  if (code === 1) return { ...style, isBold: true };
  if (code === 22) return style.color === undefined ? {} : { color: style.color };
  if (code === 39) return style.isBold === true ? { isBold: true } : {};
  const base = code >= 90 && code <= 97 ? code - 90 : code >= 30 && code <= 37 ? code - 30 : -1;
  const color = colors[base];
  return color === undefined ? style : { ...style, color };
};

/** Splits at escape sequences; those that are no colour are left out, so that they cannot garble the page. */
const styledParts = (text: string): TextPart[] => {
  const parts: TextPart[] = [];
  let style: TextStyle = {};
  let from = 0;
  for (const found of text.matchAll(sequence)) {
    if (found.index > from) parts.push({ ...style, text: text.slice(from, found.index) });
    if (found[2] === 'm') for (const code of (found[1] ?? '').split(';')) style = applyCode(style, Number(code));
    from = found.index + found[0].length;
  }
  if (from < text.length) parts.push({ ...style, text: text.slice(from) });
  return parts;
};

const split = (part: TextPart, wanted: string): TextPart[] => {
  const lower = part.text.toLowerCase();
  // A few letters change their length in lower case; places would be wrong then, and no mark is better than a wrong one.
  if (wanted === '' || lower.length !== part.text.length) return [part];
  const parts: TextPart[] = [];
  let from = 0;
  for (let at = lower.indexOf(wanted); at !== -1; at = lower.indexOf(wanted, from)) {
    if (at > from) parts.push({ ...part, text: part.text.slice(from, at) });
    parts.push({ ...part, text: part.text.slice(at, at + wanted.length), isMatch: true });
    from = at + wanted.length;
  }
  if (from < part.text.length) parts.push({ ...part, text: part.text.slice(from) });
  return parts;
};

/** The parts of a line, with matches of the search marked, upper and lower case alike. */
export const partsOf = (text: string, search: string): readonly TextPart[] =>
  styledParts(text).flatMap((part) => split(part, search.toLowerCase()));

/** The line without any escape sequence, for a file. */
export const plainText = (text: string): string => text.replace(sequence, '');
