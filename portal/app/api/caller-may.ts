// May the caller do this here? Answered from the role table of the contract, the same the server decides by; only for
// things that have no resource to carry its own `actions` (menus, lists, buttons that create).
import { roleMay, type Action, type ResourceKind } from '@berth/contract/roles.ts';
import type { Caller } from '@berth/contract/sign-in.ts';

/** True when one of the caller's roles, in this tenant or on the platform, grants the action. */
export const callerMay = (caller: Caller, tenant: string, action: Action, kind: ResourceKind): boolean => {
  const platformRole = caller.user.platformRole;
  if (platformRole !== null && roleMay(platformRole, action, kind)) return true;
  return caller.memberships.some(
    (membership) => membership.tenant.name === tenant && roleMay(membership.role, action, kind),
  );
};
