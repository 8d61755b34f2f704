// Bytes as people say them, in binary units, as `docker` prints them.
const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'] as const;

export const bytesText = (bytes: number, language: string): string => {
  let value = Math.max(0, bytes);
  let unit = 0;
  while (value >= 1024 && unit < units.length - 1) {
    value /= 1024;
    unit += 1;
  }
  const maximumFractionDigits = unit === 0 || value >= 100 ? 0 : 1;
  return `${new Intl.NumberFormat(language, { maximumFractionDigits }).format(value)} ${units[unit] ?? 'B'}`;
};
