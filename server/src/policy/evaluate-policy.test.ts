// The threats of Compose files, one small input each, and what every profile answers.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec, Build, ServiceSpec } from '@berth/contract/application-spec.ts';
import { policyProfiles, type EnvironmentSettings, type PolicyProfile } from '@berth/contract/environments.ts';
import { aService, aSpec } from '#testing/applications.ts';
import { evaluatePolicy, normalCapability } from './evaluate-policy.ts';

/** What the restricted profile asks of every service, so that a row shows its own refusals only. */
const hardened: Partial<ServiceSpec> = { user: '1000', capDrop: ['ALL'], securityOpt: ['no-new-privileges:true'] };
const merged = (more: Partial<ServiceSpec>): ServiceSpec =>
  aService({
    ...hardened,
    ...more,
    ...(more.securityOpt === undefined ? {} : { securityOpt: [...more.securityOpt, 'no-new-privileges:true'] }),
  });

const judge = (spec: ApplicationSpec, profile: PolicyProfile, bindRoots: readonly string[] = []): string[] =>
  evaluatePolicy(spec, { policyProfile: profile, bindRoots: [...bindRoots] }).map(
    ({ code, path, cis, severity, message }) => {
      assert.equal(severity, 'error');
      assert.match(message, /\w+ \w+/);
      return [code, path, ...(cis === undefined ? [] : [cis])].join(' ');
    },
  );
const aBuild = (more: Partial<Build>): Build => ({ context: '.', args: {}, labels: {}, hash: 'h', ...more });
const bind = (source: string, more = {}) => ({ kind: 'bind', source, target: '/x', readOnly: false, ...more }) as const;
const binds = (...sources: string[]): Partial<ServiceSpec> => ({ mounts: sources.map((source) => bind(source)) });

type Row = { service: Partial<ServiceSpec>; refused: readonly string[]; roots?: readonly string[] };
const socket = 'engine_socket services.web.volumes[0] 5.32';
const mount = 'bind_mount services.web.volumes[0] 5.6';

/** Refused in baseline and restricted; the privileged profile takes them. */
const grantable: Record<string, Row> = {
  'T1 privileged': { service: { privileged: true }, refused: ['privileged services.web.privileged 5.5'] },
  'T3 host network': {
    service: { networks: {}, networkMode: 'host' },
    refused: ['host_network services.web.network_mode 5.10'],
  },
  'T3 host processes': { service: { pid: 'host' }, refused: ['host_pid services.web.pid 5.16'] },
  'T3 host shared memory': { service: { ipc: 'host' }, refused: ['host_ipc services.web.ipc 5.17'] },
  'T3 host name': { service: { uts: 'host' }, refused: ['host_uts services.web.uts 5.21'] },
  'T3 host users': { service: { usernsMode: 'host' }, refused: ['host_userns services.web.userns_mode 5.31'] },
  'T3 host cgroups': { service: { cgroup: 'host' }, refused: ['host_cgroup services.web.cgroup 5.24'] },
  'T4 a folder of the host': { service: binds('/data'), refused: [mount] },
  'T4 a folder beside a granted one': { service: binds('/data/ab'), roots: ['/data/a'], refused: [mount] },
  'T4 a way out of a granted folder': { service: binds('/data/a/../../etc'), roots: ['/data/a'], refused: [mount] },
  'T13 a capability': { service: { capAdd: ['SYS_PTRACE'] }, refused: ['capability services.web.cap_add 5.3'] },
  'T13 every capability': { service: { capAdd: ['ALL'] }, refused: ['capability services.web.cap_add 5.3'] },
  'T13 a capability in odd writing': {
    service: { capAdd: [' cap_Sys_Admin '] },
    refused: ['capability services.web.cap_add 5.3'],
  },
  'T13 raw sockets, which are not in the baseline': {
    service: { capAdd: ['NET_RAW'] },
    refused: ['capability services.web.cap_add 5.3'],
  },
  'the host as a neighbour': {
    service: { extraHosts: [['host.docker.internal', 'host-gateway']] },
    refused: ['host_gateway services.web.extra_hosts.host.docker.internal'],
  },
  'the host as a neighbour of a build': {
    service: { build: aBuild({ extraHosts: [['h', 'host-gateway']] }) },
    refused: ['host_gateway services.web.build.extra_hosts.h'],
  },
  'the data a host has about itself': {
    service: {
      extraHosts: [
        ['metadata', '169.254.169.254'],
        ['link', 'FE80::1'],
      ],
    },
    refused: ['link_local services.web.extra_hosts.metadata', 'link_local services.web.extra_hosts.link'],
  },
  'more ports of the host than one service needs': {
    service: {
      ports: [
        { target: 1, protocol: 'tcp', published: { from: 1000, to: 1999 } },
        { target: 1, protocol: 'tcp', published: { from: 3000, to: 4000 } },
      ],
    },
    refused: ['port_range services.web.ports[1]'],
  },
  'T14 a device': { service: { devices: ['/dev/vda:/dev/x'] }, refused: ['devices services.web.devices 5.18'] },
  'T15 a kernel setting': {
    service: { sysctls: { 'kernel.core_pattern': '|/x' } },
    refused: ['sysctl services.web.sysctls.kernel.core_pattern'],
  },
  'T15 forwarding': {
    service: { sysctls: { 'net.ipv4.ip_forward': '1' } },
    refused: ['sysctl services.web.sysctls.net.ipv4.ip_forward'],
  },
  'T16 unmasked paths': {
    service: { securityOpt: ['systempaths=unconfined'] },
    refused: ['security_option services.web.security_opt 5.22'],
  },
  'T18 no seccomp': {
    service: { securityOpt: ['seccomp=unconfined'] },
    refused: ['security_option services.web.security_opt 5.22'],
  },
  'T18 no AppArmor, no labels': {
    service: { securityOpt: ['apparmor:unconfined', 'label=disable'] },
    refused: ['security_option services.web.security_opt 5.22', 'security_option services.web.security_opt 5.22'],
  },
  'T18 privileges switched on again': {
    service: { securityOpt: ['no-new-privileges:false'] },
    refused: ['security_option services.web.security_opt 5.22'],
  },
  'a runtime': { service: { runtime: 'runsc' }, refused: ['runtime services.web.runtime'] },
  'dying last': { service: { oomScoreAdj: -1 }, refused: ['oom_score services.web.oom_score_adj'] },
  'the group of root': { service: { groupAdd: ['0'] }, refused: ['group services.web.group_add'] },
  'a group by name': { service: { groupAdd: ['docker'] }, refused: ['group services.web.group_add'] },
  'a log driver that sends elsewhere': {
    service: { logging: { driver: 'syslog', options: { 'syslog-address': 'tcp://10.0.0.5' } } },
    refused: ['log_driver services.web.logging.driver', 'log_option services.web.logging.options.syslog-address'],
  },
};

