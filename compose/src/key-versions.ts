// Which file format brought a key. Two lines of formats went on side by side, 2.x and 3.x, so a key can have come
// twice; what stands nowhere here came with the specification that followed both.
import { firstFormatKeys } from './load/first-format.ts';

/** `1`, `2.1, 3.0`, `2.2`, `3.3` or `specification`. */
export const keySince = (key: string): string => {
  const ofService = /^services\.\*\.([^.]+)(?:\.|$)/.exec(key)?.[1] ?? '';
  const isFirst = key === `services.*.${ofService}` && firstNames.has(ofService);
  return isFirst ? '1' : (listed.get(key) ?? 'specification');
};

const firstNames: ReadonlySet<string> = new Set<string>(firstFormatKeys.filter((key) => key !== 'uts'));

type Brought = { readonly since: string; readonly under?: string; readonly keys: string };

const service = 'services.*';

const brought: readonly Brought[] = [
  { since: '1', under: service, keys: 'extends.file extends.service ulimits.*.hard ulimits.*.soft' },
  {
    since: '2.0, 3.0',
    keys: `version services networks networks.*.driver networks.*.driver_opts networks.*.external
      networks.*.external.name networks.*.internal networks.*.ipam networks.*.ipam.config
      networks.*.ipam.config.*.subnet networks.*.ipam.driver volumes volumes.*.driver volumes.*.driver_opts
      volumes.*.external volumes.*.external.name`,
  },
  {
    since: '2.0, 3.0',
    under: service,
    keys: `build.args build.context build.dockerfile depends_on logging logging.driver logging.options network_mode
      networks networks.*.aliases networks.*.ipv4_address networks.*.ipv6_address stop_grace_period tmpfs`,
  },
  {
    since: '2.0',
    under: service,
    keys: 'dns_opt group_add mem_reservation networks.*.priority oom_score_adj',
  },
  {
    since: '2.0',
    under: 'networks.*.ipam.config.*',
    keys: 'aux_addresses gateway ip_range',
  },
  {
    since: '2.1, 3.0',
    under: service,
    keys: `healthcheck healthcheck.disable healthcheck.interval healthcheck.retries healthcheck.test
      healthcheck.timeout sysctls userns_mode`,
  },
  { since: '2.1, 3.0', keys: 'networks.*.labels volumes.*.labels' },
  { since: '2.1, 3.3', under: service, keys: 'build.labels' },
  { since: '2.1, 3.4', keys: 'volumes.*.name' },
  { since: '2.1, 3.5', keys: 'networks.*.name services.*.isolation services.*.build.isolation' },
  { since: '2.1', keys: 'networks.*.enable_ipv6 networks.*.ipam.options' },
  {
    since: '2.1',
    under: service,
    keys: `cpu_count cpu_percent depends_on.*.condition networks.*.link_local_ips oom_kill_disable pids_limit
      storage_opt`,
  },
  { since: '2.2, 3.2', under: service, keys: 'build.cache_from' },
  { since: '2.2, 3.4', under: service, keys: 'build.network' },
  { since: '2.2, 3.7', under: service, keys: 'init' },
  {
    since: '2.2',
    under: service,
    keys: `blkio_config blkio_config.device_read_bps blkio_config.device_read_bps.*.path
      blkio_config.device_read_bps.*.rate blkio_config.device_read_iops blkio_config.device_read_iops.*.path
      blkio_config.device_read_iops.*.rate blkio_config.device_write_bps blkio_config.device_write_bps.*.path
      blkio_config.device_write_bps.*.rate blkio_config.device_write_iops blkio_config.device_write_iops.*.path
      blkio_config.device_write_iops.*.rate blkio_config.weight blkio_config.weight_device
      blkio_config.weight_device.*.path blkio_config.weight_device.*.weight cpu_period cpu_rt_period cpu_rt_runtime
      cpus scale`,
  },
  {
    since: '2.3, 3.2',
    under: service,
    keys: `volumes.*.bind volumes.*.bind.propagation volumes.*.read_only volumes.*.source volumes.*.target
      volumes.*.type volumes.*.volume volumes.*.volume.nocopy`,
  },
  { since: '2.3, 3.4', under: service, keys: 'build.shm_size build.target healthcheck.start_period' },
  { since: '2.3, 3.6', under: service, keys: 'volumes.*.tmpfs volumes.*.tmpfs.size' },
  { since: '2.3', under: service, keys: 'build.extra_hosts device_cgroup_rules runtime volumes.*.consistency' },
  { since: '2.4', under: service, keys: 'platform' },
  {
    since: '3.0',
    under: `${service}.deploy`,
    keys: `. labels mode placement placement.constraints replicas resources resources.limits resources.limits.cpus
      resources.limits.memory resources.reservations resources.reservations.cpus resources.reservations.memory
      restart_policy restart_policy.condition restart_policy.delay restart_policy.max_attempts restart_policy.window
      update_config update_config.delay update_config.failure_action update_config.max_failure_ratio
      update_config.monitor update_config.parallelism`,
  },
  {
    since: '3.1',
    keys: `secrets secrets.*.external secrets.*.external.name secrets.*.file services.*.secrets
      services.*.secrets.*.gid services.*.secrets.*.mode services.*.secrets.*.source services.*.secrets.*.target
      services.*.secrets.*.uid`,
  },
  { since: '3.1', keys: 'secrets.*.labels' },
  {
    since: '3.2',
    keys: `networks.*.attachable services.*.deploy.endpoint_mode services.*.ports.*.mode services.*.ports.*.protocol
      services.*.ports.*.published services.*.ports.*.target`,
  },
  {
    since: '3.3',
    keys: `configs configs.*.external configs.*.external.name configs.*.file configs.*.labels services.*.configs
      services.*.configs.*.gid services.*.configs.*.mode services.*.configs.*.source services.*.configs.*.target
      services.*.configs.*.uid services.*.credential_spec services.*.credential_spec.file
      services.*.credential_spec.registry services.*.deploy.placement.preferences
      services.*.deploy.placement.preferences.*.spread`,
  },
  { since: '3.4', under: service, keys: 'deploy.update_config.order' },
  {
    since: '3.5',
    keys: `configs.*.name secrets.*.name services.*.deploy.resources.reservations.generic_resources
      services.*.deploy.resources.reservations.generic_resources.*.discrete_resource_spec
      services.*.deploy.resources.reservations.generic_resources.*.discrete_resource_spec.kind
      services.*.deploy.resources.reservations.generic_resources.*.discrete_resource_spec.value`,
  },
  {
    since: '3.7',
    under: `${service}.deploy.rollback_config`,
    keys: '. delay failure_action max_failure_ratio monitor order parallelism',
  },
  {
    since: '3.8',
    keys: `configs.*.template_driver secrets.*.driver secrets.*.driver_opts secrets.*.template_driver
      services.*.credential_spec.config services.*.deploy.placement.max_replicas_per_node`,
  },
];

/** For the test that no key stands here twice, and none that does not exist. */
export const listedVersions: readonly (readonly [string, string])[] = brought.flatMap(({ since, under, keys }) =>
  keys
    .trim()
    .split(/\s+/)
    .map((key) => [under === undefined ? key : key === '.' ? under : `${under}.${key}`, since] as const),
);

const listed: ReadonlyMap<string, string> = new Map(listedVersions);
