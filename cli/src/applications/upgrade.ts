// `berth rollback`, `berth accept`, `berth abort`, `berth resume`, `berth restart`.
import type { Preview } from '@berth/contract/applications.ts';
import type { Machine } from '#machine.ts';
import { followAccepted } from '#operations/follow-accepted.ts';
import { acceptPlan, printPreview, type PlanFlags } from '#publish/preview-text.ts';
import { findPlace, ofApplication } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import type { ChangeFlags } from './change.ts';

export type RollbackFlags = ChangeFlags & PlanFlags & { readonly dryRun?: boolean };

export const rollback = async (
  machine: Machine,
  application: string,
  number: number,
  flags: RollbackFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const params = { ...place, application, number };
  const preview = (): Promise<Preview> => ofApplication(place, application, session.client.previewRollback({ params }));
  if (flags.dryRun === true) return printPreview(machine, await preview(), flags);
  const body = (await acceptPlan(machine, flags, preview)) ? { acceptLosses: true } : {};
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
