// Reads pasted `.env` text into names and values, and writes it. Only what people paste: the meaning of `env_file` is the
// server's. Pure.
export type EnvText = {
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** The first line, from 1, that is none of `NAME=value`, a comment or empty. */
  readonly badLine?: number;
};

const linesMaximum = 2_000;
const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

const escapes: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** Quotes are taken away, and within double ones, backslashes; behind a bare value, ` #` begins a comment. */
const valueOf = (raw: string): string => {
  const quoted = /^(['"])(.*)\1\s*(?:#.*)?$/.exec(raw);
  const inner = quoted?.[2] ?? '';
  if (quoted?.[1] === '"') return inner.replace(/\\(.)/g, (_, character: string) => escapes[character] ?? character);
  if (quoted !== null) return inner;
  return raw.replace(/\s+#.*$/, '').trim();
};

export const readEnvText = (text: string): EnvText => {
  const entries: [string, string][] = [];
  for (const [index, line] of text.split(/\r?\n/).slice(0, linesMaximum).entries()) {
    const trimmed = line.trim();
    if (trimmed === '' || trimmed.startsWith('#')) continue;
    const found = assignment.exec(trimmed);
    if (found === null) return { entries, badLine: index + 1 };
    entries.push([found[1] ?? '', valueOf(found[2] ?? '')]);
  }
  return { entries };
};

/** Literal values: single quotes keep `$`, `#` and spaces; a value that holds one is written in double quotes. */
const envLine = ([name, value]: readonly [string, string]): string => {
  if (/^[\w@%+=:,./-]*$/.test(value)) return `${name}=${value}`;
  if (!/['\n\r]/.test(value)) return `${name}='${value}'`;
  const escaped = value
    .replace(/["\\$`]/g, String.raw`\$&`)
    .replaceAll('\n', String.raw`\n`)
    .replaceAll('\r', String.raw`\r`);
  return `${name}="${escaped}"`;
};

export const envText = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map((entry) => `${envLine(entry)}\n`)
    .join('');
