// Variables as the text of an environment file that reads back to just these values, whatever they hold.

export const variablesText = (variables: Readonly<Record<string, string>>): string =>
  Object.entries(variables)
    .map(([name, value]) => `${name}=${valueText(value)}\n`)
    .join('');

/** Plain where nothing in it has a meaning, else in double quotes: single ones cannot hold a backslash before a quote. */
const valueText = (value: string): string =>
  /^[\w./:@%+,=-]*$/.test(value)
    ? value
    : `"${value.replace(/[\\"$]/g, String.raw`\$&`).replaceAll('\r', String.raw`\r`)}"`;
