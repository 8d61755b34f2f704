// At most one portal server acts on an environment: every changing verb carries a number that grows with each change of
// hands, and a number lower than one seen before is refused. Kept in the state folder, so that a restart forgets nothing.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { fenceHeaders } from '@berth/contract/docker-server-api.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { saveDurably } from '#state/save-durably.ts';

export type FenceHeaders = Readonly<Record<string, string | string[] | undefined>>;

const fencesSchema = z.record(z.string(), z.int().min(0));
const environmentPattern = /^[\w-]{1,100}$/;
const environmentsMaximum = 10_000;

export class Fences {
  readonly #file: string;
  readonly #highest: Map<string, number>;

  constructor(stateFolder: string) {
    this.#file = join(stateFolder, 'fences.json');
    this.#highest = new Map(Object.entries(load(this.#file)));
  }

  /** For a changing verb: the environment it acts for, once its number is found good. */
  pass(headers: FenceHeaders): string {
    const environment = environmentOf(headers);
    const text = single(headers[fenceHeaders.fence]);
    if (environment === undefined || text === undefined || !/^\d{1,15}$/.test(text))
      throw new PlatformError(
        'invalid_request',
        `A changing request needs the headers ${fenceHeaders.environment} and ${fenceHeaders.fence}`,
      );
    const fence = Number(text);
    const highest = this.#highest.get(environment);
    if (highest !== undefined && fence < highest)
      throw new PlatformError('stale_fence', 'Another portal server has taken over this environment', {
        environment,
        fence,
        highest,
      });
    if (highest === undefined || fence > highest) this.#raise(environment, fence);
    return environment;
  }

  #raise(environment: string, fence: number): void {
    if (this.#highest.size >= environmentsMaximum && !this.#highest.has(environment))
      throw new PlatformError('too_large', 'This Docker Server has served too many environments');
    const before = this.#highest.get(environment);
    this.#highest.set(environment, fence);
    try {
      saveDurably(this.#file, JSON.stringify(Object.fromEntries(this.#highest)));
    } catch (thrown) {
      if (before === undefined) this.#highest.delete(environment);
      else this.#highest.set(environment, before);
      throw new PlatformError('no_space', 'The fencing number cannot be written to the state folder', {}, thrown);
    }
  }
}

/** The environment named by the request, if any. */
export const environmentOf = (headers: FenceHeaders): string | undefined => {
  const environment = single(headers[fenceHeaders.environment]);
  return environment !== undefined && environmentPattern.test(environment) ? environment : undefined;
};

const single = (value: string | string[] | undefined): string | undefined =>
  typeof value === 'string' ? value : undefined;

const load = (file: string): Record<string, number> => {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (thrown) {
    if (thrown instanceof Error && 'code' in thrown && thrown.code === 'ENOENT') return {};
    throw thrown;
  }
  // Damaged: starting without it would let an old portal server act, so the start fails and a person decides.
  return fencesSchema.parse(JSON.parse(text));
};
