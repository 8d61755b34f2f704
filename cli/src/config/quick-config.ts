// `berth config` without the machinery of the other commands, which takes longer to load than a file takes to read. It
// knows the same flags; for anything else, help included, it leaves the word to the whole program.
import { parseArgs } from 'node:util';
import type { ConfigFlags } from './config.ts';
import { runConfig } from './config.ts';

/** false: these arguments are for the whole program to judge. */
export const runQuickConfig = async (parameters: readonly string[]): Promise<boolean> => {
  const flags = readFlags(parameters);
  if (flags === undefined) return false;
  const { stdout, stderr, env } = process;
  const machine = {
    folder: process.cwd(),
    environment: env,
    out: (text: string) => void stdout.write(text),
    err: (text: string) => void stderr.write(text),
  };
  process.exitCode = await runConfig(machine, flags);
  return true;
};

const options = {
  file: { type: 'string', short: 'f', multiple: true },
  'env-file': { type: 'string', multiple: true },
  profile: { type: 'string', multiple: true },
  format: { type: 'string' },
  'project-name': { type: 'string', short: 'p' },
  'project-directory': { type: 'string' },
  quiet: { type: 'boolean', short: 'q' },
} as const;

export const readFlags = (parameters: readonly string[]): ConfigFlags | undefined => {
  const read = parsed(parameters);
  if (read === undefined) return undefined;
  const { format = 'yaml', 'project-name': projectName, 'project-directory': projectDirectory, quiet } = read;
  if (format !== 'yaml' && format !== 'json') return undefined;
  return {
    file: read.file ?? [],
    envFile: read['env-file'] ?? [],
    profile: read.profile ?? [],
    format,
    ...(projectName === undefined ? {} : { projectName }),
    ...(projectDirectory === undefined ? {} : { projectDirectory }),
    ...(quiet === undefined ? {} : { quiet }),
  };
};

const parsed = (parameters: readonly string[]) => {
  try {
    return parseArgs({ args: [...parameters], options, strict: true, allowPositionals: false }).values;
  } catch {
    // What is wrong with them is said by the whole program.
    return undefined;
  }
};