/** Refused everywhere, also in the privileged profile. */
const never: Record<string, Row> = {
  'T4 a folder beside the file': { service: binds('./src'), refused: [mount] },
  'T4 the folder of the file': { service: binds('.'), refused: [mount] },
  'T4 a folder above the file': { service: binds('./../../etc'), refused: [mount] },
  'T4 a home folder': { service: binds('~/x'), refused: [mount] },
  'T4 a Windows folder': { service: binds('C:\\'), roots: ['/'], refused: [mount] },
  'T4 a folder that would hold the socket, were it not beside the file': { service: binds('./run'), refused: [mount] },
  'T6 the socket': { service: binds('/var/run/docker.sock'), roots: ['/'], refused: [socket] },
  'T6 the socket by its other path': { service: binds('/run/docker.sock'), roots: ['/'], refused: [socket] },
  'T6 the socket by a path that is not clean': {
    service: binds('//run/./x/../docker.sock/'),
    roots: ['/'],
    refused: [socket],
  },
  'T6 a folder with the socket': { service: binds('/var/run'), roots: ['/'], refused: [socket] },
  'T6 the root of the host': { service: binds('/'), roots: ['/'], refused: [socket] },
  'T6 containerd': { service: binds('/run/containerd/containerd.sock'), roots: ['/'], refused: [socket] },
  'T6 the socket through a process': {
    service: binds('/proc/1/root/run/docker.sock'),
    roots: ['/'],
    refused: [socket],
  },
  'T6 the root of the host through a process': { service: binds('/proc/self/root'), roots: ['/'], refused: [socket] },
  'T11 another container’s network': {
    service: { networks: {}, networkMode: 'container:victim' },
    refused: ['foreign_namespace services.web.network_mode'],
  },
  'T11 another container’s processes': {
    service: { pid: 'container:victim' },
    refused: ['foreign_namespace services.web.pid'],
  },
  'T11 another container’s memory': {
    service: { ipc: 'container:ab12' },
    refused: ['foreign_namespace services.web.ipc'],
  },
  'T11 a service that is not there': {
    service: { networks: {}, networkMode: 'service:gone' },
    refused: ['foreign_namespace services.web.network_mode'],
  },
  'T3 a network of the engine by its name': {
    service: { networks: {}, networkMode: 'berth-other_default' },
    refused: ['foreign_namespace services.web.network_mode'],
  },
  'T17 another cgroup': {
    service: { cgroupParent: '/alpha' },
    refused: ['cgroup_parent services.web.cgroup_parent 5.24'],
  },
  'no death by memory': {
    service: { oomKillDisable: true },
    refused: ['oom_kill_disable services.web.oom_kill_disable'],
  },
  'links out of the application': {
    service: { externalLinks: ['victim:db'] },
    refused: ['external_links services.web.external_links'],
  },
  'T33 a build on the network of the host': {
    service: { build: aBuild({ network: 'host' }) },
    refused: ['build_network services.web.build.network 5.10'],
  },
  'labels of the platform on an image': {
    service: { build: aBuild({ labels: { 'io.berth.tenant': 'x' } }) },
    refused: ['reserved_label services.web.build.labels.io.berth.tenant'],
  },
  'labels of the platform': {
    service: { labels: { 'io.berth.application': 'app_x', 'IO.Berth.slot': '1', fine: 'yes' } },
    refused: [
      'reserved_label services.web.labels.io.berth.application',
      'reserved_label services.web.labels.IO.Berth.slot',
    ],
  },
};

