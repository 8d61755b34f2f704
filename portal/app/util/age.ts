// Ages and lengths of time as people say them. Pure.
export type AgeUnit = 'second' | 'minute' | 'hour' | 'day';
export type Age = { readonly value: number; readonly unit: AgeUnit };

const steps: readonly { unit: AgeUnit; ms: number }[] = [
  { unit: 'day', ms: 86_400_000 },
  { unit: 'hour', ms: 3_600_000 },
  { unit: 'minute', ms: 60_000 },
];

/** The largest whole unit: 3 minutes, never 3.4. A clock that runs ahead gives 0 seconds, not a negative age. */
export const ageOf = (lengthMs: number): Age => {
  for (const step of steps) if (lengthMs >= step.ms) return { value: Math.floor(lengthMs / step.ms), unit: step.unit };
  return { value: Math.max(0, Math.floor(lengthMs / 1000)), unit: 'second' };
};

/** `3 min`, `3分钟`. */
export const ageText = (lengthMs: number, language: string): string => {
  const { value, unit } = ageOf(lengthMs);
  return new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'short' }).format(value);
};

/** A date and time in the reader's language and zone, to the second. */
export const instantText = (instantMs: number, language: string): string =>
  new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'medium' }).format(instantMs);
