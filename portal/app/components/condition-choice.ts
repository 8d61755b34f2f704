// Which conditions a page says in words: those that are not said beside it already, the worst first. Pure.
import type { Condition } from '@berth/contract/applications.ts';

/** What the page shows besides. */
export type Shown = { readonly isBusy: boolean; readonly hasUpgrade: boolean };

/** These tell how an upgrade stands; where its banner is shown, it tells the same and more. */
const ofUpgrade: ReadonlySet<string> = new Set(['upgrading', 'rolling_back', 'upgrade_held', 'rolled_back']);

const worst: { readonly [T in Condition['type']]: number } = { Blocked: 0, Degraded: 1, Progressing: 2, Available: 3 };

/** Of equally bad ones first what waits for somebody's decision. */
const rank = ({ type, reason }: Condition): number => 2 * worst[type] + (ofUpgrade.has(reason) ? 0 : 1);

/**
 * `Available` needs no words; the state of the application says it. That a service is being started is no news where the
 * same service is blocked or broken, nor is progress where an operation is shown as going on.
 */
export const worthSaying = (conditions: readonly Condition[], { isBusy, hasUpgrade }: Shown): readonly Condition[] => {
  const troubled = new Set(
    conditions.filter(({ type }) => type === 'Blocked' || type === 'Degraded').map(({ service }) => service),
  );
  return conditions
    .filter(({ type, reason, service }) => {
      if (type === 'Available' || (hasUpgrade && ofUpgrade.has(reason))) return false;
      return type !== 'Progressing' || !(isBusy || (service !== undefined && troubled.has(service)));
    })
    .toSorted((one, other) => rank(one) - rank(other));
};
