// All routes of the portal server, gathered.
import { applicationRoutes } from './applications.ts';
import { containerRoutes } from './containers.ts';
import { environmentRoutes } from './environments.ts';
import { hostRoutes } from './hosts.ts';
import { liveRoutes } from './live.ts';
import { signInRoutes } from './sign-in.ts';
import { systemRoutes } from './system.ts';
import { tenantRoutes } from './tenants.ts';

export const publicApi = {
  ...signInRoutes,
  ...tenantRoutes,
  ...environmentRoutes,
  ...hostRoutes,
  ...applicationRoutes,
  ...containerRoutes,
  ...liveRoutes,
  ...systemRoutes,
};
export type PublicApi = typeof publicApi;
