// Questions before something is taken away. Where nobody can be asked, a flag has to say it.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Machine } from '#machine.ts';
import { printable } from './printable.ts';

/** Returns only when the name was typed; `what` says all that goes. */
export const confirmRemoval = async (machine: Machine, name: string, what: string): Promise<void> => {
  if (!machine.canAsk)
    throw new PlatformError('invalid_request', `Nobody is here to confirm the removal of ${name}. Give --yes`);
  const answer = await machine.ask(`This removes ${printable(what)}. Type its name to go on: `);
  if (answer !== name) throw new PlatformError('wrong_state', 'Nothing was removed, since that is not its name');
};

/** Returns only after a yes. */
export const confirmChange = async (machine: Machine, question: string): Promise<void> => {
  const answer = await machine.ask(`${question} [y/N] `);
  if (!/^y(?:es)?$/i.test(answer)) throw new PlatformError('wrong_state', 'Nothing was done');
};
