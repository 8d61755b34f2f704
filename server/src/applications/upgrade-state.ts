// Where an upgrade stands, from the row: what callers want (`revision`, `former_revision`, `upgrade_accepted`) and what the
// reconciler says (`upgrade`). A wish that begins an upgrade anew clears the reconciler's word; none is `rolling`. Pure.
import type { Upgrade, UpgradeSettings } from '@berth/contract/applications.ts';
import type { Instant } from '@berth/contract/time.ts';
import type { Tables } from '#db/tables.ts';

type Columns = Pick<
  Tables['applications'],
  'revision' | 'former_revision' | 'upgrade' | 'upgrade_accepted' | 'observed_generation'
>;

/** The reconciler's word, as it is kept. */
export interface UpgradeWord {
  readonly state: Upgrade['state'];
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  /** By the host's clock. */
  readonly batchDoneAt: Readonly<Record<string, Instant>>;
  readonly services: Upgrade['services'];
}

const begun: UpgradeWord = { state: 'rolling', batchDoneAt: {}, services: [] };

/** undefined: there is none, or it is accepted and through. */
export const upgradeOf = (
  row: Columns,
): (UpgradeWord & { readonly from: number; readonly to: number; readonly isAccepted: boolean }) | undefined => {
  if (row.former_revision === null) return undefined;
  const word = row.upgrade === null ? begun : (JSON.parse(row.upgrade) as UpgradeWord);
  const isAccepted = row.upgrade_accepted !== 0;
  if (isAccepted && word.state === 'done') return undefined;
  return { ...word, from: row.former_revision, to: row.revision, isAccepted };
};

/** What the application should be now: after a failure that turned back, the former one. */
export const effectiveRevision = (row: Columns): number => {
  const upgrade = upgradeOf(row);
  return upgrade?.state === 'rolling_back' || upgrade?.state === 'rolled_back' ? upgrade.from : row.revision;
};

/** The revision to go back to from one that comes next; null: none has ever run well. */
export const lastGoodRevision = (row: Columns): number | null => {
  const upgrade = upgradeOf(row);
  if (upgrade !== undefined && upgrade.state !== 'done') return upgrade.from;
  return row.observed_generation === 0 ? null : row.revision;
};

export const presentUpgrade = (row: Columns): Upgrade | null => {
  const upgrade = upgradeOf(row);
  if (upgrade === undefined) return null;
  const { state, from, to, reason, message, services } = upgrade;
  return {
    state,
    from,
    to,
    services,
    ...(reason === undefined ? {} : { reason }),
    ...(message === undefined ? {} : { message }),
  };
};

export const settingsOf = (row: Pick<Tables['applications'], 'upgrade_settings'>): UpgradeSettings =>
  JSON.parse(row.upgrade_settings) as UpgradeSettings;

/** Why the upgrade cannot be accepted, given up or gone on with now; undefined: it can. */
export const againstAccepting = (row: Columns): string | undefined => {
  const upgrade = upgradeOf(row);
  if (upgrade === undefined) return 'There is no upgrade to accept';
  if (upgrade.isAccepted) return 'The upgrade is accepted already';
  if (upgrade.state === 'rolling_back' || upgrade.state === 'rolled_back')
    return `The upgrade has turned back to revision ${upgrade.from}; publish again or roll back to another revision`;
  return undefined;
};

export const againstAborting = (row: Columns): string | undefined =>
  upgradeOf(row) === undefined ? 'There is no upgrade to give up; roll back to a revision instead' : undefined;

export const againstResuming = (row: Columns): string | undefined => {
  const upgrade = upgradeOf(row);
  if (upgrade === undefined) return 'There is no upgrade to go on with';
  if (upgrade.state === 'held') return undefined;
  if (upgrade.state === 'rolling_back' || upgrade.state === 'rolled_back')
    return `The upgrade has turned back to revision ${upgrade.from}; publish again or roll back to another revision`;
  return upgrade.state === 'done' ? 'The upgrade is through already' : 'The upgrade is not held';
};
