// Which environment a command means: what it names, else BERTH_ENVIRONMENT, else the chosen one, else the only one.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import type { Environment } from '@berth/contract/environments.ts';
import { allPages, type ServerFlags, type Session } from './session.ts';

/** Path parameters of everything in an environment. */
export type Place = { readonly tenant: string; readonly environment: string };
export type PlaceFlags = ServerFlags & { readonly environment?: string };

export const findPlace = async (session: Session, flags: PlaceFlags): Promise<Place> => {
  const named =
    flags.environment ?? (session.machine.environment['BERTH_ENVIRONMENT'] || undefined) ?? session.server.environment;
  if (named !== undefined) return readPlace(named);
  const places = await listPlaces(session);
  const [only, second] = places;
  if (only === undefined)
    throw new PlatformError(
      'not_found',
      'There is no environment you may see. The platform team can give you a role in a tenant',
    );
  if (second !== undefined)
    throw new PlatformError(
      'invalid_request',
      `Which environment? Give -e TENANT/ENVIRONMENT or choose one with "berth use": ${places
        .slice(0, 10)
        .map(({ tenant, environment }) => `${tenant}/${environment.name}`)
        .join(', ')}`,
    );
  return { tenant: only.tenant, environment: only.environment.name };
};

export const readPlace = (text: string): Place => {
  const [tenant = '', environment = '', ...more] = text.split('/');
  if (tenant === '' || environment === '' || more.length > 0)
    throw new PlatformError('invalid_request', `"${text}" names no environment. Write TENANT/ENVIRONMENT`);
  return { tenant, environment };
};

/**
 * The same answer; where the application, or that part of it, is unknown, the error says which one and where. What the
 * server has more to say about, as of a revision that is not kept, it says itself.
 */
export const ofApplication = async <T>(
  place: Place,
  application: string,
  answer: Promise<T>,
  part?: string,
): Promise<T> => {
  try {
    return await answer;
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.code === 'not_found' && thrown.message.includes('no such object')))
      throw thrown;
    const what = part === undefined ? 'application called' : `${part} of an application called`;
    const message = `There is no ${what} ${application} in ${placeText(place)}, or you may not know of it`;
    throw new PlatformError('not_found', message, {}, thrown);
  }
};

export const placeText = ({ tenant, environment }: Place): string => `${tenant}/${environment}`;

/** Every environment the caller may see, by tenant and name. */
export const listPlaces = async (session: Session): Promise<{ tenant: string; environment: Environment }[]> => {
  const { client } = session;
  const caller = await client.readCaller();
  const names = new Set(caller.memberships.map(({ tenant }) => tenant.name));
  if (caller.user.platformRole !== null)
    for (const { name } of await allPages((query) => client.listTenants({ query }))) names.add(name);
  const lists = await Promise.all(
    [...names].toSorted().map(async (tenant) => {
      const environments = await allPages((query) => client.listEnvironments({ params: { tenant }, query })).catch(
        noneWhenHidden,
      );
      return environments.map((environment) => ({ tenant, environment }));
    }),
  );
  return lists.flat();
};

// A role in a tenant may not reach as far as its environments; then there are none to show.
const noneWhenHidden = (thrown: unknown): Environment[] => {
  if (thrown instanceof ApiError && (thrown.status === 403 || thrown.status === 404)) return [];
  throw thrown;
};