for (const [name, row] of Object.entries({ ...grantable, ...never }))
  for (const profile of policyProfiles) {
    const expected = profile === 'privileged' && name in grantable ? [] : row.refused;
    test(`evaluatePolicy of ${profile} ${expected.length === 0 ? 'grants' : 'refuses'} ${name}`, () => {
      const found = judge(aSpec({ web: merged(row.service) }), profile, row.roots);
      // Restricted has its own word on capabilities besides.
      const own = found.filter((line) => line !== 'capability services.web.cap_add');
      assert.deepEqual(own, [...expected]);
    });
  }

const volume = (more: Partial<ApplicationSpec['volumes'][string]>) =>
  aSpec({ web: merged({}) }, { volumes: { v: { external: false, labels: {}, ...more } } });
const network = (more: Partial<ApplicationSpec['networks'][string]>) =>
  aSpec({ web: merged({}) }, { networks: { n: { external: false, labels: {}, ...more } } });
const objects: Record<string, [ApplicationSpec, string[]]> = {
  'T7 a bind mount in the clothes of a volume': [
    volume({ driver: 'local', driverOptions: { type: 'none', o: 'bind', device: '/' } }),
    ['volume_options volumes.v.driver_opts 5.6'],
  ],
  'T8 a mount over the network': [
    volume({ driverOptions: { type: 'nfs', o: 'addr=10.0.0.5', device: ':/export' } }),
    ['volume_options volumes.v.driver_opts 5.6'],
  ],
  'T7 another volume driver': [volume({ driver: 'sshfs' }), ['volume_driver volumes.v.driver']],
  'labels of the platform on a volume': [
    volume({ labels: { 'io.berth.key': 'x' } }),
    ['reserved_label volumes.v.labels.io.berth.key'],
  ],
  'another network driver': [network({ driver: 'macvlan' }), ['network_driver networks.n.driver']],
  'the host’s network as a driver': [network({ driver: 'host' }), ['network_driver networks.n.driver']],
  'options of a network driver': [
    network({ driverOptions: { parent: 'eth0' } }),
    ['network_options networks.n.driver_opts'],
  ],
  'labels of the platform on a network': [
    network({ labels: { 'io.berth.key': 'x' } }),
    ['reserved_label networks.n.labels.io.berth.key'],
  ],
};
for (const [name, [spec, refused]] of Object.entries(objects))
  test(`evaluatePolicy refuses ${name} in every profile`, () => {
    for (const profile of policyProfiles) assert.deepEqual(judge(spec, profile, ['/']), refused, profile);
  });

const harmless: Record<string, Partial<ServiceSpec> & { roots?: readonly string[] }> = {
  'a plain service': {},
  'named volumes, anonymous ones and memory': {
    mounts: [
      { kind: 'volume', volume: 'data', target: '/data', readOnly: false },
      { kind: 'volume', target: '/cache', readOnly: false },
      { kind: 'tmpfs', target: '/tmp' },
    ],
  },
  'safe kernel settings': { sysctls: { 'net.ipv4.ip_unprivileged_port_start': '0', 'kernel.shm_rmid_forced': '1' } },
  'a capability to listen on low ports': { capAdd: ['CAP_net_bind_service'] },
  'a namespace of its own application': {
    networks: {},
    networkMode: 'service:db',
    pid: 'service:db',
    ipc: 'service:db',
  },
  'no network at all': { networks: {}, networkMode: 'none' },
  'shared memory it may share': { ipc: 'shareable' },
  'a group by number': { groupAdd: ['1000'] },
  'logs in files': { logging: { driver: 'json-file', options: { 'max-size': '10m', 'max-file': '3' } } },
  'ports, limits and health': {
    ports: [{ target: 80, protocol: 'tcp', published: { from: 8080, to: 8080 } }],
    memoryBytes: 1e9,
    pidsLimit: 100,
    oomScoreAdj: 100,
    healthcheck: { test: ['CMD', 'true'] },
    labels: { 'com.example.io.berth.x': 'y' },
  },
};
for (const [name, service] of Object.entries(harmless))
  test(`evaluatePolicy grants ${name} in every profile`, () => {
    for (const profile of policyProfiles)
      assert.deepEqual(judge(aSpec({ web: merged(service), db: merged({}) }), profile), [], profile);
  });

