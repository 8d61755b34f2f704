// What is wrong with our answer to a conformance case. Only for tests and tools.
import type { BundleSource } from '#bundle.ts';
import { printModel } from '#print.ts';
import type { Failed, Resolved } from '#resolve.ts';
import { resolveModel } from '#resolve.ts';
import type { ConformanceCase } from './cases.ts';
import { readCasePath, sameAsCase } from './project.ts';

export const resolveCase = (row: ConformanceCase): Resolved | Failed =>
  resolveModel(
    { ...variableFiles(row), files: new Map(Object.entries(row.files)), main: mainFiles(row) },
    {
      variables: { ...(row.project === null ? {} : { COMPOSE_PROJECT_NAME: row.project }), ...row.env },
      profiles: row.profiles,
      defaultName: 'app',
      outside: 'read',
      home: '/home/bench',
    },
  );

export const variableFiles = ({ envFiles }: ConformanceCase): Pick<BundleSource, 'envFiles'> =>
  envFiles.length === 0 ? {} : { envFiles };

/** Cases that name no file are about finding them, as the command line does on a disk; it has tests of its own. */
const mainFiles = (row: ConformanceCase): readonly string[] => {
  if (row.use.length > 0) return row.use;
  const named = row.env['COMPOSE_FILE'];
  if (named !== undefined) return named.split(':');
  const first = ['compose.yaml', 'compose.yml', 'docker-compose.yml', 'docker-compose.yaml'].find(
    (name) => row.files[name] !== undefined,
  );
  if (first === undefined) return [];
  const overrides = ['compose.override.yml', 'compose.override.yaml', 'docker-compose.override.yml'];
  return [first, ...overrides.filter((name) => row.files[name] !== undefined)];
};

/** Every difference from the right answer, in words; none: the case holds. */
export const judgeCase = (row: ConformanceCase): readonly string[] => {
  const result = resolveCase(row);
  if ('problems' in result) {
    const messages = result.problems.filter(({ severity }) => severity === 'error').map(({ message }) => message);
    if (row.expect === 'accept') return [`the file is right, and is refused: ${messages.join(' ')}`];
    const empty = messages.filter((message) => message.length <= 10);
    return empty.map((message) => `a refusal has to say why, and "${message}" does not`);
  }
  if (row.expect === 'reject') return ['the file is wrong, and is accepted'];
  const printed: unknown = JSON.parse(printModel(result.model, { format: 'json' }));
  const faults: string[] = [];
  for (const [path, wanted] of Object.entries(row.want)) {
    const found = readCasePath(printed, path, 'bench');
    if (sameAsCase(found, wanted) || (path in row.or && sameAsCase(found, row.or[path]))) continue;
    faults.push(`${path}: want ${JSON.stringify(wanted)}, found ${JSON.stringify(found)}`);
  }
  return faults;
};
