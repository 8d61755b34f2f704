// One service of an application → its section of a Compose file. Always the long forms: they say everything, and no
// value in them can be taken for another.
import type { Build, FileGrant, ServiceSpec, Update } from '@berth/contract/application-spec.ts';
import type { Plain } from './yaml-text.ts';
import { durationText } from '#values/durations.ts';
import { printMounts } from './mounts.ts';
import type { Fields } from './fields.ts';
import { changed, escaped, escapedList, escapedTexts, filled, present } from './fields.ts';

export const printService = (service: ServiceSpec): Plain =>
  present({
    ...sourceOf(service),
    ...processOf(service),
    ...reachOf(service),
    ...printMounts(service.mounts),
    ...filesOf(service.files),
    ...lifeOf(service),
    ...limitsOf(service),
    ...privilegesOf(service),
  });

type Parts = { readonly [key: string]: Plain | undefined };

const duration = (milliseconds: number | undefined): string | undefined =>
  milliseconds === undefined ? undefined : durationText(Math.round(milliseconds * 1e6));

const listOf = (texts: readonly string[] | undefined): readonly string[] | undefined =>
  texts === undefined || texts.length === 0 ? undefined : escapedList(texts);

const sourceOf = (service: ServiceSpec): Parts => ({
  // The name of a built image is of our making, and is made again.
  image: service.build === undefined ? escaped(service.image) : undefined,
  build: service.build && printBuild(service.build),
  pull_policy: service.pullPolicy === 'missing' ? undefined : service.pullPolicy,
  platform: escaped(service.platform),
});

const printBuild = (build: Build): Fields =>
  present({
    context: escaped(build.context === '.' ? '.' : `./${build.context.replace(/^\.\//, '')}`),
    dockerfile: escaped(build.dockerfile),
    dockerfile_inline: escaped(build.dockerfileInline),
    args: filled(escapedTexts(build.args)),
    labels: filled(escapedTexts(build.labels)),
    target: escaped(build.target),
    network: escaped(build.network),
    no_cache: build.noCache,
    pull: build.pull,
    shm_size: build.shmBytes,
    extra_hosts: hostsOf(build.extraHosts),
  });

const hostsOf = (hosts: readonly (readonly [string, string])[] | undefined): readonly string[] | undefined =>
  listOf(hosts?.map(([name, address]) => `${name}=${address}`));

const processOf = (service: ServiceSpec): Parts => ({
  command: service.command === null ? undefined : escapedList(service.command),
  entrypoint: service.entrypoint === null ? undefined : escapedList(service.entrypoint),
  environment: filled(escapedTexts(service.environment)),
  labels: filled(escapedTexts(service.labels)),
  annotations: filled(escapedTexts(service.annotations)),
  working_dir: escaped(service.workingDir),
  user: escaped(service.user),
  group_add: listOf(service.groupAdd),
  hostname: escaped(service.hostname),
  domainname: escaped(service.domainname),
  container_name: escaped(service.containerName),
  tty: service.tty,
  stdin_open: service.stdinOpen,
  init: service.init,
});

const reachOf = (service: ServiceSpec): Parts => ({
  ports:
    service.ports.length === 0
      ? undefined
      : service.ports.map(({ target, protocol, published, hostIp }) =>
          present({ target, published: published && rangeText(published), host_ip: escaped(hostIp), protocol }),
        ),
  expose: listOf(service.expose),
  network_mode: escaped(service.networkMode),
  networks: filled(changed(service.networks, printAttachment)),
  links: listOf(service.links.map(({ service: other, alias }) => `${other}:${alias}`)),
  external_links: listOf(service.externalLinks),
  volumes_from: listOf(service.volumesFrom?.map(({ service: other, readOnly }) => (readOnly ? `${other}:ro` : other))),
  dns: listOf(service.dns),
  dns_search: listOf(service.dnsSearch),
  dns_opt: listOf(service.dnsOptions),
  extra_hosts: hostsOf(service.extraHosts),
});

const rangeText = ({ from, to }: { readonly from: number; readonly to: number }): string =>
  from === to ? String(from) : `${from}-${to}`;

