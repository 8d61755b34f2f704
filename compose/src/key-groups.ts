// The table behind key-classes.ts: keys that share a class and a reason, group by group. Those that are refused are in
// key-refusals.ts.

export const keyClassNames = ['done', 'done differently', 'needs a policy grant', 'refused'] as const;
export type KeyClassName = (typeof keyClassNames)[number];

export type KeyClass = {
  readonly class: KeyClassName;
  /** One line for the person who uses the key: what happens, or why it is refused. */
  readonly note: string;
  /** The file formats that brought the key: `1`, `2.1, 3.0`, `specification`. */
  readonly since: string;
};

export type KeyGroup = {
  readonly class: KeyClassName;
  readonly note: string;
  /** Put before each key. */
  readonly under?: string;
  /** Keys, split at blanks. `.` means `under` itself. */
  readonly keys: string;
};

const service = 'services.*';

const serviceGroups: readonly KeyGroup[] = [
  {
    class: 'done',
    note: 'taken as it is',
    under: service,
    keys: `cap_drop command cpu_quota cpu_shares cpuset dns dns_search domainname entrypoint environment expose hostname
      image labels mac_address mem_limit mem_swappiness memswap_limit ports read_only restart shm_size stdin_open
      stop_signal tty ulimits ulimits.*.hard ulimits.*.soft user volumes working_dir`,
  },
  {
    class: 'done',
    note: 'read from the bundle only',
    under: service,
    keys: 'env_file extends extends.file extends.service',
  },
  {
    class: 'done',
    note: 'names of platform services cannot be taken',
    under: service,
    keys: 'extra_hosts',
  },
  { class: 'done', note: 'services of the same application only', under: service, keys: 'volumes_from' },
  {
    class: 'done',
    note: 'taken as it is',
    under: service,
    keys: `cpus mem_reservation depends_on depends_on.*.condition group_add logging logging.driver logging.options networks
      networks.*.aliases networks.*.ipv4_address networks.*.ipv6_address pids_limit stop_grace_period tmpfs`,
  },
  {
    class: 'done',
    note: 'none and service:NAME; bridge is the network of the application; host needs a policy grant',
    under: service,
    keys: 'network_mode',
  },
  {
    class: 'done',
    note: 'taken as it is',
    under: service,
    keys: 'healthcheck healthcheck.disable healthcheck.interval healthcheck.retries healthcheck.test healthcheck.timeout',
  },
  {
    class: 'done',
    note: 'taken as it is',
    under: service,
    keys: 'cpu_period dns_opt init networks.*.priority scale healthcheck.start_period platform',
  },
  {
    class: 'done',
    note: 'long form',
    under: service,
    keys: `ports.*.host_ip ports.*.mode ports.*.protocol ports.*.published ports.*.target volumes.*.read_only
      volumes.*.source volumes.*.target volumes.*.type volumes.*.volume volumes.*.volume.nocopy
      volumes.*.tmpfs volumes.*.tmpfs.mode volumes.*.tmpfs.size`,
  },
  {
    class: 'done',
    note: 'how many containers, how much of the host, and when they start again',
    under: `${service}.deploy`,
    keys: `. mode replicas resources resources.limits resources.limits.cpus resources.limits.memory
      resources.limits.pids resources.reservations resources.reservations.memory restart_policy
      restart_policy.condition restart_policy.max_attempts`,
  },
  {
    class: 'done',
    note: 'taken as it is',
    under: service,
    keys: `depends_on.*.required depends_on.*.restart env_file.*.format env_file.*.path
      env_file.*.required label_file profiles`,
  },
  {
    class: 'done',
    note: 'always, missing, never and build; a revision finds out once what a tag stands for, with always by a pull; what pulls again after a time is refused',
    under: service,
    keys: 'pull_policy',
  },
];

