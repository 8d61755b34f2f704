// Follows the log of one container. Lines are gathered for a moment before the page hears of them, so that a chatty
// container costs some drawings a second, not one a line. While paused, lines wait here, no more than the page keeps.
import type { LogLine } from '@berth/contract/containers.ts';
import { api, isOffline } from '#api/client.ts';
import { reconnectDelayMs } from '#api/live-plan.ts';
import { delay, instantOf, type Clock } from '#util/clock.ts';
import type { ContainerPlace } from '#util/path-builder.ts';
import { appendLines, emptyBuffer, linesMaximum, type LogBuffer } from './log-buffer.ts';

export type LogChoice = {
  readonly tail: number;
  /** Only lines younger than this; 0 for all. */
  readonly sinceMinutes: number;
  readonly search: string;
};

export type LogState =
  | { readonly is: 'connecting' | 'following' | 'ended' }
  | { readonly is: 'failed'; readonly error: unknown };

export type LogView = {
  readonly state: LogState;
  readonly buffer: LogBuffer;
  readonly isPaused: boolean;
  readonly waiting: number;
};

const gatherMs = 120;
const downloadLinesMaximum = 100_000;
const minuteMs = 60_000;
/** A broken line is taken up again this often; after that the person decides. */
const resumesMaximum = 6;

type LogQuery = { follow: 'true'; tail: number; since?: string; search?: string };

const queryOf = (choice: LogChoice, clock: Clock) => ({
  ...(choice.sinceMinutes === 0 ? {} : { since: instantOf(clock.now() - choice.sinceMinutes * minuteMs) }),
  ...(choice.search === '' ? {} : { search: choice.search }),
});

const paramsOf = ({ tenant, environment, container }: ContainerPlace) => ({ tenant, environment, container });

export const startView: LogView = { state: { is: 'connecting' }, buffer: emptyBuffer, isPaused: false, waiting: 0 };

export class LogStream {
  readonly #clock: Clock;
  readonly #onView: (view: LogView) => void;
  readonly #abort = new AbortController();
  #view: LogView = startView;
  #gathered: LogLine[] = [];
  #lastAt = '';
  #cancelShow: (() => void) | undefined;

  constructor(clock: Clock, onView: (view: LogView) => void) {
    this.#clock = clock;
    this.#onView = onView;
  }

  async follow(place: ContainerPlace, choice: LogChoice): Promise<void> {
    this.#onView(startView);
    const query = { follow: 'true' as const, tail: choice.tail, ...queryOf(choice, this.#clock) };
    for (let attempt = 0; ; attempt += 1) {
      try {
        const after = this.#lastAt;
        // After a break the stream goes on behind the last line that came.
        await this.#read(place, after === '' ? query : { ...query, since: after, tail: linesMaximum });
        return this.#finish({ is: 'ended' });
      } catch (error) {
        if (this.#abort.signal.aborted) return;
        if (!isOffline(error) || attempt >= resumesMaximum) return this.#finish({ is: 'failed', error });
      }
      await delay(this.#clock, reconnectDelayMs(attempt, 1));
    }
  }

  setPaused(isPaused: boolean): void {
    this.#view = { ...this.#view, isPaused };
    this.#show();
  }

  close(): void {
    this.#abort.abort();
    this.#cancelShow?.();
  }

  async #read(place: ContainerPlace, query: LogQuery): Promise<void> {
    const after = this.#lastAt;
    const lines = api.lines('readLogs', { params: paramsOf(place), query, signal: this.#abort.signal });
    // The answer may keep silent for long; that it is open shows only in what does not fail.
    this.#showSoon();
    // Times are texts of one form, so that they compare as texts.
    for await (const line of lines) if (line.at > after) this.#gather(line);
  }

  #gather(line: LogLine): void {
    this.#lastAt = line.at;
    this.#gathered.push(line);
    if (this.#gathered.length > 2 * linesMaximum) this.#gathered = this.#gathered.slice(-linesMaximum);
    this.#showSoon();
  }

  #showSoon(): void {
    this.#cancelShow ??= this.#clock.after(gatherMs, () => {
      this.#cancelShow = undefined;
      if (this.#view.state.is === 'connecting') this.#view = { ...this.#view, state: { is: 'following' } };
      this.#show();
    });
  }

  #finish(state: LogState): void {
    this.#view = { ...this.#view, state };
    this.#show();
  }

  #show(): void {
    if (!this.#view.isPaused && this.#gathered.length > 0) {
      this.#view = { ...this.#view, buffer: appendLines(this.#view.buffer, this.#gathered) };
      this.#gathered = [];
    }
    this.#view = { ...this.#view, waiting: this.#gathered.length };
    this.#onView(this.#view);
  }
}

/** Everything the host keeps of this log, up to a hundred thousand lines, as lines of text. */
export const downloadLines = async (clock: Clock, place: ContainerPlace, choice: LogChoice): Promise<LogLine[]> => {
  const query = { follow: 'false' as const, tail: downloadLinesMaximum, ...queryOf(choice, clock) };
  const lines: LogLine[] = [];
  for await (const line of api.lines('readLogs', { params: paramsOf(place), query })) lines.push(line);
  return lines;
};
