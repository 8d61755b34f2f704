// Splits a command line into words as a POSIX shell would, and nothing more: no variables, no globs, no operators.

export type WordsResult = { readonly words: readonly string[]; readonly fault?: string };

/** Quotes join, `''` is an empty word, a backslash takes the next character; inside "…" only before `"\$` and a newline. */
export const splitWords = (text: string): WordsResult => {
  const words: string[] = [];
  let current = '';
  let hasWord = false;
  let quote = '';
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at] ?? '';
    const next = text[at + 1];
    if (quote === "'") {
      if (character === "'") quote = '';
      else current += character;
    } else if (quote === '"') {
      if (character === '"') quote = '';
      else if (character === '\\' && next !== undefined && '"\\$`\n'.includes(next)) {
        current += next === '\n' ? '' : next;
        at += 1;
      } else current += character;
    } else if (character === "'" || character === '"') {
      quote = character;
      hasWord = true;
    } else if (character === '\\') {
      if (next === undefined) return { words, fault: 'The command ends in a backslash. Remove it or double it.' };
      // A newline after a backslash is taken too, as in Compose; a shell would join the lines.
      current += next;
      hasWord = true;
      at += 1;
    } else if (/\s/.test(character)) {
      if (hasWord) words.push(current);
      current = '';
      hasWord = false;
    } else {
      current += character;
      hasWord = true;
    }
  }
  if (quote !== '') return { words, fault: `The quote ${quote} is never closed. Close it, or escape it with \\.` };
  if (hasWord) words.push(current);
  return { words };
};

/** A word that only a shell understands, where there is one. */
export const shellOperator = (words: readonly string[]): string | undefined =>
  words.find((word) => /^(?:&&|\|\|?|;|\d?>>?|<|2>&1)$/.test(word) || /^[^'"]*;$/.test(word));
