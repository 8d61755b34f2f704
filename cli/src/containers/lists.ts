// `berth ps` and `berth hosts`.
import { fromInstant } from '@berth/common/clock.ts';
import type { Container } from '@berth/contract/containers.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { printList } from '#output/table.ts';
import { addressText, ageOf, bytesText, stateText } from '#output/words.ts';
import { findPlace, placeText, type PlaceFlags } from '#session/find-place.ts';
import { allPages, openSession } from '#session/session.ts';
import { findContainers } from './find-containers.ts';

export const ps = async (machine: Machine, named: string | undefined, flags: PlaceFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const items =
    named === undefined
      ? await allPages((query) => session.client.listContainers({ params: place, query }))
      : (await findContainers(session, place, named)).containers;
  printList(machine, items, {
    json: flags.json,
    empty: `There is no container in ${named ?? placeText(place)}.`,
    columns: [
      { title: 'CONTAINER', cell: ({ name }) => printable(name) },
      { title: 'SERVICE', cell: ({ service }) => printable(service) },
      { title: 'STATE', cell: (container) => containerState(machine, container) },
      { title: 'AGE', cell: ({ createdAt }) => ageOf(machine.clock, createdAt) },
      { title: 'PORTS', cell: portsText },
      { title: 'HOST', cell: ({ host }) => host.name },
      { title: 'IMAGE', cell: ({ image }) => printable(image) },
    ],
  });
  return 0;
};

// What was seen so long ago may have changed since.
const oldMs = 60_000;

const containerState = (machine: Machine, container: Container): string => {
  const { state, health, exitCode, outOfMemory, observedAt } = container;
  const parts = [
    ...(state === 'running' && health !== 'none' ? [health] : []),
    ...(state === 'exited' && exitCode !== undefined ? [String(exitCode)] : []),
    ...(outOfMemory === true ? ['out of memory'] : []),
    ...(machine.clock.nowMs() - fromInstant(observedAt) > oldMs
      ? [`seen ${ageOf(machine.clock, observedAt)} ago`]
      : []),
  ];
  const word = state === 'running' && health !== 'none' ? health : state;
  return stateText(machine, word, parts.length === 0 ? state : `${state} (${parts.join(', ')})`);
};

/** Each published port once, though the engine lists it for IPv4 and for IPv6. */
const portsText = ({ ports }: Container): string => {
  const texts = ports
    .filter(({ hostPort }) => hostPort !== undefined)
    .map(({ hostIp, hostPort, target, protocol }) => {
      const isEverywhere = hostIp === undefined || hostIp === '0.0.0.0' || hostIp === '::';
      const from = isEverywhere ? String(hostPort) : addressText(hostIp, hostPort ?? 0);
      return `${from}->${target}/${protocol}`;
    });
  return [...new Set(texts)].join(', ');
};

export const hosts = async (machine: Machine, flags: PlaceFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const items = await allPages((query) => session.client.listHosts({ params: place, query }));
  printList(machine, items, {
    json: flags.json,
    empty: `There is no host in ${placeText(place)}. The platform team can give it one.`,
    columns: [
      { title: 'HOST', cell: ({ name }) => name },
      { title: 'STATE', cell: ({ state }) => stateText(machine, state) },
      { title: 'SINCE', cell: ({ since }) => ageOf(machine.clock, since) },
      { title: 'ADDRESS', cell: ({ facts }) => printable(facts?.address ?? '') },
      { title: 'CONTAINERS', cell: ({ containers }) => `${containers.running}/${containers.total}`, right: true },
      { title: 'CPUS', cell: ({ facts }) => (facts === null ? '' : String(facts.cpus)), right: true },
      { title: 'MEMORY', cell: ({ facts }) => (facts === null ? '' : bytesText(facts.memoryBytes)), right: true },
      { title: 'ENGINE', cell: ({ facts }) => printable(facts?.engineVersion ?? '') },
      { title: 'SYSTEM', cell: ({ facts }) => printable(facts?.operatingSystem ?? '') },
      { title: 'WHY', cell: ({ reason }) => printable(reason ?? '') },
    ],
  });
  return 0;
};
