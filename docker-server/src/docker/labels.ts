// Whose an engine object is, as labels on it. Pure.
import { labelPrefix } from '@berth/contract/docker-server-api.ts';
import { type ContainerOwner, type Owner } from '@berth/contract/engine-objects.ts';

export const ownerLabels = {
  environment: `${labelPrefix}environment`,
  application: `${labelPrefix}application`,
  applicationName: `${labelPrefix}application-name`,
  key: `${labelPrefix}key`,
  slot: `${labelPrefix}slot`,
  revision: `${labelPrefix}revision`,
  specHash: `${labelPrefix}spec-hash`,
  run: `${labelPrefix}run`,
} as const;

export type Labels = Readonly<Record<string, string>>;

/** The owner's labels; to be set last, so that nothing overrides them. */
export const labelsOfOwner = (owner: Owner, specHash: string): Record<string, string> => ({
  [ownerLabels.environment]: owner.environment,
  [ownerLabels.application]: owner.application,
  [ownerLabels.applicationName]: owner.applicationName,
  [ownerLabels.key]: owner.key,
  [ownerLabels.specHash]: specHash,
});

export const labelsOfContainerOwner = (owner: ContainerOwner): Record<string, string> => ({
  ...labelsOfOwner(owner, owner.specHash),
  [ownerLabels.slot]: String(owner.slot),
  [ownerLabels.revision]: String(owner.revision),
  ...(owner.run === undefined ? {} : { [ownerLabels.run]: owner.run }),
});

/** Undefined: not ours. A label missing or empty makes an object foreign, because half an owner is none. */
export const ownerOf = (labels: Labels | null | undefined): Owner | undefined => {
  const environment = labels?.[ownerLabels.environment];
  const application = labels?.[ownerLabels.application];
  const applicationName = labels?.[ownerLabels.applicationName];
  const key = labels?.[ownerLabels.key];
  if (!environment || !application || !applicationName || !key) return undefined;
  return { environment, application, applicationName, key };
};

export const specHashOf = (labels: Labels | null | undefined): string | undefined =>
  labels?.[ownerLabels.specHash] || undefined;

export const containerOwnerOf = (labels: Labels | null | undefined): ContainerOwner | undefined => {
  const owner = ownerOf(labels);
  const specHash = specHashOf(labels);
  const slot = wholeNumber(labels?.[ownerLabels.slot]);
  const revision = wholeNumber(labels?.[ownerLabels.revision]);
  if (owner === undefined || specHash === undefined || slot === undefined || revision === undefined) return undefined;
  const run = labels?.[ownerLabels.run];
  return { ...owner, slot, revision, specHash, ...(run ? { run } : {}) };
};

const wholeNumber = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;

export const isReserved = (label: string): boolean => label.toLowerCase().startsWith(labelPrefix);

/** The same object with another revision is still the same wish; a revision says only when it was asked for. */
export const isSameContainer = (one: ContainerOwner, other: ContainerOwner): boolean =>
  one.environment === other.environment &&
  one.application === other.application &&
  one.key === other.key &&
  one.slot === other.slot &&
  one.run === other.run &&
  one.specHash === other.specHash;

export const isSameOwner = (one: Owner, other: Owner): boolean =>
  one.environment === other.environment && one.application === other.application && one.key === other.key;
