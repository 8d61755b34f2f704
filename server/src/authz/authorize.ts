// The one place where it is decided whether a caller may do something, and the only maker of Allowed handles.
// Stores take handles, so SQL that nobody authorized does not compile. Foreign and missing look the same: not_found.
import { PlatformError } from '@berth/common/platform-error.ts';
import { grants, roleMay, type Action, type ResourceKind, type Role } from '@berth/contract/roles.ts';
import type { Context } from '#context.ts';
import type { Queries } from '#db/tables.ts';
import { findPath, findRole, type Found, type PartsFound, type References } from './resource-store.ts';

declare const mark: unique symbol;

/** Proof that `authorize` allowed the action on a thing of the kind; carries the rows on the way to it. */
export type Allowed<A extends Action, K extends ResourceKind> = Found<K> & { readonly [mark]: readonly [A, K] };

/** Throws `not_found` when the caller may not know of the thing, `forbidden` when they may know but not do this. */
export const authorize = async <A extends Action, K extends ResourceKind>(
  ctx: Context,
  db: Queries,
  action: A,
  kind: K,
  references: NoInfer<References<K>>,
): Promise<Allowed<A, K>> => {
  const found = await findPath(db, kind, references);
  const roles = await rolesOf(ctx, db, found);
  if (found !== undefined && roles.some((role) => roleMay(role, action, kind))) return found as Allowed<A, K>;
  if (found === undefined || !mayKnow(roles, kind))
    throw new PlatformError('not_found', 'There is no such object, or you may not know of it');
  throw new PlatformError('forbidden', `Your role does not allow this (needs ${action} on ${kind})`);
};

/** The actions the caller's roles grant on the thing of a handle; for saying in advance what is possible. */
export const rolesOf = async (ctx: Context, db: Queries, found: PartsFound | undefined): Promise<readonly Role[]> => {
  if (ctx.actor.kind === 'system') return [ctx.actor.role];
  const roles: Role[] = ctx.actor.platformRole === null ? [] : [ctx.actor.platformRole];
  if (found?.tenant !== undefined) {
    const role = await findRole(db, found.tenant.id, ctx.actor.user);
    if (role !== undefined) roles.push(role);
  }
  return roles;
};

// A platform collection is no secret; everything else is known to those who may read it.
const mayKnow = (roles: readonly Role[], kind: ResourceKind): boolean => {
  const base = kind.includes('.') ? kind.slice(0, kind.indexOf('.')) : kind;
  if (base === 'platform' || base === 'zone') return true;
  return roles.some((role) => grants[role][base as ResourceKind]?.includes('read') ?? false);
};
