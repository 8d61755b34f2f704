// Who acts, with what at hand: the first argument of everything that acts.
import type { Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import type { NewId } from '@berth/common/new-id.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PlatformRole, SystemRole } from '@berth/contract/roles.ts';

export type Actor =
  | {
      readonly kind: 'user';
      readonly user: Id<'user'>;
      readonly name: string;
      readonly platformRole: PlatformRole | null;
      readonly session: Id<'session'>;
    }
  /** A hook acts for the person who made it, with what that person may do now. */
  | {
      readonly kind: 'hook';
      readonly user: Id<'user'>;
      readonly name: string;
      readonly platformRole: PlatformRole | null;
      readonly hook: string;
    }
  | { readonly kind: 'system'; readonly role: SystemRole };

export interface Context {
  readonly actor: Actor;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
}

/** How an actor is written into events and operations. */
export const actorName = (actor: Actor): string => {
  if (actor.kind === 'system') return actor.role;
  return actor.kind === 'hook' ? `${actor.name} (hook ${actor.hook})` : actor.name;
};

/** What tells one actor from every other; a person may be called like a part of the platform. */
export const actorKey = (actor: Actor): string => (actor.kind === 'system' ? `system ${actor.role}` : actor.user);
