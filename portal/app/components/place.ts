// Where a page is: tenant, environment, application and container out of its address.
import { useParams } from '@tanstack/react-router';
import type { ApplicationPlace, ContainerPlace, EnvironmentPlace } from '#util/path-builder.ts';

const useParam = (name: string): string => {
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  const value = params[name];
  // A page is only drawn under a route that has its parameters; anything else is a mistake in routes.tsx.
  if (typeof value !== 'string') throw new TypeError(`this route has no ${name}`);
  return value;
};

export const useEnvironmentPlace = (): EnvironmentPlace => ({
  tenant: useParam('tenant'),
  environment: useParam('environment'),
});

export const useApplicationPlace = (): ApplicationPlace => ({
  ...useEnvironmentPlace(),
  application: useParam('application'),
});

export const useContainerPlace = (): ContainerPlace => ({
  ...useApplicationPlace(),
  container: useParam('container'),
});

export const useRevisionNumber = (): number => Number(useParam('number'));

export const useRunId = (): string => useParam('run');
