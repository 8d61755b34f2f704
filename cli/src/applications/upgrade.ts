// `berth rollback`, `berth accept`, `berth abort`, `berth resume`, `berth restart`.
import type { Machine } from '#machine.ts';
import { followAccepted } from '#operations/follow-accepted.ts';
import { problemLines } from '#output/problems.ts';
import { printJson } from '#output/table.ts';
import { previewText } from '#publish/preview-text.ts';
import { findPlace, ofApplication } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import type { ChangeFlags } from './change.ts';

export type RollbackFlags = ChangeFlags & { readonly dryRun?: boolean; readonly acceptLosses?: boolean };

export const rollback = async (
  machine: Machine,
  application: string,
  number: number,
  flags: RollbackFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const params = { ...place, application, number };
  if (flags.dryRun === true) {
    const preview = await ofApplication(place, application, session.client.previewRollback({ params }));
    if (flags.json === true) printJson(machine, preview);
    else {
      machine.err(problemLines(preview.problems));
      machine.out(previewText(machine, preview));
    }
    return preview.problems.some(({ severity }) => severity === 'error') ? 1 : 0;
  }
  const body = flags.acceptLosses === true ? { acceptLosses: true } : {};
  const accepted = await ofApplication(place, application, session.client.rollBackApplication({ params, body }));
  return followAccepted(session, place, accepted, flags);
};

const verbs = { accept: 'acceptUpgrade', abort: 'abortUpgrade', resume: 'resumeUpgrade' } as const;

export const decide = async (
  machine: Machine,
  application: string,
  verb: keyof typeof verbs,
  flags: ChangeFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const asked = session.client[verbs[verb]]({ params: { ...place, application } });
  return followAccepted(session, place, await ofApplication(place, application, asked), flags);
};

export const restart = async (
  machine: Machine,
  application: string,
  services: readonly string[],
  flags: ChangeFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const body = services.length === 0 ? {} : { services: [...services] };
  const asked = session.client.restartApplication({ params: { ...place, application }, body });
  return followAccepted(session, place, await ofApplication(place, application, asked), flags);
};
