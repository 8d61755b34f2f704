// Roles as data: what a role may do to which kind. The server's policy reads this; the portal prints it; nobody repeats it.
// A kind with a dot is a collection or an aspect of its parent (`environment.applications`, `container.shell`).
export const actions = ['list', 'read', 'create', 'modify', 'delete'] as const;
export type Action = (typeof actions)[number];

export const resourceKinds = [
  'platform',
  'platform.tenants',
  'platform.users',
  'platform.zones',
  'platform.loops',
  'zone.hosts',
  'tenant',
  'tenant.members',
  'tenant.environments',
  'environment',
  'environment.settings',
  'environment.hosts',
  'environment.applications',
  'environment.containers',
  'environment.operations',
  'environment.live',
  'environment.imports',
  'host',
  'application',
  'application.revisions',
  'application.events',
  'application.export',
  'application.jobs',
  'application.runs',
  'application.hooks',
  'container',
  'container.logs',
  'container.figures',
  'container.files',
  'container.shell',
  'operation',
] as const;
export type ResourceKind = (typeof resourceKinds)[number];

export const tenantRoles = ['tenant_admin', 'developer', 'operator', 'viewer'] as const;
export type TenantRole = (typeof tenantRoles)[number];
export const platformRoles = ['platform_admin'] as const;
export type PlatformRole = (typeof platformRoles)[number];
/** Parts of the platform that act by themselves; each has rows of its own, there is no way round the policy. */
export const systemRoles = ['installer', 'reconciler'] as const;
export type SystemRole = (typeof systemRoles)[number];
export type Role = TenantRole | PlatformRole | SystemRole;

type Grants = { readonly [K in ResourceKind]?: readonly Action[] };

const see: Grants = {
  tenant: ['read'],
  'tenant.environments': ['list'],
  environment: ['read'],
  'environment.hosts': ['list'],
  'environment.applications': ['list'],
  'environment.containers': ['list'],
  'environment.operations': ['list'],
  'environment.live': ['read'],
  host: ['read'],
  application: ['read'],
  'application.revisions': ['list', 'read'],
  'application.events': ['list'],
  'application.jobs': ['list', 'read'],
  'application.runs': ['list', 'read'],
  container: ['read'],
  'container.logs': ['read'],
  'container.figures': ['read'],
  operation: ['read'],
};

const operate: Grants = {
  ...see,
  application: ['read', 'modify'],
  'application.runs': ['list', 'read', 'create', 'modify'],
  'container.shell': ['create'],
  'container.files': ['read'],
};

const develop: Grants = {
  ...operate,
  'environment.applications': ['list', 'create'],
  application: ['read', 'modify', 'delete'],
  'application.export': ['read'],
  'application.jobs': ['list', 'read', 'create', 'modify', 'delete'],
  'application.hooks': ['list', 'read', 'create', 'modify', 'delete'],
};

export const grants: { readonly [R in Role]: Grants } = {
  viewer: see,
  operator: operate,
  developer: develop,
  tenant_admin: {
    ...develop,
    'environment.imports': ['list', 'create'],
    tenant: ['read', 'modify'],
    'tenant.members': ['list', 'create', 'modify', 'delete'],
  },
  platform_admin: {
    platform: ['read', 'modify'],
    'platform.tenants': ['list', 'create'],
    'platform.users': ['list', 'create', 'modify'],
    'platform.zones': ['list', 'create'],
    'platform.loops': ['read'],
    'zone.hosts': ['list', 'create'],
    tenant: ['read', 'modify'],
    'tenant.members': ['list', 'create', 'modify', 'delete'],
    'tenant.environments': ['list', 'create'],
    environment: ['read', 'modify'],
    'environment.settings': ['read', 'modify'],
    'environment.hosts': ['list', 'create'],
    host: ['read', 'modify'],
  },
  installer: {
    'platform.tenants': ['list', 'create'],
    'platform.zones': ['list', 'create'],
    tenant: ['read'],
    'tenant.environments': ['list', 'create'],
    environment: ['read'],
    'environment.hosts': ['list', 'create'],
    'environment.applications': ['list', 'create'],
    'environment.containers': ['list'],
    application: ['read', 'modify'],
    operation: ['read'],
  },
  reconciler: {
    environment: ['read', 'modify'],
    host: ['read', 'modify'],
    application: ['read', 'modify', 'delete'],
    'application.jobs': ['list', 'read', 'modify'],
    'application.runs': ['list', 'read', 'create', 'modify'],
    operation: ['read', 'modify'],
  },
};

/** True when the role grants the action on the kind. */
export const roleMay = (role: Role, action: Action, kind: ResourceKind): boolean =>
  grants[role][kind]?.includes(action) ?? false;