const printAttachment = (attachment: ServiceSpec['networks'][string]): Plain => {
  const fields = present({
    aliases: listOf(attachment.aliases),
    ipv4_address: escaped(attachment.ipv4),
    ipv6_address: escaped(attachment.ipv6),
    mac_address: escaped(attachment.macAddress),
    priority: attachment.priority,
  });
  return filled(fields) ?? null;
};

const filesOf = (grants: readonly FileGrant[] = []): Parts => {
  const ofKind = (kind: string): Plain | undefined => {
    const found = grants.filter(({ source }) => source.startsWith(`${kind}:`));
    if (found.length === 0) return undefined;
    return found.map(({ source, target, uid, gid, mode }) =>
      present({
        source: escaped(source.slice(kind.length + 1)),
        target: escaped(target),
        uid: escaped(uid),
        gid: escaped(gid),
        mode: mode === undefined ? undefined : `0${mode.toString(8)}`,
      }),
    );
  };
  return { configs: ofKind('config'), secrets: ofKind('secret') };
};

const lifeOf = (service: ServiceSpec): Parts => ({
  depends_on: filled(
    changed(service.dependsOn, ({ condition, required, restart }) => present({ condition, required, restart })),
  ),
  restart: restartText(service.restart),
  healthcheck: service.healthcheck && printHealthcheck(service.healthcheck),
  stop_signal: escaped(service.stopSignal),
  stop_grace_period: duration(service.stopGraceMs),
  deploy: filled(
    present({
      replicas: service.replicas === 1 ? undefined : service.replicas,
      update_config: service.update && filled(printUpdate(service.update)),
    }),
  ),
  logging: service.logging && {
    driver: escaped(service.logging.driver),
    ...present({ options: filled(escapedTexts(service.logging.options)) }),
  },
});

const restartText = ({ policy, maximumRetries }: ServiceSpec['restart']): string | undefined => {
  if (policy === 'no') return undefined;
  return maximumRetries === undefined ? policy : `${policy}:${maximumRetries}`;
};

const printHealthcheck = (check: NonNullable<ServiceSpec['healthcheck']>): Fields =>
  present({
    test: escapedList(check.test),
    interval: duration(check.intervalMs),
    timeout: duration(check.timeoutMs),
    start_period: duration(check.startPeriodMs),
    retries: check.retries,
  });

const failureActions = { hold: 'pause', rollback: 'rollback', continue: 'continue' } as const;

const printUpdate = (update: Update): Fields =>
  present({
    order: update.order,
    parallelism: update.batch,
    delay: duration(update.intervalMs),
    monitor: duration(update.monitorMs),
    failure_action: update.onFailure && failureActions[update.onFailure],
  });

const limitsOf = (service: ServiceSpec): Parts => ({
  mem_limit: service.memoryBytes,
  mem_reservation: service.memoryReservationBytes,
  memswap_limit: service.memorySwapBytes,
  mem_swappiness: service.memorySwappiness,
  cpus: service.nanoCpus === undefined ? undefined : service.nanoCpus / 1e9,
  cpu_shares: service.cpuShares,
  cpu_quota: service.cpuQuota,
  cpu_period: service.cpuPeriod,
  cpuset: escaped(service.cpuSet),
  pids_limit: service.pidsLimit,
  shm_size: service.shmBytes,
  oom_score_adj: service.oomScoreAdj,
  oom_kill_disable: service.oomKillDisable,
  ulimits: service.ulimits && filled(changed(service.ulimits, ({ soft, hard }) => ({ soft, hard }))),
});

const privilegesOf = (service: ServiceSpec): Parts => ({
  read_only: service.readOnly,
  privileged: service.privileged,
  cap_add: listOf(service.capAdd),
  cap_drop: listOf(service.capDrop),
  security_opt: listOf(service.securityOpt),
  devices: listOf(service.devices),
  sysctls: filled(escapedTexts(service.sysctls)),
  pid: escaped(service.pid),
  ipc: escaped(service.ipc),
  uts: escaped(service.uts),
  userns_mode: escaped(service.usernsMode),
  cgroup: escaped(service.cgroup),
  cgroup_parent: escaped(service.cgroupParent),
  runtime: escaped(service.runtime),
});