const buildGroups: readonly KeyGroup[] = [
  {
    class: 'done',
    note: 'built on the host from files of the bundle; built again only when something of it changed',
    under: `${service}.build`,
    keys: '. args context dockerfile dockerfile_inline extra_hosts labels network no_cache pull shm_size target',
  },
  {
    class: 'done differently',
    note: 'the image gets a name of ours, and is pushed nowhere',
    under: `${service}.build`,
    keys: 'tags',
  },
  {
    class: 'done differently',
    note: 'the layers that are on the host are the cache',
    under: `${service}.build`,
    keys: 'cache_from cache_to',
  },
  {
    class: 'done differently',
    note: 'all stages are built anew, those named and the others',
    under: `${service}.build`,
    keys: 'no_cache_filter',
  },
  {
    class: 'done differently',
    note: 'an image that stays on its host needs no papers about where it is from',
    under: `${service}.build`,
    keys: 'provenance sbom',
  },
  {
    class: 'done differently',
    note: 'an image is built on the host it runs on, for that host; more than one platform is refused',
    under: `${service}.build`,
    keys: 'platforms',
  },
];

const fileGroups: readonly KeyGroup[] = [
  {
    class: 'done',
    note: 'a file of the bundle, a text or a variable, given to containers as a file that cannot be written',
    keys: `configs configs.*.content configs.*.environment configs.*.file secrets secrets.*.environment secrets.*.file
      services.*.configs services.*.configs.*.source services.*.configs.*.target services.*.secrets
      services.*.secrets.*.source services.*.secrets.*.target`,
  },
  {
    class: 'done',
    note: 'taken as it is, also where docker compose leaves owner and mode as they are on disk',
    keys: `services.*.configs.*.gid services.*.configs.*.mode services.*.configs.*.uid services.*.secrets.*.gid
      services.*.secrets.*.mode services.*.secrets.*.uid`,
  },
  {
    class: 'done differently',
    note: 'the file belongs to the application and needs no name or label of its own',
    keys: 'configs.*.labels configs.*.name secrets.*.labels secrets.*.name',
  },
];

const deployGroups: readonly KeyGroup[] = [
  {
    class: 'done',
    note: 'how containers are replaced; pause holds the upgrade until somebody decides',
    under: `${service}.deploy.update_config`,
    keys: '. delay failure_action monitor order parallelism',
  },
  {
    class: 'done differently',
    note: 'the first container that does not come up is the failure',
    under: service,
    keys: 'deploy.update_config.max_failure_ratio',
  },
  {
    class: 'done differently',
    note: 'the way back follows the rules of update_config and waits for nothing',
    under: `${service}.deploy.rollback_config`,
    keys: '. delay failure_action max_failure_ratio monitor order parallelism',
  },
  {
    class: 'done differently',
    note: 'a standalone environment has one host, so everything runs there, whatever is asked of it',
    under: `${service}.deploy.placement`,
    keys: '. constraints max_replicas_per_node preferences preferences.*.spread',
  },
  {
    class: 'done differently',
    note: 'labels of a service of a Swarm; containers have those under "labels"',
    under: service,
    keys: 'deploy.labels',
  },
];

