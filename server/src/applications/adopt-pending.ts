// The reconciler's first act for an imported application: the Docker Server is told which objects are its own. What is to be
// taken over stands in the row from the same transaction as the application, so a kill at any point only repeats this, and
// nothing is adopted that has no row.
import type { ContainerOwner, Owner } from '@berth/contract/engine-objects.ts';
import type { Allowed } from '#authz/authorize.ts';
import type { ApplicationRow } from '#applications/application-store.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLink, Fence } from '#hosts/docker-server-links.ts';
import { readAdopted } from './adopted-names.ts';

/** True when something was taken over: what is known of the host is older than that. */
export const adoptPending = async (
  db: Db,
  allowed: Allowed<'modify', 'application'>,
  row: ApplicationRow,
  link: DockerServerLink,
  fence: Fence,
): Promise<boolean> => {
  const { containers, ...names } = readAdopted(row.adopted);
  // An application that is to go before it came leaves everything as it is.
  if (containers === undefined || row.desired_state === 'removed') return false;
  const ownerOf = (key: string): Owner => ({
    environment: row.environment_id,
    application: row.id,
    applicationName: row.name,
    key,
  });
  const others = (objects: Readonly<Record<string, string>> = {}) =>
    Object.entries(objects).map(([key, name]) => ({ name, owner: ownerOf(key) }));
  await link.client({ fence }).adopt({
    body: {
      containers: containers.map(({ id, service, slot, specHash }) => {
        const owner: ContainerOwner = { ...ownerOf(service), slot, revision: 1, specHash };
        return { id, owner };
      }),
      networks: others(names.networks),
      volumes: others(names.volumes),
    },
  });
  await db
    .updateTable('applications')
    .set({ adopted: JSON.stringify(names) })
    .where('environment_id', '=', allowed.environment.id)
    .where('id', '=', row.id)
    .where('adopted', '=', row.adopted)
    .execute();
  return true;
};
