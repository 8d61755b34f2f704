// Text from elsewhere must not steer the terminal it is printed on.
/** One line without control characters; for names, messages and cells. */
export const printable = (text: string): string =>
  text.replace(/[\t\n\r]+/g, ' ').replace(/[\p{Cc}\u202A-\u202E\u2066-\u2069]/gu, '\uFFFD');

// Colours do no harm; everything else (moving the cursor, titles, answers to queries) can.
// oxlint-disable-next-line no-control-regex
const colour = /(\u001B\[[0-9;:]*m)/;

const reset = '\u001B[0m';

/** A log line for a terminal: its colours stay until its end, other control characters go. */
export const printableLog = (text: string): string => {
  const parts = text.split(colour).map((part, index) => (index % 2 === 1 ? part : part.replace(/[^\P{Cc}\t]/gu, '')));
  return parts.join('') + (parts.length > 1 ? reset : '');
};
