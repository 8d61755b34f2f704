// `berth start`, `berth stop`, `berth scale`, `berth rm`: ask, then follow the operation to its end.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { followAccepted, type FollowFlags } from '#operations/follow-accepted.ts';
import { confirmRemoval } from '#output/confirm.ts';
import { findPlace, ofApplication, placeText, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';

export type ChangeFlags = PlaceFlags & FollowFlags;

export const start = async (machine: Machine, application: string, flags: ChangeFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const accepted = await ofApplication(
    place,
    application,
    session.client.startApplication({ params: { ...place, application } }),
  );
  return followAccepted(session, place, accepted, flags);
};

export const stop = async (machine: Machine, application: string, flags: ChangeFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const accepted = await ofApplication(
    place,
    application,
    session.client.stopApplication({ params: { ...place, application } }),
  );
  return followAccepted(session, place, accepted, flags);
};

export const scale = async (
  machine: Machine,
  application: string,
  counts: readonly string[],
  flags: ChangeFlags,
): Promise<number> => {
  const services = readCounts(counts);
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const accepted = await ofApplication(
    place,
    application,
    session.client.scaleApplication({ params: { ...place, application }, body: { services } }),
  );
  return followAccepted(session, place, accepted, flags);
};

/** `web=3 worker=2` */
export const readCounts = (texts: readonly string[]): Record<string, number> =>
  Object.fromEntries(
    texts.map((text) => {
      const [, service, count] = /^([^=]+)=(\d{1,3})$/.exec(text) ?? [];
      if (service === undefined || count === undefined)
        throw new PlatformError(
          'invalid_request',
          `"${text}" does not say how many. Write SERVICE=NUMBER, as in web=3`,
        );
      return [service, Number(count)];
    }),
  );

export type RemoveFlags = ChangeFlags & { readonly volumes?: boolean; readonly yes?: boolean };

export const remove = async (machine: Machine, application: string, flags: RemoveFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const params = { ...place, application };
  if (flags.yes !== true) {
    const { name } = await ofApplication(place, application, session.client.readApplication({ params }));
    const volumes = flags.volumes === true ? ', with its volumes and their data' : '';
    await confirmRemoval(machine, name, `${name} from ${placeText(place)}${volumes}`);
  }
  const body = { removeVolumes: flags.volumes === true };
  const accepted = await ofApplication(place, application, session.client.removeApplication({ params, body }));
  return followAccepted(session, place, accepted, flags);
};
