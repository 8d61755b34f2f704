// The conformance cases as data: short forms written out to whole sets of files. Only for tests.
import { parse } from 'yaml';

export const caseFormats = ['V1', '2.x', '3.x', 'specification'] as const;
export type CaseFormat = (typeof caseFormats)[number];

export type ConformanceCase = {
  readonly id: string;
  readonly area: string;
  /** The format its first file is written in. */
  readonly format: CaseFormat;
  readonly files: Readonly<Record<string, string>>;
  readonly use: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly envFiles: readonly string[];
  readonly profiles: readonly string[];
  /** null: no name is given from outside. */
  readonly project: string | null;
  readonly expect: 'accept' | 'reject' | 'any';
  readonly want: Readonly<Record<string, unknown>>;
  readonly or: Readonly<Record<string, unknown>>;
};

type Written = Partial<Omit<ConformanceCase, 'envFiles' | 'format'>> & {
  readonly svc?: string;
  readonly yaml?: string;
  readonly v1?: string;
  readonly env_files?: readonly string[];
};

export const parseCases = (text: string): readonly ConformanceCase[] => {
  const written: readonly Written[] = parse(text);
  return written.map(writeOut);
};

const writeOut = (written: Written): ConformanceCase => {
  const main = mainFile(written);
  const files = { ...(main === undefined ? {} : { [main[0]]: main[1] }), ...written.files };
  return {
    id: written.id ?? '',
    area: written.area ?? '',
    format: formatOf(written, main?.[1] ?? Object.values(files)[0] ?? ''),
    files,
    use: written.use ?? [main?.[0] ?? Object.keys(files)[0] ?? ''],
    env: Object.fromEntries(Object.entries(written.env ?? {}).map(([name, value]) => [name, String(value)])),
    envFiles: written.env_files ?? [],
    profiles: written.profiles ?? ['*'],
    project: written.project === undefined ? 'bench' : written.project,
    expect: written.expect ?? 'accept',
    want: written.want ?? {},
    or: written.or ?? {},
  };
};

const formatOf = (written: Written, text: string): CaseFormat => {
  if (written.v1 !== undefined) return 'V1';
  const version = /^["']?version["']?\s*:\s*["']?(\d)/m.exec(text)?.[1];
  if (version === '2') return '2.x';
  return version === '3' ? '3.x' : 'specification';
};

const mainFile = (written: Written): readonly [string, string] | undefined => {
  if (written.v1 !== undefined) return ['docker-compose.yml', written.v1];
  if (written.yaml !== undefined) return ['compose.yaml', written.yaml];
  if (written.svc === undefined) return undefined;
  const image = /^(?:image|build|extends|provider)\s*:/m.test(written.svc) ? '' : '    image: img\n';
  const body = written.svc.trimEnd().replace(/^(?=.)/gm, '    ');
  return ['compose.yaml', `services:\n  web:\n${image}${body}\n`];
};
