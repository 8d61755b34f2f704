// How containers are to be replaced, while somebody sets it. What is left empty is not sent: the file, or a default, decides. Pure.
import type { UpgradeSettings } from '@berth/contract/applications.ts';
import type { Update } from '@berth/contract/application-spec.ts';

/** Fields as they are shown: seconds, and text where nothing is set. */
export type UpdateFields = {
  readonly order: 'default' | 'stop-first' | 'start-first';
  readonly batch: number | string;
  readonly intervalSeconds: number | string;
  readonly deadlineSeconds: number | string;
  readonly onFailure: 'default' | 'hold' | 'rollback' | 'continue';
};

const secondMs = 1000;
const secondsOf = (ms: number | undefined): number | string => (ms === undefined ? '' : ms / secondMs);

export const fieldsOf = (update: Update | undefined): UpdateFields => ({
  order: update?.order ?? 'default',
  batch: update?.batch ?? '',
  intervalSeconds: secondsOf(update?.intervalMs),
  deadlineSeconds: secondsOf(update?.deadlineMs),
  onFailure: update?.onFailure ?? 'default',
});

const updateOf = (fields: UpdateFields): Update => ({
  ...(fields.order === 'default' ? {} : { order: fields.order }),
  ...(typeof fields.batch === 'number' ? { batch: fields.batch } : {}),
  ...(typeof fields.intervalSeconds === 'number' ? { intervalMs: fields.intervalSeconds * secondMs } : {}),
  ...(typeof fields.deadlineSeconds === 'number' ? { deadlineMs: fields.deadlineSeconds * secondMs } : {}),
  ...(fields.onFailure === 'default' ? {} : { onFailure: fields.onFailure }),
});

/** Sets fields of all services, or of the one named. All fields empty: nothing is set for all; a service stays listed. */
export const setUpdate = (
  settings: UpgradeSettings,
  service: string | undefined,
  part: Partial<UpdateFields>,
): UpgradeSettings => {
  if (service !== undefined) {
    const update = updateOf({ ...fieldsOf(settings.services?.[service]), ...part });
    return { ...settings, services: { ...settings.services, [service]: update } };
  }
  const { all: before, ...rest } = settings;
  const all = updateOf({ ...fieldsOf(before), ...part });
  return Object.keys(all).length === 0 ? rest : { ...rest, all };
};

export const dropService = (settings: UpgradeSettings, service: string): UpgradeSettings => {
  const { services, ...rest } = settings;
  const left = Object.entries(services ?? {}).filter(([name]) => name !== service);
  return left.length === 0 ? rest : { ...rest, services: Object.fromEntries(left) };
};
