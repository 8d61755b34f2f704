// A command as people type it, and as the engine takes it: a list of words. Quotes hold words together and a backslash takes
// the next character as it is, as in a shell; nothing is expanded. Pure.

/** The words of a line; nothing when a quotation mark is not closed. An empty line has no words. */
export const wordsOf = (line: string): readonly string[] | undefined => {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let at = 0; at < line.length; at += 1) {
    const character = line.charAt(at);
    if (quote === "'" && character !== "'") word = (word ?? '') + character;
    else if (character === '\\') {
      at += 1;
      word = (word ?? '') + line.charAt(at);
    } else if (character === quote) quote = undefined;
    else if (quote !== undefined) word = (word ?? '') + character;
    else if (character === '"' || character === "'") {
      quote = character;
      word ??= '';
    } else if (/\s/.test(character)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + character;
  }
  if (quote !== undefined) return undefined;
  return word === undefined ? words : [...words, word];
};

/** The line that has these words. */
export const lineOf = (words: readonly string[]): string =>
  words.map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`)).join(' ');
