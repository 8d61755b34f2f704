// Fills variables into one text: `$A`, `${A}`, the operators `-` `:-` `?` `:?` `+` `:+`, nested, and `$$` for `$`.
// It never throws; whatever is wrong becomes a fault for the caller to place. Only the branch taken is evaluated.
import type { ProblemCode } from '#bundle.ts';

export type Lookup = (name: string) => string | undefined;

export type TemplateFault = { readonly code: ProblemCode; readonly message: string; readonly isWarning?: boolean };

export type TemplateContext = {
  readonly lookup: Lookup;
  readonly fault: (fault: TemplateFault) => void;
  /** Told of every variable that is used without a default and is not set. */
  readonly unset: (name: string) => void;
  /** Counts the text made of variables, over all texts of one reading. */
  readonly produced: { characters: number };
};

/** Text that variables may make altogether; `A=$B$B`, `B=$C$C` … doubles with each line. */
export const producedCharactersMax = 4 * 1024 * 1024;
const templateDepthMax = 32;

export const fillTemplate = (context: TemplateContext, text: string): string => fill(context, text, 0);

const fill = (context: TemplateContext, text: string, depth: number): string => {
  if (!text.includes('$')) return text;
  let result = '';
  let at = 0;
  for (;;) {
    const dollar = text.indexOf('$', at);
    if (dollar < 0) return result + text.slice(at);
    result += text.slice(at, dollar);
    const part = readPart(context, text, dollar, depth);
    if (part === undefined) return result;
    result += part.value;
    if (!countProduced(context, part.value.length)) return '';
    at = part.end;
  }
};

const countProduced = (context: TemplateContext, characters: number): boolean => {
  const wasFine = context.produced.characters <= producedCharactersMax;
  context.produced.characters += characters;
  const isFine = context.produced.characters <= producedCharactersMax;
  if (wasFine && !isFine) {
    const message = `The variables make more than ${producedCharactersMax} characters of text. Use shorter values.`;
    context.fault({ code: 'too_large', message });
  }
  return isFine;
};

type Part = { readonly value: string; readonly end: number };

const plainName = /[A-Za-z_][A-Za-z0-9_]*/y;

const readPart = (context: TemplateContext, text: string, dollar: number, depth: number): Part | undefined => {
  if (text[dollar + 1] === '$') return { value: '$', end: dollar + 2 };
  if (text[dollar + 1] === '{') return readBraces(context, text, dollar, depth);
  plainName.lastIndex = dollar + 1;
  const name = plainName.exec(text)?.[0];
  if (name !== undefined) return { value: valueOf(context, name), end: dollar + 1 + name.length };
  const shown = text.slice(dollar, dollar + 12);
  const message = `The $ in "${shown}" starts no variable and is kept as it is. Write $$ to say so.`;
  context.fault({ code: 'ambiguous_value', message, isWarning: true });
  return { value: '$', end: dollar + 1 };
};

const valueOf = (context: TemplateContext, name: string): string => {
  const value = context.lookup(name);
  if (value === undefined) context.unset(name);
  return value ?? '';
};

const readBraces = (context: TemplateContext, text: string, dollar: number, depth: number): Part | undefined => {
  const end = closingBrace(text, dollar + 2);
  const shown = text.slice(dollar, dollar + 40);
  if (end === undefined) {
    const message = `The expression "${shown}" has no closing brace. Add "}", or write $$ for a plain $.`;
    context.fault({ code: 'bad_interpolation', message });
    return undefined;
  }
  const inner = text.slice(dollar + 2, end);
  const match = /^([A-Za-z_][A-Za-z0-9_]*)(?:(:?[-?+])([\s\S]*))?$/.exec(inner);
  if (match === null || depth >= templateDepthMax) {
    const shape = 'Use ${NAME}, ${NAME:-default}, ${NAME:?message} or ${NAME:+value}; write $$ for a plain $.';
    const message = `The expression "${text.slice(dollar, Math.min(end + 1, dollar + 60))}" is malformed. ${shape}`;
    context.fault({ code: 'bad_interpolation', message });
    return undefined;
  }
  const [, name = '', operator, rest = ''] = match;
  const value = applyOperator(context, { name, operator, rest }, depth);
  return { value, end: end + 1 };
};

/** The brace that closes the one before `from`: every brace between them counts, unless they do not pair up. */
const closingBrace = (text: string, from: number): number | undefined =>
  findClosing(text, from, true) ?? findClosing(text, from, false);

const findClosing = (text: string, from: number, isEveryBrace: boolean): number | undefined => {
  let open = 1;
  for (let at = from; at < text.length; at += 1) {
    if (text[at] === '}') {
      open -= 1;
      if (open === 0) return at;
    } else if (text[at] === '{' && (isEveryBrace || text[at - 1] === '$')) open += 1;
  }
  return undefined;
};

type Expression = { readonly name: string; readonly operator: string | undefined; readonly rest: string };

const applyOperator = (context: TemplateContext, expression: Expression, depth: number): string => {
  const { name, operator, rest } = expression;
  if (operator === undefined) return valueOf(context, name);
  const value = context.lookup(name);
  const isGiven = value !== undefined && (value !== '' || !operator.startsWith(':'));
  if (operator.endsWith('+')) return isGiven ? fill(context, rest, depth + 1) : '';
  if (isGiven) return value;
  if (operator.endsWith('-')) return fill(context, rest, depth + 1);
  const reason = fill(context, rest, depth + 1);
  const how = value === undefined ? 'is not set' : 'is empty';
  const message = `The variable ${name} ${how}${reason === '' ? '' : `: ${reason}`}. Give it a value.`;
  context.fault({ code: 'required_variable', message });
  return '';
};
