// Everything below an environment: follows its live updates for as long as one stays in it.
import { useQueryClient } from '@tanstack/react-query';
import { Outlet } from '@tanstack/react-router';
import { useEffect } from 'react';
import { browserLiveDeps, followEnvironment } from '#api/live.ts';
import { useEnvironmentPlace } from '#components/place.ts';

export const EnvironmentLayout = () => {
  const { tenant, environment } = useEnvironmentPlace();
  const queries = useQueryClient();
  useEffect(() => followEnvironment(browserLiveDeps(queries), { tenant, environment }), [queries, tenant, environment]);
  return <Outlet />;
};
