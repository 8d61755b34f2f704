// Volumes of ours. Asked for a volume that exists, the engine answers 201 and keeps the old one's options, so what it
// answers is never believed: the volume is looked at afterwards.
import type { VolumeSpec } from '@berth/contract/application-spec.ts';
import type { Owner } from '@berth/contract/engine-objects.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type Dockerode from 'dockerode';
import type { Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { isSameOwner, labelsOfOwner, ownerOf, specHashOf } from './labels.ts';
import { otherOwnerIn } from './ownership.ts';
import { refuseReserved } from './networks.ts';
import { engineLimits } from './time-limits.ts';

export interface VolumeWish {
  readonly name: string;
  readonly owner: Owner;
  readonly spec: VolumeSpec;
  readonly specHash: string;
}

export const createVolume = async (engine: Engine, caller: Caller, wish: VolumeWish): Promise<{ name: string }> => {
  const { name, owner, spec, specHash } = wish;
  if (caller.environment !== owner.environment)
    throw new PlatformError('invalid_request', 'The volume is of another environment than the request');
  refuseReserved(spec.labels);
  if (await isAdopted(engine, wish)) return { name };
  const driver = spec.driver ?? 'local';
  const driverOptions = { ...spec.driverOptions };
  const options: Dockerode.VolumeCreateOptions & { _query: object; _body: object } = {
    _query: {},
    _body: {
      Name: name,
      Driver: driver,
      DriverOpts: driverOptions,
      Labels: { ...spec.labels, ...labelsOfOwner(owner, specHash) },
    },
  };
  const taken = () => {
    throw new PlatformError('name_taken', `Another volume of the host has the name ${name}`, { name });
  };
  // 409: a volume of that name is held by another driver.
  await askEngine<unknown>(() => engine.docker(engineLimits.change).createVolume(options), { 409: taken });
  const made = await askEngine(() =>
    engine.docker(engineLimits.question).getVolume(encodeURIComponent(name)).inspect(),
  );
  const holder = ownerOf(made.Labels);
  const isWished =
    holder !== undefined &&
    isSameOwner(holder, owner) &&
    specHashOf(made.Labels) === specHash &&
    made.Driver === driver &&
    isSameMap(made.Options ?? {}, driverOptions);
  if (!isWished) taken();
  return { name };
};

/** One that was taken over is kept as it is. */
const isAdopted = async (engine: Engine, { name, owner }: VolumeWish): Promise<boolean> => {
  const adoptedBy = engine.adoptions.other('volume', name);
  if (adoptedBy === undefined || !isSameOwner(adoptedBy, owner)) return false;
  const there = await askEngine(
    () => engine.docker(engineLimits.question).getVolume(encodeURIComponent(name)).inspect(),
    { 404: () => undefined },
  );
  return there !== undefined && ownerOf(there.Labels) === undefined;
};

const isSameMap = (one: Readonly<Record<string, string>>, other: Readonly<Record<string, string>>): boolean =>
  Object.keys(one).length === Object.keys(other).length &&
  Object.entries(one).every(([key, value]) => other[key] === value);

/** Gone is success. The data goes with it: the caller has asked the user. */
export const removeVolume = async (engine: Engine, caller: Caller, volume: string): Promise<void> => {
  const place = encodeURIComponent(volume);
  const found = await askEngine(() => engine.docker(engineLimits.question).getVolume(place).inspect(), {
    404: () => undefined,
  });
  if (found === undefined) return;
  if (otherOwnerIn(engine, 'volume', volume, found.Labels)?.environment !== caller.environment)
    throw new PlatformError('not_found', `There is no volume ${volume} in this environment`);
  engine.owners.forgetOthers();
  await askEngine(() => engine.docker(engineLimits.change).getVolume(place).remove(), { 404: () => undefined });
};
