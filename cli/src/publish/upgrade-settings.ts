// `--order`, `--batch`, `--interval`, `--deadline`, `--on-failure`: how containers are replaced, for all services or,
// written as SERVICE=VALUE, for one.
import type { UpgradeSettings } from '@berth/contract/applications.ts';
import type { Update } from '@berth/contract/application-spec.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { readDuration } from '#output/words.ts';

export type UpgradeFlags = {
  readonly order?: readonly string[];
  readonly batch?: readonly string[];
  readonly interval?: readonly string[];
  readonly deadline?: readonly string[];
  readonly onFailure?: readonly string[];
};

/** undefined when nothing is set. */
export const readUpgradeSettings = (flags: UpgradeFlags): UpgradeSettings | undefined => {
  const services = new Map<string, Update>();
  let all: Update = {};
  for (const { service, update } of rows.flatMap((row) => readRow(row, flags)))
    if (service === undefined) all = { ...all, ...update };
    else services.set(service, { ...services.get(service), ...update });
  const hasAll = Object.keys(all).length > 0;
  if (!hasAll && services.size === 0) return undefined;
  return { ...(hasAll ? { all } : {}), ...(services.size > 0 ? { services: Object.fromEntries(services) } : {}) };
};

type Row = {
  readonly flag: keyof UpgradeFlags;
  readonly shown: string;
  readonly wanted: string;
  /** undefined: no such value. */
  readonly read: (text: string) => Update | undefined;
};

const orders = ['stop-first', 'start-first'] as const;
const outcomes = ['hold', 'rollback', 'continue'] as const;
const batchMaximum = 200;

const rows: readonly Row[] = [
  {
    flag: 'order',
    shown: '--order',
    wanted: orders.join(' or '),
    read: (text) => {
      const order = orders.find((known) => known === text);
      return order === undefined ? undefined : { order };
    },
  },
  {
    flag: 'batch',
    shown: '--batch',
    wanted: `a whole number up to ${batchMaximum}; 0: all at once`,
    read: (text) => (/^\d{1,3}$/.test(text) && Number(text) <= batchMaximum ? { batch: Number(text) } : undefined),
  },
  {
    flag: 'interval',
    shown: '--interval',
    wanted: 'a duration like 30s or 2m',
    read: (text) => {
      const intervalMs = readDuration(text);
      return intervalMs === undefined ? undefined : { intervalMs };
    },
  },
  {
    flag: 'deadline',
    shown: '--deadline',
    wanted: 'a duration like 90s or 5m',
    read: (text) => {
      const deadlineMs = readDuration(text);
      return deadlineMs === undefined ? undefined : { deadlineMs };
    },
  },
  {
    flag: 'onFailure',
    shown: '--on-failure',
    wanted: outcomes.join(', '),
    read: (text) => {
      const onFailure = outcomes.find((known) => known === text);
      return onFailure === undefined ? undefined : { onFailure };
    },
  },
];

const readRow = (
  { flag, shown, wanted, read }: Row,
  flags: UpgradeFlags,
): { service: string | undefined; update: Update }[] =>
  (flags[flag] ?? []).map((text) => {
    const equals = text.indexOf('=');
    const service = equals < 0 ? undefined : text.slice(0, equals);
    const update = read(text.slice(equals + 1));
    if (update === undefined || service === '')
      throw new PlatformError('invalid_request', `${shown} ${text}: give ${wanted}, or SERVICE=VALUE for one service`);
    return { service, update };
  });
