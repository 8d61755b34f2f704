// Text of a YAML file → trees with places, one per document. Most files are simple enough to be read at once; the others
// need the full parser, which takes long to load and is handed in by whoever reads them.
import type { NodeBudget } from './limits.ts';
import { isFlatEnough, isSmallEnough, nodesMax } from './limits.ts';
import type { Node } from './node.ts';
import type { Report } from './report.ts';
import { readSimpleYaml } from './simple-yaml.ts';

/** Gives the documents of a text; empty when a problem was reported. */
export type FullReader = (report: Report, budget: NodeBudget, file: string, text: string) => readonly Node[];

/** The documents of a file; empty when a problem was reported. */
export const readYaml = (
  report: Report,
  budget: NodeBudget,
  file: { readonly name: string; readonly content: string | Uint8Array },
  readFull: FullReader,
): readonly Node[] => {
  const { name, content } = file;
  const text = decode(report, name, content);
  if (text === undefined) return [];
  const bytes = typeof content === 'string' ? new TextEncoder().encode(content).length : content.length;
  if (!isSmallEnough(report, name, bytes, text)) return [];
  // It bounds by itself how deep it goes.
  const simple = readSimpleYaml(name, text);
  if (simple !== undefined && budget.used + simple.nodes <= nodesMax) {
    budget.used += simple.nodes;
    return report.hasErrors() ? [] : [simple.root];
  }
  return isFlatEnough(report, name, text) ? readFull(report, budget, name, text) : [];
};

export const decode = (report: Report, file: string, content: string | Uint8Array): string | undefined => {
  const text = typeof content === 'string' ? content : decodeBytes(content);
  const start = { file, line: 1, column: 1 };
  if (text === undefined || text.includes('\0')) {
    report.error(start, [], 'not_text', 'The file is not UTF-8 text. Save it as UTF-8.');
    return undefined;
  }
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
};

const decodeBytes = (content: Uint8Array): string | undefined => {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content);
  } catch {
    return undefined;
  }
};
