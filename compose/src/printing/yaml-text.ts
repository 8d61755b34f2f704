// Plain data as YAML in block style. Written for speed, because a whole model is printed at once by a program that has
// only just started; quotes stand wherever some reader of YAML might take a text for something else.
import { readPlainScalar } from '#values/plain-scalar.ts';

export type Plain = string | number | boolean | null | readonly Plain[] | { readonly [key: string]: Plain };

/** YAML that any reader of YAML reads back as these very values. */
export const yamlText = (plain: Plain): string => {
  const out: string[] = [];
  if (isBranch(plain)) writeBranch(out, plain, '');
  else out.push(scalarText(plain, '  '), '\n');
  return out.join('');
};

type Branch = readonly Plain[] | { readonly [key: string]: Plain };

const isList = (value: Plain): value is readonly Plain[] => Array.isArray(value);

/** A list or mapping with something in it; empty ones are written like scalars. */
const isBranch = (value: Plain): value is Branch => {
  if (typeof value !== 'object' || value === null) return false;
  return isList(value) ? value.length > 0 : Object.keys(value).length > 0;
};

/** Lines of a list or mapping; the first one goes where the writer stands, which is right after `indent`. */
const writeBranch = (out: string[], value: Branch, indent: string): void => {
  let isFirst = true;
  if (isList(value)) {
    for (const item of value) {
      out.push(isFirst ? '- ' : `${indent}- `);
      isFirst = false;
      if (isBranch(item)) writeBranch(out, item, `${indent}  `);
      else out.push(scalarText(item, `${indent}  `), '\n');
    }
    return;
  }
  for (const [key, item] of Object.entries(value)) {
    if (!isFirst) out.push(indent);
    isFirst = false;
    const shown = keyText(key);
    // Only an explicit key may be that long.
    if (shown.length > implicitKeyMax) out.push(`? ${shown}\n${indent}:`);
    else out.push(shown, ':');
    if (isBranch(item)) {
      out.push('\n', indent, '  ');
      writeBranch(out, item, `${indent}  `);
    } else out.push(' ', scalarText(item, `${indent}  `), '\n');
  }
};

const implicitKeyMax = 1000;

const keyText = (key: string): string => (isPlainText(key) ? key : quoted(key));

const scalarText = (value: Plain, indent: string): string => {
  if (typeof value === 'string') {
    if (isPlainText(value)) return value;
    return isBlockText(value) ? blockText(value, indent) : quoted(value);
  }
  if (typeof value === 'object' && value !== null) return isList(value) ? '[]' : '{}';
  return String(value);
};

/** Words some readers take for booleans, and keys that mean more than themselves. */
const reservedWords = /^(?:y|yes|n|no|on|off|true|false|null)$/i;

/** Text that starts like a word or a path and holds nothing that ends a plain scalar. */
const plainText = /^[\p{L}_/$(][\p{L}\p{N}\p{P}\p{S} ]*$/u;

/** The same for most texts, without the tables of all scripts. */
const plainAscii = /^[A-Za-z_/$(][\x20-\x7E]*$/;

const isPlainText = (text: string): boolean => {
  if ((!plainAscii.test(text) && !plainText.test(text)) || /: |:$| #| $/.test(text) || reservedWords.test(text))
    return false;
  return readPlainScalar(text).value === text;
};

/** Printable lines, of which the first one shows how deep the text stands. Other ends of lines are no ends to YAML. */
const blockLines = /^[^\s\p{C}](?:[^\p{Cc}\p{Cs}\u2028\u2029\uFEFF\uFFFE\uFFFF]|[\n\t])*$/u;

const isBlockText = (text: string): boolean => text.includes('\n') && blockLines.test(text);

const blockText = (text: string, indent: string): string => {
  const body = text.replace(/\n+$/, '');
  const ends = text.length - body.length;
  const chomping = ends === 0 ? '-' : ends === 1 ? '' : '+';
  const lines = body.split('\n').map((line) => (line === '' ? '' : indent + line));
  return `|${chomping}\n${lines.join('\n')}${'\n'.repeat(Math.max(ends - 1, 0))}`;
};

/** JSON's quotes are YAML's; what JSON leaves bare and YAML does not is escaped as well. */
const quoted = (text: string): string =>
  JSON.stringify(text).replace(
    /[\u007F-\u009F\u2028\u2029\uFEFF\uFFFE\uFFFF]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
