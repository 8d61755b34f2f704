// Our answers beside those of the oracles: how many agree, and of the others which are known, with a reason, and which not.
import { parse, stringify } from 'yaml';
import type { ConformanceCase } from '#conformance/cases.ts';
import { disagreements } from '#conformance/disagreements.ts';
import { resolveCase } from '#conformance/judge.ts';
import type { Json } from '#conformance/whole-model.ts';
import { firstDifference, foldAsFile, foldModel, foldOurs, isList, readJson } from '#conformance/whole-model.ts';
import type { Answer, Oracle } from './oracles.ts';
import { ask } from './oracles.ts';

export type Comparison = {
  readonly oracle: Oracle;
  readonly agreed: number;
  readonly known: readonly Difference[];
  readonly unknown: readonly Difference[];
  /** Listed as disagreements, and agreed on after all. */
  readonly needless: readonly string[];
  /** The whole models both agree on, by case. */
  readonly models: ReadonlyMap<string, Json>;
};
export type Difference = { readonly id: string; readonly text: string };

export const compareWith = async (oracle: Oracle, rows: readonly ConformanceCase[]): Promise<Comparison> => {
  const judged = rows.filter(oracle.canJudge);
  const differences: Difference[] = [];
  const models = new Map<string, Json>();
  const waiting = judged.values();
  const work = async (): Promise<void> => {
    for (const row of waiting) {
      const text = differenceOf(oracle, row, await ask(oracle, row));
      const ours = resolveCase(row);
      if (text !== undefined) differences.push({ id: row.id, text });
      else if ('model' in ours) models.set(row.id, foldOurs(ours.model));
    }
  };
  await Promise.all([work(), work()]);
  const entries = disagreements.filter((entry) => entry.oracle === oracle.name);
  const listed = new Set(entries.flatMap(({ cases }) => cases));
  const steady = entries.filter(({ isUnsteady }) => isUnsteady !== true).flatMap(({ cases }) => cases);
  const found = new Set(differences.map(({ id }) => id));
  const asked = new Set(judged.map(({ id }) => id));
  const inOrder = differences.toSorted((left, right) => left.id.localeCompare(right.id));
  return {
    oracle,
    agreed: judged.length - differences.length,
    known: inOrder.filter(({ id }) => listed.has(id)),
    unknown: inOrder.filter(({ id }) => !listed.has(id)),
    needless: steady.filter((id) => asked.has(id) && !found.has(id)),
    models,
  };
};

const differenceOf = (oracle: Oracle, row: ConformanceCase, answer: Answer): string | undefined => {
  const result = resolveCase(row);
  if ('problems' in result) {
    if (!answer.isAccepted) return undefined;
    return `they accept, we refuse: ${result.problems.find(({ severity }) => severity === 'error')?.message ?? ''}`;
  }
  if (!answer.isAccepted) return `they refuse, we accept: ${lastLine(answer.err)}`;
  const ours = foldOurs(result.model);
  if (oracle.format === 'json') return firstDifference(foldModel(readJson(answer.out), answer.root), ours);
  const theirs = foldAsFile(readable(oracle, row, answer.out), result.model.name, answer.root);
  if (theirs === undefined) return 'they print what cannot be read again';
  return firstDifference(withoutMadeFolders(theirs), withoutMadeFolders(ours));
};

/** What an oracle prints as a file, so that it says the same when it is read once more. */
const readable = (oracle: Oracle, row: ConformanceCase, text: string): string => {
  if (row.format === 'V1') return inLaterForm(text);
  if (oracle.name !== 'stack') return text;
  // Its environment files are already read, and its `$` are plain ones.
  const printed: { services?: Record<string, { env_file?: unknown }> } = parse(text.replaceAll('$', '$$$$')) ?? {};
  for (const service of Object.values(printed.services ?? {})) delete service.env_file;
  return stringify(printed);
};

/** Older programs do not say that a folder of the host is made where it is missing, though they make it. */
const withoutMadeFolders = (value: Json): Json => {
  if (typeof value !== 'object' || value === null) return value;
  if (isList(value)) return value.map(withoutMadeFolders);
  const kept = Object.entries(value).filter(
    ([key, item]) => key !== 'bind' || JSON.stringify(item) !== '{"create_host_path":true}',
  );
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutMadeFolders(item)]));
};

/**
 * A file of the first format is printed as one of the second that would be wrong there: its volumes are not declared, and
 * every service is on the engine's bridge, where ours are on the network of the application.
 */
const inLaterForm = (text: string): string => {
  const { services = {} }: { services?: Record<string, { network_mode?: string; volumes?: string[] }> } =
    parse(text) ?? {};
  const volumes: Record<string, { name: string }> = {};
  for (const service of Object.values(services)) {
    if (service.network_mode === 'bridge') delete service.network_mode;
    for (const volume of service.volumes ?? []) {
      const [name = '', target] = volume.split(':');
      if (target !== undefined && !/^[./~]/.test(name)) volumes[name] = { name };
    }
  }
  return stringify({ services, volumes });
};

const lastLine = (text: string): string =>
  text
    .split('\n')
    .filter((line) => line.trim() !== '' && !/level=warning|WARNING/.test(line))
    .join(' ')
    .slice(0, 200);