test('evaluatePolicy grants a granted folder and what is below it, by its clean path', () => {
  for (const source of ['/data/a', '/data/a/', '/data/a/b/c', '/data//a/./b', '/data/x/../a'])
    assert.deepEqual(judge(aSpec({ web: merged(binds(source)) }), 'baseline', ['/data/a/']), [], source);
});

const asked = (service: Partial<ServiceSpec>) => judge(aSpec({ web: aService(service) }), 'restricted');
test('evaluatePolicy of restricted wants a user, no capabilities and no new privileges', () => {
  assert.deepEqual(asked({}), [
    'root_user services.web.user',
    'capability services.web.cap_drop',
    'security_option services.web.security_opt',
  ]);
  assert.deepEqual(asked(hardened), []);
  assert.deepEqual(asked({ ...hardened, capDrop: [' cap_all'] }), []);
});

for (const user of ['0', 'root', '0:0', 'root:1000', '', ':1000', '00', '+0', '-0', ' 0'])
  test(`evaluatePolicy of restricted takes the user "${user}" for root`, () => {
    assert.deepEqual(asked({ ...hardened, user }), ['root_user services.web.user']);
  });

test('evaluatePolicy of restricted gives back one capability only', () => {
  assert.deepEqual(asked({ ...hardened, capAdd: ['NET_BIND_SERVICE'] }), []);
  assert.deepEqual(asked({ ...hardened, capAdd: ['CHOWN'] }), ['capability services.web.cap_add']);
});

test('evaluatePolicy looks at every service', () => {
  const settings: EnvironmentSettings = { policyProfile: 'baseline', bindRoots: [] };
  const spec = aSpec({ a: aService({ privileged: true }), b: aService(), c: aService({ pid: 'host' }) });
  assert.deepEqual(
    evaluatePolicy(spec, settings).map(({ path }) => path),
    ['services.a.privileged', 'services.c.pid'],
  );
});

test('normalCapability makes one writing of all', () => {
  for (const text of ['SYS_ADMIN', 'sys_admin', 'CAP_SYS_ADMIN', ' cap_sys_admin\t'])
    assert.equal(normalCapability(text), 'SYS_ADMIN');
});

const subnets: Record<string, string | undefined> = {
  '10.5.0.0/16': undefined,
  '172.31.255.0/24': undefined,
  '192.168.3.0/28': undefined,
  'fd12:3456::/64': undefined,
  '2001:db8:1::/64': undefined,
  '10.0.0.0/8': 'wider',
  '172.32.0.0/16': 'not private',
  '0.0.0.0/0': 'not private',
  '127.0.0.0/16': 'not private',
  '169.254.169.0/24': 'not private',
  '8.8.8.0/24': 'not private',
  '2001:4860::/48': 'not private',
  'fe80::/64': 'not private',
  'fd00::/16': 'wider',
  '10.0.0.0': 'no subnet',
  '10.0.0.300/24': 'no subnet',
  '010.0.0/24': 'no subnet',
};
for (const [subnet, fault] of Object.entries(subnets))
  test(`evaluatePolicy ${fault === undefined ? 'grants' : 'refuses'} the subnet ${subnet}`, () => {
    const spec = network({ ipam: { config: [{ subnet }] } });
    assert.deepEqual(judge(spec, 'privileged'), []);
    for (const profile of ['baseline', 'restricted'] as const) {
      const found = evaluatePolicy(spec, { policyProfile: profile, bindRoots: [] });
      assert.deepEqual(
        found.map(({ code, path }) => [code, path]),
        fault === undefined ? [] : [['subnet', 'networks.n.ipam.config[0].subnet']],
      );
      assert.ok(fault === undefined || found[0]?.message.includes(fault), found[0]?.message ?? '');
    }
  });
