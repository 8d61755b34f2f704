// Networks of ours. The engine makes a second network of the same name without a word, so: look, make, look again.
import type { NetworkSpec } from '@berth/contract/application-spec.ts';
import type { Owner } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type Dockerode from 'dockerode';
import type { Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { isReserved, isSameOwner, labelsOfOwner, ownerOf, specHashOf } from './labels.ts';
import { otherOwnerIn } from './ownership.ts';
import { engineLimits } from './time-limits.ts';

export interface NetworkWish {
  readonly name: string;
  readonly owner: Owner;
  readonly spec: NetworkSpec;
  readonly specHash: string;
}

export const createNetwork = async (engine: Engine, caller: Caller, wish: NetworkWish): Promise<{ id: string }> => {
  if (caller.environment !== wish.owner.environment)
    throw new PlatformError('invalid_request', 'The network is of another environment than the request');
  const found = await findNetwork(engine, wish);
  if (found !== undefined) return found;
  const docker = engine.docker(engineLimits.change);
  const options: Dockerode.NetworkCreateOptions & { _query: object; _body: object } = {
    Name: wish.name,
    _query: {},
    _body: toNetworkBody(wish),
  };
  await askEngine(async () => (await docker.createNetwork(options)).id, { 409: () => undefined });
  const made = await findNetwork(engine, wish);
  if (made === undefined) throw new PlatformError('engine_refused', `The network ${wish.name} went away at once`);
  return made;
};

/** The one network of that name, if it is the one wished for. Of twins that are ours the oldest is kept. */
const findNetwork = async (engine: Engine, wish: NetworkWish): Promise<{ id: string } | undefined> => {
  const docker = engine.docker(engineLimits.list);
  const listed = await askEngine(() => docker.listNetworks({ filters: { name: [wish.name] } }));
  const named = listed.filter((network) => network.Name === wish.name);
  const ours = named
    .filter((network) => isOurs(engine, network, wish))
    .sort((a, b) => a.Created.localeCompare(b.Created) || a.Id.localeCompare(b.Id));
  if (named.length > ours.length)
    throw new PlatformError('name_taken', `Another network of the host has the name ${wish.name}`, { name: wish.name });
  const [oldest, ...twins] = ours;
  for (const twin of twins)
    await askEngine(() => engine.docker(engineLimits.change).getNetwork(twin.Id).remove(), { 404: () => undefined });
  return oldest === undefined ? undefined : { id: oldest.Id };
};

/** One that was taken over has the form it had. */
const isOurs = (
  engine: Engine,
  { Name, Labels }: { readonly Name: string; readonly Labels?: Readonly<Record<string, string>> | undefined },
  wish: NetworkWish,
): boolean => {
  const owner = ownerOf(Labels);
  if (owner !== undefined) return isSameOwner(owner, wish.owner) && specHashOf(Labels) === wish.specHash;
  const adoptedBy = engine.adoptions.other('network', Name);
  return adoptedBy !== undefined && isSameOwner(adoptedBy, wish.owner);
};

const toNetworkBody = ({ name, owner, spec, specHash }: NetworkWish): Record<string, unknown> => {
  refuseReserved(spec.labels);
  return {
    Name: name,
    CheckDuplicate: true,
    Driver: spec.driver ?? 'bridge',
    Internal: spec.internal ?? false,
    Attachable: spec.attachable ?? false,
    EnableIPv6: spec.enableIpv6 ?? false,
    Options: { ...spec.driverOptions },
    Labels: { ...spec.labels, ...labelsOfOwner(owner, specHash) },
    ...(spec.ipam === undefined
      ? {}
      : {
          IPAM: {
            Driver: spec.ipam.driver ?? 'default',
            Config: spec.ipam.config.map(({ subnet, gateway, ipRange, auxAddresses }) => ({
              ...(subnet === undefined ? {} : { Subnet: subnet }),
              ...(gateway === undefined ? {} : { Gateway: gateway }),
              ...(ipRange === undefined ? {} : { IPRange: ipRange }),
              ...(auxAddresses === undefined ? {} : { AuxiliaryAddresses: auxAddresses }),
            })),
          },
        }),
  };
};

export const refuseReserved = (labels: Readonly<Record<string, string>>): void => {
  const refused = Object.keys(labels).find(isReserved);
  if (refused !== undefined)
    throw new PlatformError('invalid_request', `The label ${refused} is one of Berth's own and cannot be given`);
};

/** By id or name. Gone is success; of twins all that are the caller's go. */
export const removeNetwork = async (engine: Engine, caller: Caller, network: string): Promise<void> => {
  const docker = engine.docker(engineLimits.list);
  const listed = await askEngine(() => docker.listNetworks());
  const mine = listed.filter(
    (entry) =>
      (entry.Id === network || entry.Name === network) &&
      otherOwnerIn(engine, 'network', entry.Name, entry.Labels)?.environment === caller.environment,
  );
  if (mine.length === 0) {
    await refuseForeign(engine, network);
    return;
  }
  engine.owners.forgetOthers();
  for (const entry of mine)
    await askEngine(() => engine.docker(engineLimits.change).getNetwork(entry.Id).remove(), { 404: () => undefined });
};

/** Nothing of the caller's has that name: gone is as wished, but what is somebody else's must stay. */
const refuseForeign = async (engine: Engine, network: string): Promise<void> => {
  const place = encodeURIComponent(network);
  const there = await askEngine(() => engine.docker(engineLimits.question).getNetwork(place).inspect(), {
    404: () => undefined,
  });
  if (there !== undefined) throw new PlatformError('not_found', `There is no network ${network} in this environment`);
};
