// When the engine was there. A container that ended while it was not was ended by the engine's own stop or restart, not by
// its program or a person. Kept in the state folder, so that a restart of ours or of the machine is understood too.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Kept {
  /** Changes with every start of the engine. */
  mark: string;
  /** When the engine last took a new connection and answered. */
  answeredMs: number;
  /** From the last answer of one run of the engine to the first of the next. */
  gaps: { fromMs: number; toMs: number }[];
}

const gapsMaximum = 32;
// A container that the engine kills as it comes back carries a time just before the first answer, by the same clock.
const slackMs = 1_000;

export class EngineRuns {
  readonly #file: string | undefined;
  readonly #readMark: () => string;
  #kept: Kept | undefined;

  /** `file` undefined: nothing outlives this process. */
  constructor(socketPath: string, file: string | undefined, readMark = () => engineMark(socketPath)) {
    this.#file = file;
    this.#readMark = readMark;
    this.#kept = file === undefined ? undefined : load(file);
  }

  /** The engine answered on a new connection. True when a new run of it was found. */
  answered(nowMs: number): boolean {
    const mark = this.#readMark();
    const before = this.#kept;
    const isNewRun = before !== undefined && before.mark !== mark;
    const gaps = before?.gaps ?? [];
    if (isNewRun) gaps.push({ fromMs: before.answeredMs, toMs: nowMs });
    this.#kept = { mark, answeredMs: nowMs, gaps: gaps.slice(-gapsMaximum) };
    if (this.#file !== undefined) save(this.#file, this.#kept);
    return isNewRun;
  }

  /** Whether a container that ended then was ended by a stop or restart of the engine. */
  isByEngine(finishedMs: number): boolean {
    return (this.#kept?.gaps ?? []).some((gap) => finishedMs >= gap.fromMs && finishedMs <= gap.toMs + slackMs);
  }
}

// The engine writes its process id beside the socket when it starts (`docker.pid`), and mostly makes the socket anew;
// with a socket that a service manager holds only the first of the two changes.
const engineMark = (socketPath: string): string => {
  const of = (path: string): string => {
    const stat = statSync(path, { throwIfNoEntry: false });
    return stat === undefined ? '' : `${stat.ino}.${Math.round(stat.ctimeMs)}`;
  };
  return `${of(socketPath.replace(/\.sock$/, '.pid'))} ${of(socketPath)}`;
};

export const engineRunsFile = (stateFolder: string): string => join(stateFolder, 'engine-runs.json');

const load = (file: string): Kept | undefined => {
  try {
    const kept: unknown = JSON.parse(readFileSync(file, 'utf8'));
    return isKept(kept) ? kept : undefined;
  } catch {
    // Missing or half written: then nothing is known of the time before, which is the truth.
    return undefined;
  }
};

const isKept = (value: unknown): value is Kept =>
  typeof value === 'object' &&
  value !== null &&
  'mark' in value &&
  typeof value.mark === 'string' &&
  'answeredMs' in value &&
  typeof value.answeredMs === 'number' &&
  'gaps' in value &&
  Array.isArray(value.gaps);

const save = (file: string, kept: Kept): void => {
  writeFileSync(`${file}.new`, JSON.stringify(kept));
  renameSync(`${file}.new`, file);
};
