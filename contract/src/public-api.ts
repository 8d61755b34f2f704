// All routes of the portal server, gathered.
import { applicationRoutes } from './application-routes.ts';
import { containerRoutes } from './containers.ts';
import { environmentRoutes } from './environments.ts';
import { hookRoutes } from './hooks.ts';
import { hostRoutes } from './hosts.ts';
import { importRoutes } from './imports.ts';
import { jobRoutes } from './jobs.ts';
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
  ...jobRoutes,
  ...hookRoutes,
  ...importRoutes,
  ...containerRoutes,
  ...liveRoutes,
  ...systemRoutes,
};
export type PublicApi = typeof publicApi;
