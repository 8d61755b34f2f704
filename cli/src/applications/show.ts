// `berth show`: one application: how it is and why, its services, where they answer.
import type { Application, Upgrade } from '@berth/contract/applications.ts';
import type { Machine } from '#machine.ts';
import { displayWidth } from '#output/display-width.ts';
import { printable } from '#output/printable.ts';
import { printJson, tableText } from '#output/table.ts';
import { addressText, ageOf, stateText } from '#output/words.ts';
import { pullText, stepText } from '#operations/step-text.ts';
import { findPlace, ofApplication, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { conditionText } from './application-text.ts';

export const show = async (machine: Machine, name: string, flags: PlaceFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const application = await ofApplication(
    place,
    name,
    session.client.readApplication({ params: { ...place, application: name } }),
  );
  if (flags.json === true) printJson(machine, application);
  else machine.out(describe(machine, application));
  return 0;
};

const describe = (machine: Machine, application: Application): string => {
  const { name, phase, desiredState, revision, containers, createdAt, conditions, services, operation } = application;
  const wish = desiredState === phase ? '' : ` (should be ${desiredState})`;
  const head = `${machine.style('bold', name)}: ${stateText(machine, phase)}${wish}, revision ${revision}, ${containers.running} of ${containers.desired} containers, ${ageOf(machine.clock, createdAt)} old\n`;
  const shown = conditions.filter(({ type }) => type !== 'Available' || conditions.length === 1);
  const running = operation?.state === 'running' ? operation : undefined;
  const steps = (running?.progress ?? [])
    .filter(({ state }) => state !== 'waiting')
    .map((step) => `  ${step.state.padEnd(7)} ${stepText(step)}  ${pullText(step)}`.trimEnd() + '\n');
  const going =
    running === undefined
      ? ''
      : `\n${running.kind} is under way, asked for by ${printable(running.requestedBy)}:\n${steps.join('')}`;
  const upgrade = application.upgrade === null ? '' : `\n${upgradeText(machine, application.upgrade)}`;
  const because = shown.map((condition) => conditionText(machine, condition)).join('');
  return `${head}${because === '' ? '' : `\n${because}`}${upgrade}${going}\n${servicesText(services)}`;
};

const upgradeText = (machine: Machine, { state, from, to, message, services }: Upgrade): string => {
  const why = message === undefined ? '' : `: ${printable(message)}`;
  const lines = services.map(
    ({ name, total, moved, ready }) => `  ${printable(name)}: ${moved} of ${total} moved, ${ready} good\n`,
  );
  const shown = stateText(machine, state, state.replaceAll('_', ' '));
  return `Upgrade from revision ${from} to ${to}, ${shown}${why}\n${lines.join('')}`;
};

const servicesText = (services: Application['services']): string => {
  const endpoints = new Map(
    services.map((service) => [
      service.name,
      service.endpoints.map(
        ({ address, hostPort, target, protocol }) =>
          `${addressText(address, hostPort ?? target)} -> ${target}/${protocol}`,
      ),
    ]),
  );
  const table = tableText(
    [
      { title: 'SERVICE', cell: ({ name }) => printable(name) },
      { title: 'CONTAINERS', cell: ({ running, desired }) => `${running}/${desired}`, right: true },
      { title: 'HEALTHY', cell: ({ healthy }) => String(healthy), right: true },
      { title: 'IMAGE', cell: ({ image }) => printable(image) },
      { title: 'ANSWERS AT', cell: ({ name }) => endpoints.get(name)?.[0] ?? '' },
    ],
    services,
  );
  const lines = table.split('\n');
  // Further endpoints of a service go below its first, in the same column.
  return lines
    .flatMap((line, index) => {
      const [first = '', ...more] = endpoints.get(services[index - 1]?.name ?? '') ?? [];
      const column = displayWidth(line) - displayWidth(first);
      return [line, ...more.map((endpoint) => ' '.repeat(column) + endpoint)];
    })
    .join('\n');
};
