// The table behind key-classes.ts: keys that share a class and a reason, group by group.

export const keyClassNames = ['done', 'done differently', 'needs a policy grant', 'refused'] as const;
export type KeyClassName = (typeof keyClassNames)[number];

export type KeyClass = {
  readonly class: KeyClassName;
  /** One line for the person who uses the key: what happens, or why it is refused. */
  readonly note: string;
  /** The file format that brought the key, where known. */
  readonly since?: string;
};

export type KeyGroup = {
  readonly class: KeyClassName;
  readonly note: string;
  readonly since?: string;
  /** Put before each key. */
  readonly under?: string;
  /** Keys, split at blanks. `.` means `under` itself. */
  readonly keys: string;
};

const service = 'services.*';
const resources = `${service}.deploy.resources`;
const notYet = 'not supported yet:';

const serviceGroups: readonly KeyGroup[] = [
  {
    class: 'done',
    note: 'taken as it is',
    since: '1',
    under: service,
    keys: `cap_drop command cpu_quota cpu_shares cpuset dns dns_search domainname entrypoint environment expose hostname
      image labels mac_address mem_limit mem_swappiness memswap_limit ports read_only restart shm_size stdin_open
      stop_signal tty ulimits ulimits.*.hard ulimits.*.soft user volumes working_dir`,
  },
  {
    class: 'done',
    note: 'read from the bundle only',
    since: '1',
    under: service,
    keys: 'env_file extends extends.file extends.service',
  },
  {
    class: 'done',
    note: 'names of platform services cannot be taken',
    since: '1',
    under: service,
    keys: 'extra_hosts',
  },
  { class: 'done', note: 'services of the same application only', since: '1', under: service, keys: 'volumes_from' },
  {
    class: 'done',
    note: 'taken as it is',
    since: '2.0',
    under: service,
    keys: `cpus mem_reservation depends_on depends_on.*.condition group_add logging logging.driver logging.options networks
      networks.*.aliases networks.*.ipv4_address networks.*.ipv6_address pids_limit stop_grace_period tmpfs`,
  },
  {
    class: 'done',
    note: 'none and service:NAME; host needs a policy grant',
    since: '2.0',
    under: service,
    keys: 'network_mode',
  },
  {
    class: 'done',
    note: 'taken as it is',
    since: '2.1',
    under: service,
    keys: 'healthcheck healthcheck.disable healthcheck.interval healthcheck.retries healthcheck.test healthcheck.timeout',
  },
  {
    class: 'done',
    note: 'taken as it is',
    since: '2.2',
    under: service,
    keys: 'cpu_period dns_opt init networks.*.priority scale healthcheck.start_period platform',
  },
  {
    class: 'done',
    note: 'long form',
    since: '3.2',
    under: service,
    keys: `ports.*.host_ip ports.*.mode ports.*.protocol ports.*.published ports.*.target volumes.*.read_only
      volumes.*.source volumes.*.target volumes.*.type volumes.*.volume volumes.*.volume.nocopy volumes.*.volume.subpath
      volumes.*.tmpfs volumes.*.tmpfs.mode volumes.*.tmpfs.size volumes.*.bind volumes.*.bind.create_host_path
      volumes.*.bind.propagation`,
  },
  {
    class: 'done',
    note: 'how many containers, how much of the host, and when they start again',
    since: '3.0',
    under: `${service}.deploy`,
    keys: `. mode replicas resources resources.limits resources.limits.cpus resources.limits.memory
      resources.limits.pids resources.reservations resources.reservations.memory restart_policy
      restart_policy.condition restart_policy.max_attempts`,
  },
  {
    class: 'done',
    note: 'taken as it is',
    since: 'specification',
    under: service,
    keys: `annotations depends_on.*.required depends_on.*.restart env_file.*.format env_file.*.path
      env_file.*.required label_file networks.*.mac_address profiles pull_policy`,
  },
];

const differentGroups: readonly KeyGroup[] = [
  {
    class: 'done differently',
    note: 'the container gets a name of ours, and this one as an alias on its networks',
    since: '1',
    under: service,
    keys: 'container_name',
  },
  {
    class: 'done differently',
    note: 'the alias is a name on the network of the application',
    since: '1',
    under: service,
    keys: 'links',
  },
  {
    class: 'done differently',
    note: 'hosts run Linux without SELinux, so this has no effect',
    since: '3.2',
    under: service,
    keys: 'volumes.*.bind.selinux volumes.*.consistency',
  },
  {
    class: 'done differently',
    note: 'describes the port and changes nothing',
    since: 'specification',
    under: service,
    keys: 'ports.*.app_protocol ports.*.name',
  },
  {
    class: 'done differently',
    note: 'engines of this platform check at one interval from the start',
    since: 'specification',
    under: service,
    keys: 'healthcheck.start_interval',
  },
  {
    class: 'done differently',
    note: 'for work on a developer’s machine; it has no effect here',
    since: 'specification',
    under: service,
    keys: `attach develop develop.watch develop.watch.*.action develop.watch.*.exec develop.watch.*.exec.command
      develop.watch.*.exec.environment develop.watch.*.exec.privileged develop.watch.*.exec.user
      develop.watch.*.exec.working_dir develop.watch.*.ignore develop.watch.*.include develop.watch.*.initial_sync
      develop.watch.*.path develop.watch.*.target`,
  },
  {
    class: 'done differently',
    note: 'the engine has its own growing pause between starts',
    since: '3.0',
    under: service,
    keys: 'deploy.restart_policy.delay deploy.restart_policy.window',
  },
  {
    class: 'done differently',
    note: 'a wish to a scheduler; on one host it has no effect',
    since: '3.0',
    under: service,
    keys: 'deploy.resources.reservations.cpus deploy.endpoint_mode',
  },
];

