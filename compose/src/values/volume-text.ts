// The short form of a volume: `SOURCE:TARGET[:MODES]`, split with its parts named. What the parts mean is decided
// where the long form is made.

export type VolumeParts = { readonly source?: string; readonly target: string; readonly modes: readonly string[] };
export type VolumeText = { readonly parts: VolumeParts } | { readonly fault: string };

export const splitVolume = (text: string): VolumeText => {
  if (text.trim() === '') return { fault: 'A volume is empty here. A variable without a value leaves that.' };
  const pieces = text.split(':');
  // `C:\data:/c` names a drive; `d:/data` is a volume called d, because hosts run Linux.
  if (isDrivePath(text)) joinDrive(pieces, 0);
  // Where the container is one of Windows, its path has a drive as well: `./data:C:\data`.
  if (/^[A-Za-z]$/.test(pieces[1] ?? '') && /^[\\/]/.test(pieces[2] ?? '')) joinDrive(pieces, 1);
  if (pieces.length > 3)
    return { fault: `The volume "${text}" has too many parts. Write SOURCE:TARGET or SOURCE:TARGET:ro.` };
  if (pieces.some((piece) => piece === '')) {
    return { fault: `The volume "${text}" has an empty part. A variable without a value leaves that.` };
  }
  const [first = '', second, third = ''] = pieces;
  if (second === undefined) return { parts: { target: first, modes: [] } };
  return { parts: { source: first, target: second, modes: third === '' ? [] : third.split(',') } };
};

const joinDrive = (pieces: string[], at: number): void => void pieces.splice(at, 2, pieces.slice(at, at + 2).join(':'));

/** Where a short volume is mounted, for telling two mounts of one place apart from two places. */
export const volumeTarget = (text: string): string | undefined => {
  const split = splitVolume(text);
  return 'parts' in split ? split.parts.target.replace(/(.)\/+$/, '$1') : undefined;
};

/** A path of the host rather than the name of a volume. */
export const isHostPath = (source: string): boolean => /^(?:[./~]|\\\\|[A-Za-z]:[\\/])/.test(source);

const isDrivePath = (text: string): boolean => /^[A-Za-z]:(?:\\|\/[^:]*:(?:[/.]|[A-Za-z]:[\\/]))/.test(text);
