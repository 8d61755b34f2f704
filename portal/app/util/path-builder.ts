// Every link of the portal is made here, so that a change of the address tree is a change of one file.
const segment = encodeURIComponent;

export type EnvironmentPlace = { readonly tenant: string; readonly environment: string };
export type ApplicationPlace = EnvironmentPlace & { readonly application: string };
export type ContainerPlace = ApplicationPlace & { readonly container: string };

const environment = (place: EnvironmentPlace): string => `/t/${segment(place.tenant)}/e/${segment(place.environment)}`;
const application = (place: ApplicationPlace): string =>
  `${environment(place)}/applications/${segment(place.application)}`;
const container = (place: ContainerPlace): string => `${application(place)}/containers/${segment(place.container)}`;

export const applicationTabs = [
  'services',
  'containers',
  'topology',
  'operation',
  'events',
  'revisions',
  'jobs',
  'hooks',
] as const;
export type ApplicationTab = (typeof applicationTabs)[number];

export const pb = {
  home: (): string => '/',
  setup: (): string => '/setup',
  signIn: (next?: string): string => (next === undefined ? '/sign-in' : `/sign-in?next=${segment(next)}`),
  tenant: (tenant: string): string => `/t/${segment(tenant)}`,
  environment,
  applications: (place: EnvironmentPlace): string => `${environment(place)}/applications`,
  hosts: (place: EnvironmentPlace): string => `${environment(place)}/hosts`,
  publish: (place: EnvironmentPlace): string => `${environment(place)}/publish`,
  publishRevision: (place: ApplicationPlace): string =>
    `${environment(place)}/publish?application=${segment(place.application)}`,
  application,
  applicationTab: (place: ApplicationPlace, tab: ApplicationTab): string =>
    tab === 'services' ? application(place) : `${application(place)}/${tab}`,
  imports: (place: EnvironmentPlace): string => `${environment(place)}/import`,
  compare: (place: ApplicationPlace, from: number, to: number): string =>
    `${application(place)}/compare?from=${from}&to=${to}`,
  run: (place: ApplicationPlace, run: string): string => `${application(place)}/runs/${segment(run)}`,
  revision: (place: ApplicationPlace, number: number): string => `${application(place)}/revisions/${number}`,
  logs: (place: ContainerPlace): string => `${container(place)}/logs`,
  shell: (place: ContainerPlace): string => `${container(place)}/shell`,
};

/** Only paths of our own may be gone to after sign-in: an address from elsewhere must not lead people away. */
export const safeNext = (next: unknown): string =>
  typeof next === 'string' && /^\/(?![/\\])[^\p{Cc}\\]*$/u.test(next) && !next.startsWith('/sign-in') ? next : '/';
