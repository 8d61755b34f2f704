// The one policy function: every door (publish, scale, later edits, templates, imports) asks it, for both drivers.
// Pure: spec and settings in, refusals out. Profiles follow the Pod Security Standards; default deny for what can leave
// the container.
import type { ApplicationSpec, ServiceSpec } from '@berth/contract/application-spec.ts';
import { labelPrefix } from '@berth/contract/docker-server-api.ts';
import type { EnvironmentSettings } from '@berth/contract/environments.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { subnetFault } from './subnets.ts';

interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly path: string;
  readonly cis?: string;
}

export const evaluatePolicy = (spec: ApplicationSpec, settings: EnvironmentSettings): Problem[] => {
  const refusals: Refusal[] = [];
  const allowsAll = settings.policyProfile === 'privileged';
  for (const [name, service] of Object.entries(spec.services)) {
    refusals.push(...alwaysRefused(name, service, spec));
    if (!allowsAll) refusals.push(...baseline(name, service, settings));
    if (settings.policyProfile === 'restricted') refusals.push(...restricted(name, service));
  }
  for (const [name, volume] of Object.entries(spec.volumes)) {
    const path = `volumes.${name}`;
    if ((volume.driver ?? 'local') !== 'local')
      refusals.push({
        code: 'volume_driver',
        message: `The volume driver ${volume.driver} is not offered here`,
        path: `${path}.driver`,
      });
    if (Object.keys(volume.driverOptions ?? {}).length > 0)
      refusals.push({
        code: 'volume_options',
        message: 'Options of the local volume driver can mount any folder of the host; leave driver_opts out',
        path: `${path}.driver_opts`,
        cis: '5.6',
      });
    refusals.push(...reservedLabels(volume.labels, `${path}.labels`));
  }
  for (const [name, network] of Object.entries(spec.networks)) {
    const path = `networks.${name}`;
    if ((network.driver ?? 'bridge') !== 'bridge')
      refusals.push({
        code: 'network_driver',
        message: `The network driver ${network.driver} is not offered in a standalone environment; leave it out`,
        path: `${path}.driver`,
      });
    if (Object.keys(network.driverOptions ?? {}).length > 0)
      refusals.push({
        code: 'network_options',
        message: 'Options of network drivers are set by the platform; leave driver_opts out',
        path: `${path}.driver_opts`,
      });
    refusals.push(...reservedLabels(network.labels, `${path}.labels`));
    for (const [index, { subnet }] of (network.ipam?.config ?? []).entries()) {
      const fault = subnet === undefined || allowsAll ? undefined : subnetFault(subnet);
      if (fault !== undefined)
        refusals.push({ code: 'subnet', message: fault, path: `${path}.ipam.config[${index}].subnet` });
    }
  }
  return refusals.map((refusal) => ({ severity: 'error', ...refusal }));
};

const reservedLabels = (labels: Readonly<Record<string, string>>, path: string): Refusal[] =>
  Object.keys(labels)
    .filter((label) => label.toLowerCase().startsWith(labelPrefix))
    .map((label) => ({
      code: 'reserved_label',
      message: `Labels that begin with ${labelPrefix} belong to the platform`,
      path: `${path}.${label}`,
    }));

// A process's root and working folder are ways to every other path, which only the kernel can follow.
const reachesEngine = (source: string): boolean =>
  /^\/proc\/[^/]+\/(.*\/)?(root|cwd)(\/|$)/.test(clean(source)) ||
  sockets.some((socket) => covers(source, socket) || covers(socket, source));

const sockets = ['/var/run/docker.sock', '/run/docker.sock', '/run/containerd', '/var/run/containerd'];

