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

const dateParts = { year: 'numeric', month: 'short', day: 'numeric' } as const;
const timeParts = { hour: '2-digit', minute: '2-digit', hourCycle: 'h23' } as const;

/** A date and time in the reader's language and zone, to the second; of 24 hours, as people write who run machines. */
export const instantText = (instantMs: number, language: string): string =>
  new Intl.DateTimeFormat(language, { ...dateParts, ...timeParts, second: '2-digit' }).format(instantMs);

/** The date alone, of the zone given. */
export const dateText = (instantMs: number, language: string, timeZone: string): string =>
  new Intl.DateTimeFormat(language, { ...dateParts, timeZone }).format(instantMs);

/** The same to the minute and with the day of the week, of a zone when it is given. */
export const appointmentText = (instantMs: number, language: string, timeZone?: string): string =>
  new Intl.DateTimeFormat(language, {
    ...dateParts,
    ...timeParts,
    weekday: 'short',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  }).format(instantMs);