const differentGroups: readonly KeyGroup[] = [
  {
    class: 'done differently',
    note: 'passed on, and engines before version 24 leave them out',
    under: service,
    keys: 'annotations',
  },
  {
    class: 'done differently',
    note: 'the first network of a service gets it; on others the engine chooses',
    under: service,
    keys: 'networks.*.mac_address',
  },
  {
    class: 'done differently',
    note: 'the container gets a name of ours, and this one as an alias on its networks',
    under: service,
    keys: 'container_name',
  },
  {
    class: 'done differently',
    note: 'the alias is a name on the network of the application',
    under: service,
    keys: 'links',
  },
  {
    class: 'done differently',
    note: 'hosts run Linux without SELinux, so this has no effect',
    under: service,
    keys: 'volumes.*.bind.selinux volumes.*.consistency',
  },
  {
    class: 'done differently',
    note: 'describes the port and changes nothing',
    under: service,
    keys: 'ports.*.app_protocol ports.*.name',
  },
  {
    class: 'done differently',
    note: 'engines of this platform check at one interval from the start',
    under: service,
    keys: 'healthcheck.start_interval',
  },
  {
    class: 'done differently',
    note: 'for work on a developer’s machine; it has no effect here',
    under: service,
    keys: `attach develop develop.watch develop.watch.*.action develop.watch.*.exec develop.watch.*.exec.command
      develop.watch.*.exec.environment develop.watch.*.exec.privileged develop.watch.*.exec.user
      develop.watch.*.exec.working_dir develop.watch.*.ignore develop.watch.*.include develop.watch.*.initial_sync
      develop.watch.*.path develop.watch.*.target`,
  },
  {
    class: 'done differently',
    note: 'the engine has its own growing pause between starts',
    under: service,
    keys: 'deploy.restart_policy.delay deploy.restart_policy.window',
  },
  {
    class: 'done differently',
    note: 'labels are those of the declared volume',
    under: service,
    keys: 'volumes.*.volume.labels',
  },
  {
    class: 'done differently',
    note: 'a wish to a scheduler; on one host it has no effect',
    under: service,
    keys: 'deploy.resources.reservations.cpus deploy.endpoint_mode',
  },
];

const grantGroups: readonly KeyGroup[] = [
  {
    class: 'needs a policy grant',
    note: 'gives the container more of the host than others have',
    under: service,
    keys: `cap_add devices devices.*.permissions devices.*.source devices.*.target ipc pid privileged security_opt uts`,
  },
  {
    class: 'needs a policy grant',
    note: 'changes how the host treats the container',
    under: service,
    keys: 'cgroup oom_score_adj runtime sysctls userns_mode',
  },
  {
    class: 'needs a policy grant',
    note: 'folders of the host that were granted to the environment; others are refused, in the short form too',
    under: service,
    keys: 'volumes.*.bind volumes.*.bind.create_host_path volumes.*.bind.propagation',
  },
  {
    class: 'needs a policy grant',
    note: 'no profile grants it: it would leave the limits of the environment, or hang the host',
    under: service,
    keys: 'cgroup_parent oom_kill_disable',
  },
  {
    class: 'needs a policy grant',
    note: 'no profile grants it: it reaches containers of others; put both on a network that is external for one of them',
    under: service,
    keys: 'external_links',
  },
  {
    class: 'needs a policy grant',
    note: 'local for volumes and bridge for networks; no profile grants another',
    keys: 'networks.*.driver volumes.*.driver',
  },
  {
    class: 'needs a policy grant',
    note: 'no profile grants it: options of drivers mount folders of the host and join its networks',
    keys: 'networks.*.driver_opts volumes.*.driver_opts',
  },
];

const topGroups: readonly KeyGroup[] = [
  { class: 'done', note: 'taken as it is', keys: 'services networks volumes' },
  { class: 'done', note: 'has no effect any more', keys: 'version' },
  { class: 'done', note: 'the name offered for the application', keys: 'name' },
  {
    class: 'done',
    note: 'read from the bundle only',
    keys: 'include include.*.env_file include.*.path include.*.project_directory',
  },
  {
    class: 'done',
    note: 'external: an object of this environment, by its name',
    keys: `networks.*.attachable networks.*.enable_ipv6 networks.*.external networks.*.external.name
      networks.*.enable_ipv4 networks.*.internal networks.*.ipam networks.*.ipam.config networks.*.ipam.config.*.aux_addresses
      networks.*.ipam.config.*.gateway networks.*.ipam.config.*.ip_range networks.*.ipam.config.*.subnet
      networks.*.ipam.driver networks.*.labels networks.*.name volumes.*.external volumes.*.external.name
      volumes.*.labels volumes.*.name`,
  },
];

export const carriedGroups: readonly KeyGroup[] = [
  ...serviceGroups,
  ...buildGroups,
  ...fileGroups,
  ...deployGroups,
  ...differentGroups,
  ...grantGroups,
  ...topGroups,
];
