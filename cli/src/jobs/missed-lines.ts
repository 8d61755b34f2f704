// Two views of one log: its beginning, as far as it was followed, and its last lines. What of the last ones was not seen.

/** The kept lines after the longest overlap with the end of what was printed. Lines are kept cut to a length. */
export const missedLines = (printed: readonly string[], kept: readonly string[]): readonly string[] => {
  for (let count = Math.min(printed.length, kept.length); count > 0; count -= 1) {
    const from = printed.length - count;
    if (kept.slice(0, count).every((line, index) => isSame(printed[from + index] ?? '', line)))
      return kept.slice(count);
  }
  return kept;
};

const lineLengthKept = 1_000;

const isSame = (printed: string, kept: string): boolean => printed.slice(0, lineLengthKept) === kept;
