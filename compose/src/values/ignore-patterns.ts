// The patterns of a `.dockerignore`: which files stay out of a build. They are not those of Git: each counts from the
// context's root, and the last one that fits decides. Matching walks all ways through a pattern side by side, so that no
// pattern can make it slow, and counts its steps all the same.

/** Says which of the paths are ignored. Takes from the budget; nothing more is ignored once it is used up. */
export const ignoredPaths = (text: string, paths: readonly string[], budget: StepBudget): ReadonlySet<string> => {
  const patterns = readPatterns(text);
  const ignored = new Set<string>();
  for (const path of paths) {
    let isIgnored = false;
    for (const { tokens, isException } of patterns) {
      // A pattern that would change nothing needs no look.
      if (isException === isIgnored && matches(tokens, path, budget)) isIgnored = !isException;
    }
    if (isIgnored) ignored.add(path);
  }
  return ignored;
};

/** Steps that are left, for all builds of one publish together. */
export type StepBudget = { left: number };
export const ignoreStepsMax = 10_000_000;
export const createStepBudget = (): StepBudget => ({ left: ignoreStepsMax });

type Token =
  | { readonly kind: 'literal'; readonly character: string }
  | { readonly kind: 'class'; readonly isNegated: boolean; readonly ranges: readonly (readonly [string, string])[] }
  /** `?` and `*`: not across folders. */
  | { readonly kind: 'any' }
  | { readonly kind: 'star' }
  /** `**`: across folders. */
  | { readonly kind: 'deep' }
  /** A `**` with a `/` behind: no folder, or what comes right after as often as there are folders. */
  | { readonly kind: 'folders' }
  | { readonly kind: 'within-folders' };

type Pattern = { readonly tokens: readonly Token[]; readonly isException: boolean };

const readPatterns = (text: string): readonly Pattern[] =>
  text
    .replace(/^\uFEFF/, '')
    .split('\n')
    .filter((line) => !line.startsWith('#'))
    .flatMap((line) => {
      const trimmed = line.trim();
      const isException = trimmed.startsWith('!');
      const clean = cleanPattern(isException ? trimmed.slice(1).trim() : trimmed);
      return clean === '' || clean === '.' ? [] : [{ tokens: readTokens(clean), isException }];
    });

const cleanPattern = (text: string): string => {
  const parts: string[] = [];
  for (const part of text.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else parts.push(part);
  }
  return parts.join('/');
};

const readTokens = (pattern: string): readonly Token[] => {
  const tokens: Token[] = [];
  for (let at = 0; at < pattern.length; at += 1) {
    const character = pattern[at] ?? '';
    if (character === '*' && pattern[at + 1] === '*') {
      while (pattern[at + 1] === '*') at += 1;
      if (pattern[at + 1] === '/') {
        at += 1;
        tokens.push({ kind: 'folders' }, { kind: 'within-folders' });
      } else tokens.push({ kind: 'deep' });
    } else if (character === '*') tokens.push({ kind: 'star' });
    else if (character === '?') tokens.push({ kind: 'any' });
    else if (character === '\\' && at + 1 < pattern.length) {
      at += 1;
      tokens.push({ kind: 'literal', character: pattern[at] ?? '' });
    } else {
      const set = character === '[' ? readClass(pattern, at) : undefined;
      tokens.push(set?.token ?? { kind: 'literal', character });
      at = set?.end ?? at;
    }
  }
  return tokens;
};

/** `[a-z_]` or `[^a-z]`; without its end a bracket is a plain character. */
const readClass = (pattern: string, start: number): { token: Token; end: number } | undefined => {
  const isNegated = pattern[start + 1] === '^';
  const ranges: (readonly [string, string])[] = [];
  for (let at = start + (isNegated ? 2 : 1); at < pattern.length; at += 1) {
    if (pattern[at] === ']' && ranges.length > 0) return { token: { kind: 'class', isNegated, ranges }, end: at };
    if (pattern[at] === '\\') at += 1;
    const from = pattern[at] ?? '';
    if (pattern[at + 1] === '-' && (pattern[at + 2] ?? ']') !== ']') {
      ranges.push([from, pattern[at + 2] ?? from]);
      at += 2;
    } else ranges.push([from, from]);
  }
  return undefined;
};

/** Whether the pattern fits the path or a folder above it. */
const matches = (tokens: readonly Token[], path: string, budget: StepBudget): boolean => {
  let states = closure(tokens, [0]);
  for (const character of path) {
    if (budget.left <= 0) return false;
    if (character === '/' && states.has(tokens.length)) return true;
    budget.left -= states.size;
    const next: number[] = [];
    for (const state of states) {
      const token = tokens[state];
      if (token !== undefined) next.push(...step(token, state, character));
    }
    if (next.length === 0) return false;
    states = closure(tokens, next);
  }
  return states.has(tokens.length);
};

/** The states given and those that need no character more. */
const closure = (tokens: readonly Token[], from: readonly number[]): Set<number> => {
  const states = new Set<number>();
  for (const given of from) {
    let state = given;
    while (!states.has(state)) {
      states.add(state);
      const kind = tokens[state]?.kind;
      if (kind === 'folders') states.add(state + 1);
      if (kind === 'star' || kind === 'deep') state += 1;
      else if (kind === 'folders') state += 2;
    }
  }
  return states;
};

const step = (token: Token, state: number, character: string): readonly number[] => {
  switch (token.kind) {
    case 'literal':
      return token.character === character ? [state + 1] : [];
    case 'any':
      return character === '/' ? [] : [state + 1];
    case 'star':
      return character === '/' ? [] : [state];
    case 'deep':
      return [state];
    case 'folders':
      return [];
    case 'within-folders':
      return character === '/' ? [state, state + 1] : [state];
    case 'class': {
      const isIn = token.ranges.some(([low, high]) => low <= character && character <= high);
      return character !== '/' && isIn !== token.isNegated ? [state + 1] : [];
    }
  }
};