// No profile allows these: they reach into the engine itself or into other applications.
const alwaysRefused = (name: string, service: ServiceSpec, spec: ApplicationSpec): Refusal[] => {
  const refusals: Refusal[] = [];
  const at = (key: string) => `services.${name}.${key}`;
  for (const [index, mount] of service.mounts.entries()) {
    if (mount.kind !== 'bind') continue;
    const path = at(`volumes[${index}]`);
    if (!mount.source.startsWith('/'))
      refusals.push({
        code: 'bind_mount',
        message: `${mount.source} would be a folder beside the file, and the server has none; use a named volume`,
        path,
        cis: '5.6',
      });
    else if (reachesEngine(mount.source))
      refusals.push({
        code: 'engine_socket',
        message: 'The socket of the Docker engine is not given to containers',
        path,
        cis: '5.32',
      });
  }
  for (const [key, value] of [
    ['network_mode', service.networkMode],
    ['pid', service.pid],
    ['ipc', service.ipc],
  ] as const) {
    if (value?.startsWith('container:') === true)
      refusals.push({
        code: 'foreign_namespace',
        message: `${key}: ${value} would join a container by its name; use service:NAME of this application`,
        path: at(key),
      });
    const shared = value?.match(/^service:(.+)$/)?.[1];
    if (shared !== undefined && spec.services[shared] === undefined)
      refusals.push({
        code: 'foreign_namespace',
        message: `There is no service ${shared} in this application`,
        path: at(key),
      });
  }
  // The engine takes any other word for the name of a network, anybody's.
  if (service.networkMode !== undefined && !/^(none|host|(service|container):.+)$/.test(service.networkMode))
    refusals.push({
      code: 'foreign_namespace',
      message: `network_mode: ${service.networkMode} is not offered here; use none, host, service:NAME or networks`,
      path: at('network_mode'),
    });
  if (service.cgroupParent !== undefined)
    refusals.push({
      code: 'cgroup_parent',
      message: 'cgroup_parent would leave the limits of the environment',
      path: at('cgroup_parent'),
      cis: '5.24',
    });
  if (service.oomKillDisable === true)
    refusals.push({
      code: 'oom_kill_disable',
      message: 'oom_kill_disable can hang the host',
      path: at('oom_kill_disable'),
    });
  if ((service.externalLinks ?? []).length > 0)
    refusals.push({
      code: 'external_links',
      message: 'external_links reach out of the application; put both on a shared network instead',
      path: at('external_links'),
    });
  refusals.push(...reservedLabels(service.labels, at('labels')), ...buildRefusals(name, service));
  return refusals;
};

/** A build runs commands before any container is there to be judged. */
const buildRefusals = (name: string, { build }: ServiceSpec): Refusal[] => {
  if (build === undefined) return [];
  const path = `services.${name}.build`;
  const refusals = reservedLabels(build.labels, `${path}.labels`);
  if (build.network !== undefined && build.network !== 'none')
    refusals.push({
      code: 'build_network',
      message: `A build does not join the network ${build.network}; use none, or leave it out`,
      path: `${path}.network`,
      cis: '5.10',
    });
  return refusals;
};

const safeCapabilities = new Set([
  'AUDIT_WRITE',
  'CHOWN',
  'DAC_OVERRIDE',
  'FOWNER',
  'FSETID',
  'KILL',
  'MKNOD',
  'NET_BIND_SERVICE',
  'SETFCAP',
  'SETGID',
  'SETPCAP',
  'SETUID',
  'SYS_CHROOT',
]);
const safeSysctls = new Set([
  'kernel.shm_rmid_forced',
  'net.ipv4.ip_local_port_range',
  'net.ipv4.tcp_syncookies',
  'net.ipv4.ping_group_range',
  'net.ipv4.ip_unprivileged_port_start',
]);
const logDrivers = new Set(['json-file', 'local']);

export const normalCapability = (text: string): string => text.trim().toUpperCase().replace(/^CAP_/, '');

const baseline = (name: string, service: ServiceSpec, settings: EnvironmentSettings): Refusal[] => {
  const refusals: Refusal[] = [];
  const refuse = (code: string, key: string, message: string, cis?: string) =>
    refusals.push({ code, message, path: `services.${name}.${key}`, ...(cis === undefined ? {} : { cis }) });
  if (service.privileged === true)
    refuse('privileged', 'privileged', 'A privileged container is root on the host', '5.5');
  if (service.networkMode === 'host')
    refuse(
      'host_network',
      'network_mode',
      'The host’s network is shared by everything on it; publish ports instead',
      '5.10',
    );
  if (service.pid === 'host') refuse('host_pid', 'pid', 'The host’s processes are not shown to containers', '5.16');
  if (service.ipc === 'host') refuse('host_ipc', 'ipc', 'The host’s shared memory is not given to containers', '5.17');
  if (service.uts === 'host') refuse('host_uts', 'uts', 'The host’s name belongs to the host', '5.21');
  if (service.usernsMode === 'host')
    refuse('host_userns', 'userns_mode', 'The host’s user namespace is not given to containers', '5.31');
  if (service.cgroup === 'host')
    refuse('host_cgroup', 'cgroup', 'The host’s cgroups are not given to containers', '5.24');
  for (const capability of service.capAdd ?? [])
    if (!safeCapabilities.has(normalCapability(capability)))
      refuse('capability', 'cap_add', `The capability ${normalCapability(capability)} is not offered here`, '5.3');
  for (const option of service.securityOpt ?? [])
    if (!/^no-new-privileges([:=]true)?$/.test(option.trim()))
      refuse('security_option', 'security_opt', `${option} would switch a protection off`, '5.22');
  for (const sysctl of Object.keys(service.sysctls ?? {}))
    if (!safeSysctls.has(sysctl))
      refuse('sysctl', `sysctls.${sysctl}`, `The kernel setting ${sysctl} is not offered here`);
  refusals.push(...hostRefusals(name, 'extra_hosts', service.extraHosts));
  refusals.push(...hostRefusals(name, 'build.extra_hosts', service.build?.extraHosts));
  for (const [index, { published }] of service.ports.entries()) {
    const count = published === undefined ? 0 : published.to - published.from + 1;
    if (count > rangePortsMaximum)
      refuse(
        'port_range',
        `ports[${index}]`,
        `A range of ${count} ports of the host is too wide; ${rangePortsMaximum} are offered`,
      );
  }
  if ((service.devices ?? []).length > 0)
    refuse('devices', 'devices', 'Devices of the host are not given to containers', '5.18');
  if (service.runtime !== undefined) refuse('runtime', 'runtime', 'The runtime is chosen by the platform');
  if ((service.oomScoreAdj ?? 0) < 0)
    refuse('oom_score', 'oom_score_adj', 'A negative value would push other programs out of memory first');
  for (const group of service.groupAdd ?? [])
    if (!/^[1-9]\d*$/.test(group)) refuse('group', 'group_add', 'Groups must be numbers other than 0');
  refusals.push(...loggingRefusals(name, service));
  for (const [index, mount] of service.mounts.entries()) {
    if (mount.kind !== 'bind' || !mount.source.startsWith('/')) continue;
    if (!settings.bindRoots.some((root) => covers(root, mount.source)))
      refuse(
        'bind_mount',
        `volumes[${index}]`,
        `The folder ${mount.source} of the host is not granted to this environment; use a named volume`,
        '5.6',
      );
  }
  return refusals;
};

