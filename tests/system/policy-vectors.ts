// What a tenant may not do to a host, one attack a row: the threat's number, a service or a whole file, and where which rule
// refuses it. Rules of the policy name a path of the model; those of the reader name the line.
export interface PolicyVector {
  readonly id: string;
  readonly compose: string;
  /** Code of the first error, and its place. */
  readonly code: string;
  readonly place: string;
  readonly cis?: string;
}

/** A service with these lines; line 4 of the file is the first of them. */
const service = (lines: string): string =>
  `services:\n  web:\n    image: lab/web:1\n${lines.replace(/^(?=.)/gm, '    ')}\n`;

const row = (id: string, code: string, place: string, lines: string, cis?: string): PolicyVector => ({
  id,
  compose: service(lines),
  code,
  place,
  ...(cis === undefined ? {} : { cis }),
});
const whole = (id: string, code: string, place: string, compose: string, cis?: string): PolicyVector => ({
  ...row(id, code, place, '', cis),
  compose,
});

const volumes = (lines: string): string =>
  `services:\n  web: {image: lab/web:1, volumes: ["v:/v"]}\nvolumes:\n  v:\n${lines.replace(/^(?=.)/gm, '    ')}\n`;

export const policyVectors: readonly PolicyVector[] = [
  row('T1 privileged', 'privileged', 'services.web.privileged', 'privileged: true', '5.5'),
  row('T3 host network', 'host_network', 'services.web.network_mode', 'network_mode: host', '5.10'),
  whole(
    'T3 host network of the first format',
    'host_network',
    'services.web.network_mode',
    'web: {image: "lab/web:1", net: host}\n',
    '5.10',
  ),
  row('T3 host processes', 'host_pid', 'services.web.pid', 'pid: host', '5.16'),
  row('T3 host memory', 'host_ipc', 'services.web.ipc', 'ipc: host', '5.17'),
  row('T3 host name', 'host_uts', 'services.web.uts', 'uts: host', '5.21'),
  row('T3 host users', 'host_userns', 'services.web.userns_mode', 'userns_mode: host', '5.31'),
  row('T3 host cgroups', 'host_cgroup', 'services.web.cgroup', 'cgroup: host', '5.24'),
  row('T4 the root of the host', 'engine_socket', 'services.web.volumes[0]', 'volumes: ["/:/h"]', '5.32'),
  row(
    'T4 the root of the host, long',
    'engine_socket',
    'services.web.volumes[0]',
    'volumes: [{type: bind, source: /, target: /h}]',
    '5.32',
  ),
  row('T4 a folder of the host', 'bind_mount', 'services.web.volumes[1]', 'volumes: ["/a", "/etc:/e:ro"]', '5.6'),
  row('T4 up and out', 'outside_bundle', '4:15', 'volumes: ["./../../etc:/e"]'),
  row('T4 a home folder', 'outside_bundle', '4:15', 'volumes: ["~/x:/x"]'),
  row('T4 a drive', 'outside_bundle', '4:15', "volumes: ['C:\\:/x']"),
  row('T6 the socket', 'engine_socket', 'services.web.volumes[0]', 'volumes: ["/var/run/docker.sock:/s"]', '5.32'),
  row(
    'T6 the socket by its other name',
    'engine_socket',
    'services.web.volumes[0]',
    'volumes: ["/run/docker.sock:/s:ro"]',
    '5.32',
  ),
  row('T6 its folder', 'engine_socket', 'services.web.volumes[0]', 'volumes: ["/var/run:/r"]', '5.32'),
  row(
    'T6 its folder, disguised',
    'engine_socket',
    'services.web.volumes[0]',
    'volumes: ["/tmp/../var//run/./:/r"]',
    '5.32',
  ),
  row('T6 containerd', 'engine_socket', 'services.web.volumes[0]', 'volumes: ["/run/containerd:/c"]', '5.32'),
  row(
    'T6 through a process',
    'engine_socket',
    'services.web.volumes[0]',
    'volumes: ["/proc/1/root/run/docker.sock:/s"]',
    '5.32',
  ),
  row('T6 the use_api_socket key', 'publish_refused', '4:5', 'use_api_socket: true'),
  whole(
    'T7 driver options that bind',
    'volume_options',
    'volumes.v.driver_opts',
    volumes('driver: local\ndriver_opts: {type: none, o: bind, device: /}'),
    '5.6',
  ),
  whole(
    'T8 driver options that reach a network',
    'volume_options',
    'volumes.v.driver_opts',
    volumes('driver_opts: {type: nfs, o: addr=10.0.0.5, device: ":/export"}'),
    '5.6',
  ),
  whole('T8 another driver', 'volume_driver', 'volumes.v.driver', volumes('driver: rexray')),
  row('T11 network of a stranger', 'publish_refused', '4:19', 'network_mode: container:victim'),
  row('T11 processes of a stranger', 'publish_refused', '4:10', 'pid: container:victim'),
  row('T11 memory of a stranger', 'publish_refused', '4:10', 'ipc: "container:abcd"'),
  row('T12 volumes of a stranger', 'publish_refused', '4:20', 'volumes_from: ["container:victim"]'),
  row('T13 a capability', 'capability', 'services.web.cap_add', 'cap_add: [SYS_ADMIN]', '5.3'),
  row('T13 all capabilities', 'capability', 'services.web.cap_add', 'cap_add: [CHOWN, ALL]', '5.3'),
  row('T13 in small letters', 'capability', 'services.web.cap_add', 'cap_add: [sys_module]', '5.3'),
  row('T13 with the prefix', 'capability', 'services.web.cap_add', 'cap_add: [CAP_SYS_PTRACE]', '5.3'),
  row('T13 with a blank', 'capability', 'services.web.cap_add', 'cap_add: [" SYS_ADMIN"]', '5.3'),
  row('T14 a disk', 'devices', 'services.web.devices', 'devices: ["/dev/vda:/dev/x"]', '5.18'),
  row('T14 rules for devices', 'publish_refused', '4:5', 'device_cgroup_rules: ["b *:* rwm"]'),
  row('T14 graphics cards', 'publish_refused', '4:5', 'gpus: all'),
  row(
    'T15 a core pattern',
    'sysctl',
    'services.web.sysctls.kernel.core_pattern',
    'sysctls: {kernel.core_pattern: "|/x"}',
  ),
  row('T15 forwarding', 'sysctl', 'services.web.sysctls.net.ipv4.ip_forward', 'sysctls: ["net.ipv4.ip_forward=1"]'),
  row(
    'T16 paths unmasked',
    'security_option',
    'services.web.security_opt',
    'security_opt: ["systempaths=unconfined"]',
    '5.22',
  ),
  row('T17 another cgroup', 'cgroup_parent', 'services.web.cgroup_parent', 'cgroup_parent: /alpha', '5.24'),
  row(
    'T18 seccomp off',
    'security_option',
    'services.web.security_opt',
    'security_opt: ["no-new-privileges:true", "seccomp=unconfined"]',
    '5.22',
  ),
  row('T18 labels off', 'security_option', 'services.web.security_opt', 'security_opt: ["label=disable"]', '5.22'),
  row(
    'T18 apparmor off',
    'security_option',
    'services.web.security_opt',
    'security_opt: ["apparmor:unconfined"]',
    '5.22',
  ),
  row('T20 a file of the server', 'outside_bundle', '4:16', 'env_file: ["/etc/passwd"]'),
  row('T20 up and out', 'outside_bundle', '4:18', 'label_file: ["../../etc/passwd"]'),
  row('T20 a base outside', 'outside_bundle', '4:33', 'extends: {service: x, file: ../other.yml}'),
  whole(
    'T20 an include outside',
    'outside_bundle',
    '1:11',
    'include: ["/etc/hostname"]\nservices: {web: {image: lab/web:1}}\n',
  ),
  whole(
    'T20 a secret of the server',
    'outside_bundle',
    '2:21',
    'services: {web: {image: lab/web:1, secrets: [s]}}\nsecrets: {s: {file: /etc/shadow}}\n',
  ),
  row('T21 the server’s environment', 'unset_variable', '4:25', 'environment: {LEAK: "${PATH}"}'),
  row(
    'a reserved label',
    'reserved_label',
    'services.web.labels.io.berth.application',
    'labels: {io.berth.application: app_1}',
  ),
  row(
    'a reserved label in other letters',
    'reserved_label',
    'services.web.labels.IO.Berth.key',
    'labels: ["IO.Berth.key=web"]',
  ),
  row('another runtime', 'runtime', 'services.web.runtime', 'runtime: runc'),
  row('never out of memory', 'oom_kill_disable', 'services.web.oom_kill_disable', 'oom_kill_disable: true'),
  row(
    'a link out of the application',
    'external_links',
    'services.web.external_links',
    'external_links: ["victim:db"]',
  ),
  row(
    'T78 logs to an address',
    'log_driver',
    'services.web.logging.driver',
    'logging: {driver: gelf, options: {gelf-address: "tcp://127.0.0.1:6379"}}',
  ),
  row(
    'T78 an address among allowed options',
    'log_option',
    'services.web.logging.options.fluentd-address',
    'logging: {driver: json-file, options: {max-size: 1m, fluentd-address: "unix:///run/x"}}',
  ),
  row('T79 no logs', 'log_driver', 'services.web.logging.driver', 'logging: {driver: none}'),
];
