// JSON as we accept it: an object that names a key twice is refused, because readers differ on which one counts.
import { PlatformError } from './platform-error.ts';

const depthMaximum = 100;

/** Parses JSON text; throws `invalid_request` when it is malformed, too deep, or holds a key twice in one object. */
export const parseStrictJson = (text: string): unknown => {
  const twice = findDuplicateKey(text);
  if (twice !== undefined)
    throw new PlatformError('invalid_request', `The body names the key ${JSON.stringify(twice)} twice in one object`);
  try {
    return JSON.parse(text) as unknown;
  } catch (thrown) {
    throw new PlatformError(
      'invalid_request',
      `The body is not JSON: ${thrown instanceof Error ? thrown.message : ''}`,
    );
  }
};

// One pass over the text. Malformed text is left to JSON.parse; here only strings, braces and brackets matter.
const findDuplicateKey = (text: string): string | undefined => {
  const stack: { keys: Set<string> | undefined; expectKey: boolean }[] = [];
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at];
    const top = stack.at(-1);
    if (sign === '"') {
      const end = stringEnd(text, at);
      if (top?.keys !== undefined && top.expectKey) {
        const key = unescape(text.slice(at, end + 1));
        if (top.keys.has(key)) return key;
        top.keys.add(key);
        top.expectKey = false;
      }
      at = end;
    } else if (sign === '{' || sign === '[') {
      if (stack.length >= depthMaximum)
        throw new PlatformError('invalid_request', `The body is nested deeper than ${depthMaximum}`);
      stack.push({ keys: sign === '{' ? new Set() : undefined, expectKey: true });
    } else if (sign === '}' || sign === ']') stack.pop();
    else if (sign === ',' && top !== undefined) top.expectKey = true;
  }
  return undefined;
};

const stringEnd = (text: string, start: number): number => {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at;
  }
  return text.length;
};

const unescape = (literal: string): string => {
  if (!literal.includes('\\')) return literal.slice(1, -1);
  try {
    return String(JSON.parse(literal));
  } catch {
    return literal;
  }
};