const grantGroups: readonly KeyGroup[] = [
  {
    class: 'needs a policy grant',
    note: 'gives the container more of the host than others have',
    since: '1',
    under: service,
    keys: `cap_add cgroup_parent devices devices.*.permissions devices.*.source devices.*.target ipc pid privileged
      security_opt uts`,
  },
  {
    class: 'needs a policy grant',
    note: 'reaches containers outside the application',
    since: '1',
    under: service,
    keys: 'external_links',
  },
  {
    class: 'needs a policy grant',
    note: 'changes how the host treats the container',
    since: '2.1',
    under: service,
    keys: 'cgroup oom_kill_disable oom_score_adj runtime sysctls userns_mode',
  },
  {
    class: 'needs a policy grant',
    note: 'drivers can mount what belongs to others',
    since: '2.0',
    keys: 'networks.*.driver networks.*.driver_opts volumes.*.driver volumes.*.driver_opts',
  },
];

const topGroups: readonly KeyGroup[] = [
  { class: 'done', note: 'taken as it is', since: '2.0', keys: 'services networks volumes' },
  { class: 'done', note: 'has no effect any more', since: '2.0', keys: 'version' },
  { class: 'done', note: 'the name offered for the application', since: 'specification', keys: 'name' },
  {
    class: 'done',
    note: 'read from the bundle only',
    since: 'specification',
    keys: 'include include.*.env_file include.*.path include.*.project_directory',
  },
  {
    class: 'done',
    note: 'external: an object of this environment, by its name',
    since: '2.0',
    keys: `networks.*.attachable networks.*.enable_ipv6 networks.*.external networks.*.external.name
      networks.*.internal networks.*.ipam networks.*.ipam.config networks.*.ipam.config.*.aux_addresses
      networks.*.ipam.config.*.gateway networks.*.ipam.config.*.ip_range networks.*.ipam.config.*.subnet
      networks.*.ipam.driver networks.*.labels networks.*.name volumes.*.external volumes.*.external.name
      volumes.*.labels volumes.*.name`,
  },
];

