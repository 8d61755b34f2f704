// Who is signed in, for the pages below the session layout.
import type { Action, ResourceKind } from '@berth/contract/roles.ts';
import type { Caller } from '@berth/contract/sign-in.ts';
import { createContext, use } from 'react';
import { callerMay } from '#api/caller-may.ts';

export const CallerContext = createContext<Caller | undefined>(undefined);

export const useCaller = (): Caller => {
  const caller = use(CallerContext);
  if (caller === undefined) throw new TypeError('this page is not below the session layout');
  return caller;
};

export const useMay = (tenant: string): ((action: Action, kind: ResourceKind) => boolean) => {
  const caller = useCaller();
  return (action, kind) => callerMay(caller, tenant, action, kind);
};
