// When the engine was there. A container that ended while it was not was ended by the engine's own stop or restart, not by
// its program or a person. Kept in the state folder, so that a restart of ours or of the machine is understood too.
import { readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

interface Kept {
  /** Changes with every start of the engine. */
  mark: string;
  /** About when this run of the engine began. */
  beganMs: number;
  /** When the engine last took a new connection and answered. */
  answeredMs: number;
  /** From the last answer of one run of the engine to the first of the next. */
  gaps: Gap[];
}

interface Gap {
  fromMs: number;
  /** The next run began, as far as it can be seen. */
  beganMs: number;
  toMs: number;
}

export interface EngineMark {
  readonly mark: string;
  readonly beganMs: number;
}

const gapsMaximum = 32;

export class EngineRuns {
  readonly #file: string | undefined;
  readonly #readMark: () => EngineMark;
  #kept: Kept | undefined;

  /** `file` undefined: nothing outlives this process. */
  constructor(socketPath: string, file: string | undefined, readMark = () => engineMark(socketPath)) {
    this.#file = file;
    this.#readMark = readMark;
    this.#kept = file === undefined ? undefined : load(file);
  }

  /** The engine answered on a new connection. True when a new run of it was found. */
  answered(nowMs: number): boolean {
    const { mark, beganMs } = this.#readMark();
    const before = this.#kept;
    const isNewRun = before !== undefined && before.mark !== mark;
    const gaps = before?.gaps ?? [];
    if (isNewRun) gaps.push({ fromMs: before.answeredMs, beganMs: Math.min(beganMs, nowMs), toMs: nowMs });
    this.#kept = { mark, beganMs, answeredMs: nowMs, gaps: gaps.slice(-gapsMaximum) };
    if (this.#file !== undefined) save(this.#file, this.#kept);
    return isNewRun;
  }

  /** Whether a container with these times was ended by a stop or restart of the engine. */
  isByEngine(startedMs: number | undefined, finishedMs: number): boolean {
    return (this.#kept?.gaps ?? []).some(
      (gap) => finishedMs >= gap.fromMs && finishedMs <= gap.toMs && (startedMs ?? 0) < gap.beganMs,
    );
  }
}

// The engine writes its process id beside the socket when it starts (`docker.pid`), and mostly makes the socket anew;
// with a socket that a service manager holds only the first of the two changes.
const engineMark = (socketPath: string): EngineMark => {
  const stats = [socketPath.replace(/\.sock$/, '.pid'), socketPath].map((path) =>
    statSync(path, { throwIfNoEntry: false }),
  );
  return {
    mark: stats.map((stat) => (stat === undefined ? '' : `${stat.ino}.${Math.round(stat.ctimeMs)}`)).join(' '),
    beganMs: Math.max(...stats.map((stat) => Math.floor(stat?.ctimeMs ?? 0))),
  };
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
  'beganMs' in value &&
  typeof value.beganMs === 'number' &&
  'gaps' in value &&
  Array.isArray(value.gaps);

const save = (file: string, kept: Kept): void => {
  try {
    writeFileSync(`${file}.new`, JSON.stringify(kept));
    renameSync(`${file}.new`, file);
  } catch {
    // A full disk must not make a living engine look dead. What is lost is knowledge of the time before the next start.
  }
};
