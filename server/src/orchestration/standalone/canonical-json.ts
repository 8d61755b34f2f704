// One text for one value: keys sorted, undefined left out. What is hashed must not hang on the order of keys. Pure.
export const canonicalJson = (value: unknown): string => {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value === 'object' && value !== null)
    return `{${Object.entries(value)
      .filter(([, item]) => item !== undefined)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`)
      .join(',')}}`;
  return JSON.stringify(value ?? null);
};

/** What tells a network or volume from one of other settings: written on it when it is made, compared ever after. */
export const objectHash = (spec: object, hash: (text: string) => string): string => hash(canonicalJson(spec));
