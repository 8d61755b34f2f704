// Words that are not used for things of ours, because each has a noun of its own (docs/GLOSSARY.md) or says nothing.
import { basename } from 'node:path';

const forbidden = ['node', 'project', 'stack', 'manager', 'helper', 'util', 'utils'];

// Where the word belongs to somebody else: Compose's own project, the nodes of a tree, Node the runtime, what a parser keeps.
const lent: readonly { readonly files: RegExp; readonly words: readonly string[] }[] = [
  { files: /^compose\//, words: ['project', 'node'] },
  { files: /^compose\/tools\/oracle\//, words: ['stack'] },
  // Of containers that Docker Compose made.
  {
    files: /^docker-server\/src\/docker\/from-describe\.ts$|^(server\/src\/imports|portal\/app\/pages\/import)\//,
    words: ['project'],
  },
  { files: /^cli\/src\/config\//, words: ['project'] },
  { files: /^(tools|tests?\/bench|server\/src\/db|portal)\//, words: ['node'] },
  { files: /^tests?\/bench\//, words: ['project'] },
  { files: /^common\/src\/strict-json\.ts$/, words: ['stack'] },
];

/** `file: name` for every declared name and the file's own that holds a forbidden word. */
export const forbiddenNames = (file: string, text: string): readonly string[] => {
  const allowed = lent.filter(({ files }) => files.test(file)).flatMap(({ words }) => words);
  const isForbidden = (name: string) =>
    wordsOf(name).some((word) => forbidden.includes(word) && !allowed.includes(word));
  const names = new Set([basename(file).replace(/\..*$/, ''), ...declaredNames(text)]);
  return [...names].filter(isForbidden).map((name) => `${file}: ${name}`);
};

const wordsOf = (name: string): readonly string[] =>
  name
    .replace(/([a-z0-9])([A-Z])/g, '$1 $2')
    .split(/[^A-Za-z0-9]+/)
    .map((word) => word.toLowerCase());

const declaredNames = (text: string): readonly string[] =>
  [...codeOnly(text).matchAll(/\b(?:const|let|function\*?|class|interface|type|readonly)\s+([A-Za-z_$][\w$]*)/g)].map(
    ([, name = '']) => name,
  );

// Good enough for names: whole-line comments and short strings go.
const codeOnly = (text: string): string =>
  text.replace(/^\s*(\/\/|\/?\*).*$/gm, '').replace(/'(?:[^'\\\n]|\\.)*'/g, "''");