/** Logs are collected by the platform, and an address would be one the host sends to. */
const loggingRefusals = (name: string, { logging }: ServiceSpec): Refusal[] => {
  if (logging === undefined) return [];
  const path = `services.${name}.logging`;
  const known = ['max-size', 'max-file', 'mode', 'max-buffer-size', 'compress'];
  const foreign = Object.keys(logging.options).filter((option) => !known.includes(option));
  const refusals = foreign.map((option) => ({
    code: 'log_option',
    message: `The log option ${option} is set by the platform`,
    path: `${path}.options.${option}`,
  }));
  if (logDrivers.has(logging.driver)) return refusals;
  const message = `The log driver ${logging.driver} is not offered here; logs are collected by the platform`;
  return [{ code: 'log_driver', message, path: `${path}.driver` }, ...refusals];
};

/** Ports of a host are for all its applications. */
const rangePortsMaximum = 1000;

/** Names for the host itself, and for addresses only the host is meant to reach. */
const hostRefusals = (name: string, key: string, hosts: ServiceSpec['extraHosts']): Refusal[] =>
  (hosts ?? []).flatMap(([neighbour, address]) => {
    const path = `services.${name}.${key}.${neighbour}`;
    if (address === 'host-gateway')
      return [
        {
          code: 'host_gateway',
          message: 'The host itself is no neighbour of containers; leave host-gateway out',
          path,
        },
      ];
    if (/^(169\.254\.|fe80:)/i.test(address))
      return [
        {
          code: 'link_local',
          message: `${address} is an address of the host’s own link, where its data about itself are kept; leave it out`,
          path,
        },
      ];
    return [];
  });

const restricted = (name: string, service: ServiceSpec): Refusal[] => {
  const refusals: Refusal[] = [];
  const refuse = (code: string, key: string, message: string) =>
    refusals.push({ code, message, path: `services.${name}.${key}` });
  const user = service.user?.split(':')[0]?.trim() ?? '';
  // The engine reads 00 and +0 as 0 too.
  if (user === 'root' || /^([+-]?0+)?$/.test(user))
    refuse('root_user', 'user', 'The restricted profile wants a user other than root');
  if (!(service.capDrop ?? []).some((capability) => normalCapability(capability) === 'ALL'))
    refuse('capability', 'cap_drop', 'The restricted profile wants cap_drop: [ALL]');
  for (const capability of service.capAdd ?? [])
    if (normalCapability(capability) !== 'NET_BIND_SERVICE')
      refuse('capability', 'cap_add', 'The restricted profile gives back NET_BIND_SERVICE only');
  if (!(service.securityOpt ?? []).some((option) => option.trim().startsWith('no-new-privileges')))
    refuse('security_option', 'security_opt', 'The restricted profile wants no-new-privileges:true');
  return refusals;
};

/** True when `path` is `root` or below it; both cleaned first. */
const covers = (root: string, path: string): boolean => {
  const a = clean(root);
  const b = clean(path);
  return a === '/' || b === a || b.startsWith(`${a}/`);
};

const clean = (path: string): string => {
  const parts: string[] = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part === '..') parts.pop();
    else parts.push(part);
  }
  return `/${parts.join('/')}`;
};
