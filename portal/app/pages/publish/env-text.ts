// Reads pasted `.env` text into names and values. Only what people paste: the meaning of `env_file` is the server's.
export type EnvText = {
  readonly entries: readonly (readonly [name: string, value: string])[];
  /** The first line, from 1, that is none of `NAME=value`, a comment or empty. */
  readonly badLine?: number;
};

const linesMaximum = 2_000;
const assignment = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=\s*(.*)$/;

/** Quotes are taken away; behind a bare value, ` #` begins a comment. */
const valueOf = (raw: string): string => {
  const quoted = /^(['"])(.*)\1\s*(?:#.*)?$/.exec(raw);
  if (quoted !== null) return quoted[2] ?? '';
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
