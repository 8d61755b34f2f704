// Which containers a person means: an application, APP/SERVICE, APP/SERVICE/N (counted from 1), or a container by name
// or by the beginning of its id.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import type { Container } from '@berth/contract/containers.ts';
import type { Place } from '#session/find-place.ts';
import { allPages, type Session } from '#session/session.ts';

export type Target =
  | { readonly kind: 'container'; readonly containers: readonly [Container] }
  | {
      readonly kind: 'application';
      readonly containers: readonly Container[];
      readonly again: () => Promise<Container[]>;
    };

export const findContainers = async (session: Session, place: Place, named: string): Promise<Target> => {
  const [application = '', service, slot, ...more] = named.split('/');
  if (more.length > 0 || application === '' || service === '' || (slot !== undefined && !/^[1-9]\d{0,3}$/.test(slot)))
    throw new PlatformError(
      'invalid_request',
      `"${named}" names nothing. Write CONTAINER, APP, APP/SERVICE or APP/SERVICE/N`,
    );
  const isApplication = await exists(session, place, application);
  if (service === undefined && !isApplication) return findOne(session, place, named);
  if (!isApplication) throw notFound(named);
  const again = async (): Promise<Container[]> => {
    const items = await allPages((query) =>
      session.client.listContainers({
        params: place,
        query: { ...query, application, ...(service === undefined ? {} : { service }) },
      }),
    );
    return items
      .filter((container) => slot === undefined || container.slot === Number(slot) - 1)
      .toSorted((a, b) => (a.service === b.service ? a.slot - b.slot : a.service < b.service ? -1 : 1));
  };
  const containers = await again();
  if (containers.length === 0 && service !== undefined) throw notFound(named);
  return { kind: 'application', containers, again };
};

/** One container: the one named, or the first running one of what was named. */
export const findContainer = async (session: Session, place: Place, named: string): Promise<Container> => {
  const { containers } = await findContainers(session, place, named);
  const chosen = containers.find(({ state }) => state === 'running') ?? containers[0];
  if (chosen === undefined) throw new PlatformError('not_found', `${named} has no container`);
  return chosen;
};

const notFound = (named: string): PlatformError =>
  new PlatformError('not_found', `There is no application and no container called ${named}`);

const exists = async ({ client }: Session, place: Place, application: string): Promise<boolean> => {
  try {
    await client.readApplication({ params: { ...place, application } });
    return true;
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.code === 'not_found') return false;
    throw thrown;
  }
};

const findOne = async (session: Session, place: Place, named: string): Promise<Target> => {
  try {
    const container = await session.client.readContainer({ params: { ...place, container: named } });
    return { kind: 'container', containers: [container] };
  } catch (thrown) {
    if (!(thrown instanceof ApiError && thrown.code === 'not_found')) throw thrown;
  }
  const matches = /^[0-9a-f]{6,63}$/.test(named)
    ? (await allPages((query) => session.client.listContainers({ params: place, query }))).filter(({ id }) =>
        id.startsWith(named),
      )
    : [];
  const [only, second] = matches;
  if (only === undefined) {
    // Tells a wrong environment from a wrong name.
    await session.client.readEnvironment({ params: place });
    throw notFound(named);
  }
  if (second !== undefined)
    throw new PlatformError('invalid_request', `Several containers have an id that begins with ${named}`);
  return { kind: 'container', containers: [only] };
};
