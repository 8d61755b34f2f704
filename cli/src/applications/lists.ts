// `berth apps`, `berth events`, `berth operations`, `berth revisions`.
import { fromInstant } from '@berth/common/clock.ts';
import type { ApplicationSummary } from '@berth/contract/applications.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { printList } from '#output/table.ts';
import { ageOf, durationText, stateText, timeText } from '#output/words.ts';
import { findPlace, ofApplication, placeText, type PlaceFlags } from '#session/find-place.ts';
import { allPages, openSession } from '#session/session.ts';

export const apps = async (machine: Machine, flags: PlaceFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const items = await allPages((query) => session.client.listApplications({ params: place, query }));
  printList(machine, items, {
    json: flags.json,
    empty: `There is no application in ${placeText(place)}. Publish one with "berth publish -f FILE".`,
    columns: [
      { title: 'NAME', cell: ({ name }) => name },
      { title: 'PHASE', cell: ({ phase }) => stateText(machine, phase) },
      { title: 'CONTAINERS', cell: ({ containers }) => `${containers.running}/${containers.desired}`, right: true },
      { title: 'REVISION', cell: ({ revision }) => String(revision), right: true },
      { title: 'AGE', cell: ({ createdAt }) => ageOf(machine.clock, createdAt) },
      { title: 'WHY', cell: whyNotRunning },
    ],
  });
  return 0;
};

const whyNotRunning = ({ phase, conditions }: ApplicationSummary): string => {
  if (phase === 'running' || phase === 'stopped') return '';
  const condition = conditions.find(({ type }) => type !== 'Available');
  return condition === undefined ? '' : printable(condition.message);
};

export type LatestFlags = PlaceFlags & { readonly limit: number };

export const events = async (machine: Machine, application: string, flags: LatestFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const { items } = await ofApplication(
    place,
    application,
    session.client.listApplicationEvents({
      params: { ...place, application },
      query: { limit: flags.limit },
    }),
  );
  printList(machine, items.toReversed(), {
    json: flags.json,
    empty: `Nothing is known to have happened to ${application}.`,
    columns: [
      { title: 'TIME', cell: ({ at }) => timeText(at) },
      { title: 'TYPE', cell: ({ type }) => stateText(machine, type) },
      { title: 'REASON', cell: ({ reason }) => printable(reason) },
      { title: 'SERVICE', cell: ({ service }) => printable(service ?? '') },
      { title: 'BY', cell: ({ actor }) => printable(actor) },
      { title: 'MESSAGE', cell: ({ message }) => printable(message) },
    ],
  });
  return 0;
};

export const operations = async (
  machine: Machine,
  application: string | undefined,
  flags: LatestFlags,
): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  // A name nobody knows must not look like an application to which nothing was done.
  if (application !== undefined)
    await ofApplication(place, application, session.client.readApplication({ params: { ...place, application } }));
  const { items } = await session.client.listOperations({
    params: place,
    query: { limit: flags.limit, ...(application === undefined ? {} : { application }) },
  });
  printList(machine, items.toReversed(), {
    json: flags.json,
    empty: 'There is no operation yet.',
    columns: [
      { title: 'BEGUN', cell: ({ createdAt }) => timeText(createdAt) },
      { title: 'OPERATION', cell: ({ kind }) => kind },
      { title: 'APPLICATION', cell: (operation) => printable(operation.application.name) },
      { title: 'STATE', cell: ({ state }) => stateText(machine, state) },
      {
        title: 'TOOK',
        right: true,
        cell: ({ createdAt, finishedAt }) =>
          finishedAt === null ? '' : durationText(fromInstant(finishedAt) - fromInstant(createdAt)),
      },
      { title: 'BY', cell: ({ requestedBy }) => printable(requestedBy) },
      { title: 'MESSAGE', cell: ({ message }) => printable(message ?? '') },
    ],
  });
  return 0;
};

export const revisions = async (machine: Machine, application: string, flags: PlaceFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const params = { ...place, application };
  const items = await ofApplication(
    place,
    application,
    allPages((query) => session.client.listRevisions({ params, query })),
  );
  printList(machine, items, {
    json: flags.json,
    empty: 'There is no revision.',
    columns: [
      { title: '', cell: ({ isCurrent }) => (isCurrent ? '*' : ' ') },
      { title: 'REVISION', cell: ({ number }) => String(number), right: true },
      { title: 'MADE', cell: ({ createdAt }) => timeText(createdAt) },
      { title: 'BY', cell: ({ author }) => printable(author) },
      { title: 'NOTE', cell: ({ note }) => printable(note) },
    ],
  });
  return 0;
};
