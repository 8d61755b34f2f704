// `berth environments` and `berth use`.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { printJson, printList } from '#output/table.ts';
import { readConfig, withServer, writeConfig } from '#session/config-file.ts';
import { listPlaces, placeText, readPlace } from '#session/find-place.ts';
import { openSession, requireServer, type ServerFlags } from '#session/session.ts';

export const environments = async (machine: Machine, flags: ServerFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const places = await listPlaces(session);
  const chosen = session.server.environment;
  const items = places.map(({ tenant, environment }) => ({
    tenant,
    ...environment,
    isChosen: placeText({ tenant, environment: environment.name }) === chosen,
  }));
  printList(machine, items, {
    json: flags.json,
    empty: 'There is no environment you may see. The platform team can give you a role in a tenant.',
    columns: [
      { title: '', cell: ({ isChosen }) => (isChosen ? '*' : ' ') },
      { title: 'ENVIRONMENT', cell: ({ tenant, name }) => `${tenant}/${name}` },
      { title: 'TITLE', cell: ({ title }) => printable(title) },
      { title: 'ZONE', cell: ({ zone }) => zone.name },
      { title: 'KIND', cell: ({ kind }) => kind },
      { title: 'HOSTS', cell: ({ hosts }) => `${hosts.connected}/${hosts.total}`, right: true },
      { title: 'APPLICATIONS', cell: ({ applications }) => String(applications), right: true },
    ],
  });
  return 0;
};

/** Chooses the environment, the server, or both, that later commands mean. */
export const use = async (machine: Machine, named: string | undefined, flags: ServerFlags): Promise<number> => {
  if (named === undefined && flags.server === undefined)
    throw new PlatformError('invalid_request', 'Name what to use: TENANT/ENVIRONMENT, --server URL, or both');
  const server = requireServer(machine, flags.server);
  if (named === undefined) {
    writeConfig(machine, { ...readConfig(machine), current: server.url });
    if (flags.json === true) printJson(machine, { server: server.url, environment: server.environment ?? null });
    else machine.out(`Commands now mean ${server.url}.\n`);
    return 0;
  }
  const place = readPlace(named);
  // Asked first, so that a slip of the pen shows now and not at the next publish.
  await openSession(machine, flags)
    .client.readEnvironment({ params: place })
    .catch((thrown: unknown) => {
      if (!(thrown instanceof ApiError && thrown.code === 'not_found')) throw thrown;
      throw new PlatformError(
        'not_found',
        `There is no environment ${placeText(place)}, or you may not know of it`,
        {},
        thrown,
      );
    });
  const chosen = withServer(readConfig(machine), { ...server, environment: placeText(place) });
  writeConfig(machine, { ...chosen, current: server.url });
  if (flags.json === true) printJson(machine, { server: server.url, environment: placeText(place) });
  else machine.out(`Commands now mean ${placeText(place)} at ${server.url}.\n`);
  return 0;
};
