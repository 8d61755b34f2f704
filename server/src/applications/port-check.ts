// Who holds which port of a host, and whether an application's ports are free. Pure; asked before anything is touched.
import type { ApplicationSpec, PublishedPort } from '@berth/contract/application-spec.ts';
import type { Listener, ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Problem } from '@berth/contract/problems.ts';

export interface PortFacts {
  readonly application: {
    readonly id: string | undefined;
    readonly spec: ApplicationSpec;
    readonly scale: Readonly<Record<string, number>>;
  };
  readonly host: string;
  readonly containers: readonly ObservedContainer[];
  /** Other applications of the environment that are to run. */
  readonly others: readonly {
    readonly name: string;
    readonly spec: ApplicationSpec;
    readonly scale: Readonly<Record<string, number>>;
  }[];
  readonly listeners: readonly Listener[];
}

interface Claim {
  readonly port: number;
  readonly protocol: string;
  readonly hostIp: string;
}

export const findPortProblems = (facts: PortFacts): Problem[] => {
  const problems: Problem[] = [];
  const own: (Claim & { service: string })[] = [];
  for (const [service, spec] of Object.entries(facts.application.spec.services)) {
    const replicas = facts.application.scale[service] ?? spec.replicas;
    for (const [index, port] of spec.ports.entries()) {
      if (port.published === undefined || replicas === 0) continue;
      const path = `services.${service}.ports[${index}]`;
      const room = port.published.to - port.published.from + 1;
      if (replicas > room)
        problems.push(
          problem(
            path,
            `${service} is to have ${replicas} containers, but ${facts.host} has only ${room === 1 ? 'one port' : `${room} ports`} ${rangeText(port)} for them; leave the host port out, or give a range`,
          ),
        );
      if (room > 1) continue;
      const claim = { port: port.published.from, protocol: port.protocol, hostIp: port.hostIp ?? '', service };
      const twin = own.find((other) => overlaps(other, claim));
      if (twin !== undefined)
        problems.push(
          problem(path, `Port ${claim.port}/${claim.protocol} is asked for twice, by ${twin.service} and ${service}`),
        );
      own.push(claim);
      const holder = findHolder(facts, claim);
      if (holder !== undefined)
        problems.push(
          problem(path, `Port ${claim.port}/${claim.protocol} of host ${facts.host} is taken by ${holder}`),
        );
    }
  }
  return problems;
};

/** Who has the port, for people: an application, a container that is not ours, or a program. */
export const findHolder = (
  facts: Omit<PortFacts, 'application'> & { application: { id: string | undefined } },
  claim: Claim,
): string | undefined => {
  for (const other of facts.others)
    for (const [service, spec] of Object.entries(other.spec.services))
      if (
        (other.scale[service] ?? spec.replicas) > 0 &&
        spec.ports.some(
          (port) =>
            port.published !== undefined &&
            port.published.from === port.published.to &&
            overlaps({ port: port.published.from, protocol: port.protocol, hostIp: port.hostIp ?? '' }, claim),
        )
      )
        return `the service ${service} of the application ${other.name}`;
  const holding = facts.containers
    .flatMap((container) => container.ports.map((port) => ({ container, port })))
    .filter(
      ({ port }) =>
        port.hostPort !== undefined &&
        overlaps({ port: port.hostPort, protocol: port.protocol, hostIp: port.hostIp ?? '' }, claim),
    )
    .map(({ container }) => container);
  const stranger = holding.find(({ owner }) => owner === undefined || owner.application !== facts.application.id);
  if (stranger !== undefined)
    return stranger.owner === undefined
      ? `the container ${stranger.name}, which is not Berth’s`
      : `the service ${stranger.owner.key} of the application ${stranger.owner.applicationName}`;
  // Our own containers of this application will make room, or hold it rightly; so does the engine's proxy before them.
  if (holding.length > 0) return undefined;
  const listener = facts.listeners.find((candidate) =>
    overlaps({ port: candidate.port, protocol: candidate.protocol, hostIp: candidate.address }, claim),
  );
  return listener === undefined ? undefined : `the program ${listener.program ?? '(unknown)'} on the host itself`;
};

const problem = (path: string, message: string): Problem => ({ severity: 'error', code: 'port_taken', message, path });
const rangeText = (port: PublishedPort): string =>
  port.published === undefined
    ? ''
    : port.published.from === port.published.to
      ? String(port.published.from)
      : `${port.published.from}-${port.published.to}`;

const anyAddress = (ip: string): boolean => ip === '' || ip === '0.0.0.0' || ip === '::' || ip === '*';
const overlaps = (a: Claim, b: Claim): boolean =>
  a.port === b.port &&
  a.protocol === b.protocol &&
  (anyAddress(a.hostIp) || anyAddress(b.hostIp) || a.hostIp === b.hostIp);
