// What publishing does not do with a model: keys of the class "refused", each at its place. Keys that are done
// differently become warnings, so that nobody is surprised later.
import type { Problem } from '#bundle.ts';
import { keyClasses } from '#key-classes.ts';
import type { ComposeModel } from '#resolve-with.ts';
import type { Node, Path } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { createReport } from '#tree/report.ts';

/** Reports refused keys as errors and keys done differently as warnings. */
export const judgeKeys = (report: Report, model: ComposeModel): void =>
  judge(report, model.root, [], { pattern: '', note: '' });

/** The same for a person who only looks: what publishing would say about the model. */
export const publishNotes = (model: ComposeModel): readonly Problem[] => {
  const report = createReport();
  judgeKeys(report, model);
  return report.problems.filter(({ severity }) => severity === 'error');
};

/** The key above, as a pattern, and what was said about it already. */
type Above = { readonly pattern: string; readonly note: string };

const judge = (report: Report, node: Node, path: Path, { pattern, note }: Above): void => {
  if (node.kind === 'list') {
    for (const [index, item] of node.items.entries())
      judge(report, item, [...path, index], { pattern: `${pattern}.*`, note });
    return;
  }
  if (node.kind === 'scalar') return;
  for (const [key, { place, value }] of node.entries) {
    if (key.startsWith('x-')) continue;
    const named = pattern === '' ? key : `${pattern}.${key}`;
    const known = keyClasses.get(named);
    const below = known === undefined && pattern !== '' ? `${pattern}.*` : named;
    const child = [...path, key];
    // Saying that something is not wanted asks for nothing.
    if (known !== undefined && value.kind === 'scalar' && value.value === false) continue;
    if (known?.class === 'refused') {
      report.error(place, child, 'publish_refused', `"${key}" is refused: ${known.note}.`);
      continue;
    }
    if (known?.class === 'done differently' && known.note !== note)
      report.warn(place, child, 'needless_value', `"${key}" is done differently: ${known.note}.`);
    judge(report, value, child, { pattern: below, note: known?.note ?? note });
  }
};
