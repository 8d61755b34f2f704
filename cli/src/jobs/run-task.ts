// `berth run`: a task, once: a container of a service with another command. And a job now, which is followed the same way.
import type { Machine } from '#machine.ts';
import { findPlace, ofApplication, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { followRun, type RunFlags } from './follow-run.ts';
import { readPairs, readTime } from './job-spec.ts';

export type TaskFlags = PlaceFlags & RunFlags & { readonly env: readonly string[]; readonly timeout?: string };

export const runTask = async (
  machine: Machine,
  application: string,
  service: string,
  command: readonly string[],
  flags: TaskFlags,
): Promise<number> => {
  const environment = readPairs('--env', flags.env, machine.environment);
  const timeoutMs = flags.timeout === undefined ? undefined : readTime('--timeout', flags.timeout);
  const session = openSession(machine, flags);
  const place = { ...(await findPlace(session, flags)), application };
  const body = {
    service,
    command: command.length === 0 ? null : [...command],
    ...(Object.keys(environment).length === 0 ? {} : { environment }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  };
  const run = await ofApplication(place, application, session.client.runTask({ params: place, body }));
  return followRun(session, place, run, flags);
};

export const runJob = async (
  machine: Machine,
  application: string,
  job: string,
  flags: PlaceFlags & RunFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = { ...(await findPlace(session, flags)), application };
  const asked = session.client.runJob({ params: { ...place, job } });
  return followRun(session, place, await ofApplication(place, application, asked, `job ${job}`), flags);
};