const refusedGroups: readonly KeyGroup[] = [
  {
    class: 'refused',
    note: `${notYet} images are built elsewhere; push one and name it with "image"`,
    since: '1',
    under: `${service}.build`,
    keys: `. additional_contexts args cache_from cache_to context dockerfile dockerfile_inline entitlements extra_hosts
      isolation labels network no_cache no_cache_filter platforms privileged provenance pull sbom secrets secrets.*.gid
      secrets.*.mode secrets.*.source secrets.*.target secrets.*.uid shm_size ssh tags target ulimits ulimits.*.hard
      ulimits.*.soft`,
  },
  {
    class: 'refused',
    note: `${notYet} secrets and configs; use a variable or an image with the file`,
    since: '3.1',
    keys: `secrets secrets.*.driver secrets.*.driver_opts secrets.*.environment secrets.*.external
      secrets.*.external.name secrets.*.file secrets.*.labels secrets.*.name secrets.*.template_driver configs
      configs.*.content configs.*.environment configs.*.external configs.*.external.name configs.*.file
      configs.*.labels configs.*.name configs.*.template_driver services.*.configs services.*.configs.*.gid
      services.*.configs.*.mode services.*.configs.*.source services.*.configs.*.target services.*.configs.*.uid
      services.*.secrets services.*.secrets.*.gid services.*.secrets.*.mode services.*.secrets.*.source
      services.*.secrets.*.target services.*.secrets.*.uid`,
  },
  {
    class: 'refused',
    note: `${notYet} rules for updates; services are replaced one after the other`,
    since: '3.2',
    under: `${service}.deploy`,
    keys: `update_config update_config.delay update_config.failure_action update_config.max_failure_ratio
      update_config.monitor update_config.order update_config.parallelism rollback_config rollback_config.delay
      rollback_config.failure_action rollback_config.max_failure_ratio rollback_config.monitor rollback_config.order
      rollback_config.parallelism`,
  },
  {
    class: 'refused',
    note: `${notYet} placement; an application runs on the hosts of its environment`,
    since: '3.0',
    under: `${service}.deploy`,
    keys: `labels placement placement.constraints placement.max_replicas_per_node placement.preferences
      placement.preferences.*.spread`,
  },
  {
    class: 'refused',
    note: `${notYet} graphics cards and other reserved devices`,
    since: '3.5',
    keys: `${resources}.reservations.devices ${resources}.reservations.devices.*.capabilities
      ${resources}.reservations.devices.*.count ${resources}.reservations.devices.*.device_ids
      ${resources}.reservations.devices.*.driver ${resources}.reservations.devices.*.options
      ${resources}.reservations.generic_resources
      ${resources}.reservations.generic_resources.*.discrete_resource_spec
      ${resources}.reservations.generic_resources.*.discrete_resource_spec.kind
      ${resources}.reservations.generic_resources.*.discrete_resource_spec.value services.*.gpus
      services.*.gpus.*.capabilities services.*.gpus.*.count services.*.gpus.*.device_ids services.*.gpus.*.driver
      services.*.gpus.*.options`,
  },
  {
    class: 'refused',
    note: `${notYet} weights and limits of block devices`,
    since: '2.2',
    under: `${service}.blkio_config`,
    keys: `. device_read_bps device_read_bps.*.path device_read_bps.*.rate device_read_iops device_read_iops.*.path
      device_read_iops.*.rate device_write_bps device_write_bps.*.path device_write_bps.*.rate device_write_iops
      device_write_iops.*.path device_write_iops.*.rate weight weight_device weight_device.*.path
      weight_device.*.weight`,
  },
  {
    class: 'refused',
    note: `${notYet} commands around the start and the stop of a container`,
    since: 'specification',
    under: service,
    keys: `post_start post_start.*.command post_start.*.environment post_start.*.privileged post_start.*.user
      post_start.*.working_dir pre_stop pre_stop.*.command pre_stop.*.environment pre_stop.*.privileged pre_stop.*.user
      pre_stop.*.working_dir`,
  },
  {
    class: 'refused',
    note: `${notYet} models and providers`,
    since: 'specification',
    keys: `models models.*.context_size models.*.model models.*.name models.*.runtime_flags services.*.models
      services.*.models.*.endpoint_var services.*.models.*.model_var services.*.provider services.*.provider.options
      services.*.provider.type`,
  },
  {
    class: 'refused',
    note: 'only engines on Windows know it, and hosts run Linux',
    since: '2.1',
    under: service,
    keys: 'cpu_count cpu_percent credential_spec credential_spec.config credential_spec.file credential_spec.registry isolation',
  },
  {
    class: 'refused',
    note: 'real-time scheduling takes time from everything else on the host',
    since: '2.2',
    under: service,
    keys: 'cpu_rt_period cpu_rt_runtime',
  },
  {
    class: 'refused',
    note: 'the engine’s socket gives the whole host away',
    since: 'specification',
    under: service,
    keys: 'use_api_socket',
  },
  {
    class: 'refused',
    note: `${notYet} rules for devices without a path; name the devices under "devices"`,
    since: '2.3',
    under: service,
    keys: 'device_cgroup_rules',
  },
  {
    class: 'refused',
    note: `${notYet} options of the host’s storage`,
    since: '2.2',
    under: service,
    keys: 'storage_opt',
  },
  {
    class: 'refused',
    note: `${notYet} pulling again after a time; use pull_policy: always`,
    since: 'specification',
    under: service,
    keys: 'pull_refresh_after',
  },
  {
    class: 'refused',
    note: `${notYet} mounting an image; use a volume`,
    since: 'specification',
    under: service,
    keys: 'volumes.*.image volumes.*.image.subpath',
  },
  {
    class: 'refused',
    note: `${notYet} this option of a mount`,
    since: 'specification',
    under: service,
    keys: 'volumes.*.bind.recursive volumes.*.volume.labels',
  },
  {
    class: 'refused',
    note: `${notYet} this option of a network`,
    since: 'specification',
    keys: `services.*.networks.*.driver_opts services.*.networks.*.gw_priority services.*.networks.*.interface_name services.*.networks.*.link_local_ips networks.*.enable_ipv4 networks.*.ipam.options`,
  },
];

/** Keys only the first format has, or that mean something else there. */
export const firstFormat: Readonly<Record<string, KeyClass>> = {
  build: {
    class: 'refused',
    note: `${notYet} images are built elsewhere; push one and name it with "image"`,
    since: '1',
  },
  dockerfile: {
    class: 'refused',
    note: `${notYet} images are built elsewhere; push one and name it with "image"`,
    since: '1',
  },
  log_driver: { class: 'done', note: 'as logging.driver', since: '1' },
  log_opt: { class: 'done', note: 'as logging.options', since: '1' },
  net: { class: 'done', note: 'as network_mode; bridge is the network of the application', since: '1' },
  volume_driver: {
    class: 'needs a policy grant',
    note: 'as the driver of the named volumes of the service',
    since: '1',
  },
};

export const keyGroups: readonly KeyGroup[] = [
  ...serviceGroups,
  ...differentGroups,
  ...grantGroups,
  ...topGroups,
  ...refusedGroups,
];
