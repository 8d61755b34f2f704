// The keys that are refused, with reasons that hold: what an engine of a host that others share cannot or must not do.
import type { KeyClass, KeyGroup } from './key-groups.ts';

const service = 'services.*';
const resources = `${service}.deploy.resources`;

const buildRefusals: readonly KeyGroup[] = [
  {
    class: 'refused',
    note: 'a build reads one folder of the bundle; copy what it needs into that folder',
    under: `${service}.build`,
    keys: 'additional_contexts',
  },
  {
    class: 'refused',
    note: 'a key or a secret that a build can read stays readable in what it leaves behind; give it to the service instead',
    under: `${service}.build`,
    keys: 'secrets secrets.*.gid secrets.*.mode secrets.*.source secrets.*.target secrets.*.uid ssh',
  },
  {
    class: 'refused',
    note: 'a build with rights over the host is a way out of it for whoever wrote the file',
    under: `${service}.build`,
    keys: 'entitlements privileged',
  },
  {
    class: 'refused',
    note: 'only engines on Windows know it, and hosts run Linux',
    under: `${service}.build`,
    keys: 'isolation',
  },
  {
    class: 'refused',
    note: 'what a build may use is bounded by the platform, the same for all',
    under: `${service}.build`,
    keys: 'ulimits ulimits.*.hard ulimits.*.soft',
  },
];

const fileRefusals: readonly KeyGroup[] = [
  {
    class: 'refused',
    note: 'nothing is kept outside an application for others to fetch; use file, environment or content',
    keys: 'configs.*.external configs.*.external.name secrets.*.external secrets.*.external.name',
  },
  {
    class: 'refused',
    note: 'programs that fetch or fill in secrets are plugins of a Swarm; use a file or a variable',
    keys: 'configs.*.template_driver secrets.*.driver secrets.*.driver_opts secrets.*.template_driver',
  },
];

const hostRefusals: readonly KeyGroup[] = [
  {
    class: 'refused',
    note: 'hosts carry no runtime that hands graphics cards or other devices to containers on request',
    keys: `${resources}.reservations.devices ${resources}.reservations.devices.*.capabilities
      ${resources}.reservations.devices.*.count ${resources}.reservations.devices.*.device_ids
      ${resources}.reservations.devices.*.driver ${resources}.reservations.devices.*.options services.*.gpus
      services.*.gpus.*.capabilities services.*.gpus.*.count services.*.gpus.*.device_ids services.*.gpus.*.driver
      services.*.gpus.*.options`,
  },
  {
    class: 'refused',
    note: 'only hosts of a Swarm announce such resources',
    keys: `${resources}.reservations.generic_resources
      ${resources}.reservations.generic_resources.*.discrete_resource_spec
      ${resources}.reservations.generic_resources.*.discrete_resource_spec.kind
      ${resources}.reservations.generic_resources.*.discrete_resource_spec.value`,
  },
  {
    class: 'refused',
    note: 'limits name disks of the host, which nobody in a container knows, and a weight has no effect with the way hosts order their disks',
    under: `${service}.blkio_config`,
    keys: `. device_read_bps device_read_bps.*.path device_read_bps.*.rate device_read_iops device_read_iops.*.path
      device_read_iops.*.rate device_write_bps device_write_bps.*.path device_write_bps.*.rate device_write_iops
      device_write_iops.*.path device_write_iops.*.rate weight weight_device weight_device.*.path
      weight_device.*.weight`,
  },
  {
    class: 'refused',
    note: 'only engines on Windows know it, and hosts run Linux',
    under: service,
    keys: 'cpu_count cpu_percent credential_spec credential_spec.config credential_spec.file credential_spec.registry isolation',
  },
  {
    class: 'refused',
    note: 'real-time scheduling takes time from everything else on the host',
    under: service,
    keys: 'cpu_rt_period cpu_rt_runtime',
  },
  {
    class: 'refused',
    note: 'the engine’s socket gives the whole host away',
    under: service,
    keys: 'use_api_socket',
  },
  {
    class: 'refused',
    note: 'rules by number reach devices nobody has named; name the devices under "devices"',
    under: service,
    keys: 'device_cgroup_rules',
  },
  {
    class: 'refused',
    note: 'it depends on the disks of each host; keep data on a volume',
    under: service,
    keys: 'storage_opt',
  },
];

const lifeRefusals: readonly KeyGroup[] = [
  {
    class: 'refused',
    note: 'a command run beside the container’s own may be cut off and run twice; put it into the entrypoint, or into a service of its own that ends',
    under: service,
    keys: `post_start post_start.*.command post_start.*.environment post_start.*.privileged post_start.*.user
      post_start.*.working_dir pre_stop pre_stop.*.command pre_stop.*.environment pre_stop.*.privileged pre_stop.*.user
      pre_stop.*.working_dir`,
  },
  {
    class: 'refused',
    note: 'it asks for a program on the machine of the person who publishes; run what it stands for as a service',
    keys: `models models.*.context_size models.*.model models.*.name models.*.runtime_flags services.*.models
      services.*.models.*.endpoint_var services.*.models.*.model_var services.*.provider services.*.provider.options
      services.*.provider.type`,
  },
  {
    class: 'refused',
    note: 'a revision keeps the image it was published with; a newer one comes with the next publish',
    under: service,
    keys: 'pull_refresh_after',
  },
];

const attachmentRefusals: readonly KeyGroup[] = [
  {
    class: 'refused',
    note: 'engines of this platform cannot mount an image; use a volume',
    under: service,
    keys: 'volumes.*.image volumes.*.image.subpath',
  },
  {
    class: 'refused',
    note: 'engines of this platform mount volumes whole; use a volume of its own',
    under: service,
    keys: 'volumes.*.volume.subpath',
  },
  {
    class: 'refused',
    note: 'engines of this platform take along what is mounted below a folder, always',
    under: service,
    keys: 'volumes.*.bind.recursive',
  },
  {
    class: 'refused',
    note: 'how a network is built is the platform’s; driver and options of an address belong to it',
    keys: 'services.*.networks.*.driver_opts services.*.networks.*.link_local_ips networks.*.ipam.options',
  },
  {
    class: 'refused',
    note: 'engines of this platform choose the interface and the way out themselves, by the order of the networks’ names',
    keys: 'services.*.networks.*.gw_priority services.*.networks.*.interface_name',
  },
];

export const refusedGroups: readonly KeyGroup[] = [
  ...buildRefusals,
  ...fileRefusals,
  ...hostRefusals,
  ...lifeRefusals,
  ...attachmentRefusals,
];

/** Keys only the first format has, or that mean something else there. */
export const firstFormat: Readonly<Record<string, KeyClass>> = {
  build: { class: 'done', note: 'as build.context', since: '1' },
  dockerfile: { class: 'done', note: 'as build.dockerfile', since: '1' },
  log_driver: { class: 'done', note: 'as logging.driver', since: '1' },
  log_opt: { class: 'done', note: 'as logging.options', since: '1' },
  net: { class: 'done', note: 'as network_mode; bridge is the network of the application', since: '1' },
  volume_driver: {
    class: 'needs a policy grant',
    note: 'as the driver of the named volumes of the service',
    since: '1',
  },
};
