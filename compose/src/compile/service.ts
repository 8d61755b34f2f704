// One service of a model → what the application specification says about it.
import type { Node, Path } from '#tree/node.ts';
import { boolOf, entriesOf, get, isNull, itemsOf, numberOf, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { linksOf, mountsOf, networkingOf, portsOf, volumesFromOf } from './attachments.ts';
import { buildOf } from './build.ts';
import type { Files } from './files.ts';
import { grantsOf } from './files.ts';
import {
  bytesOf,
  extraHostsOf,
  looseText,
  millisecondsOf,
  optionalRecord,
  present,
  textRecord,
  texts,
  wholeOf,
} from './read.ts';
import type { Sources } from './sources.ts';
import { modeOf, replicasOf, updateOf } from './update.ts';

export const compileService = (
  report: Report,
  service: Node,
  path: Path,
  { sources, files, names }: { readonly sources: Sources; readonly files: Files; readonly names: ReadonlySet<string> },
): Record<string, unknown> =>
  present({
    ...basicsOf(report, service, path),
    ...buildOf(report, service, path, sources),
    ...limitsOf(service),
    ...privilegesOf(report, service, path),
    ports: portsOf(service),
    expose: texts(get(service, 'expose')) ?? [],
    mounts: mountsOf(report, service, path),
    volumesFrom: volumesFromOf(report, service, path),
    ...networkingOf(report, service, path),
    links: linksOf(service),
    externalLinks: texts(get(service, 'external_links')),
    dependsOn: dependenciesOf(service, names),
    restart: restartOf(report, service, path),
    healthcheck: healthcheckOf(service),
    replicas: replicasOf(report, service, path),
    update: updateOf(report, service, path),
    files: grantsOf(report, service, path, files),
    dns: texts(get(service, 'dns')),
    dnsSearch: texts(get(service, 'dns_search')),
    dnsOptions: texts(get(service, 'dns_opt')),
    extraHosts: extraHostsOf(service),
    logging: loggingOf(service),
  });

const basicsOf = (report: Report, service: Node, path: Path): Record<string, unknown> => ({
  image: textOf(get(service, 'image')) ?? '',
  pullPolicy: pullPolicyOf(report, service, path),
  platform: textOf(get(service, 'platform')),
  command: wordsOf(get(service, 'command')),
  entrypoint: wordsOf(get(service, 'entrypoint')),
  environment: environmentOf(get(service, 'environment')),
  labels: textRecord(get(service, 'labels')),
  annotations: optionalRecord(get(service, 'annotations')),
  workingDir: textOf(get(service, 'working_dir')) || undefined,
  user: textOf(get(service, 'user')) || undefined,
  groupAdd: texts(get(service, 'group_add')),
  hostname: textOf(get(service, 'hostname')) || undefined,
  domainname: textOf(get(service, 'domainname')) || undefined,
  containerName: containerNameOf(report, service, path),
  stopSignal: textOf(get(service, 'stop_signal')) || undefined,
  stopGraceMs: millisecondsOf(get(service, 'stop_grace_period')),
  tty: boolOf(get(service, 'tty')),
  stdinOpen: boolOf(get(service, 'stdin_open')),
  init: boolOf(get(service, 'init')),
  readOnly: boolOf(get(service, 'read_only')),
});

const wordsOf = (node: Node | undefined): string[] | null =>
  node?.kind === 'list' ? node.items.map((item) => looseText(item) ?? '') : null;

const environmentOf = (node: Node | undefined): Record<string, string | null> =>
  Object.fromEntries(entriesOf(node).map(([key, { value }]) => [key, isNull(value) ? null : (looseText(value) ?? '')]));

const pullPolicyOf = (report: Report, service: Node, path: Path): string => {
  const node = get(service, 'pull_policy');
  const text = textOf(node) ?? 'missing';
  const isBuilt = get(service, 'build') !== undefined;
  const at = [...path, 'pull_policy'];
  if (isBuilt && ['always', 'missing', 'never', 'build'].includes(text)) {
    const message = '"pull_policy: always" has no effect here: the image is built, and pulled from nowhere.';
    if (text === 'always') report.warn(node?.place, at, 'needless_value', message);
    return 'missing';
  }
  if (['always', 'missing', 'never'].includes(text)) return text;
  const reason =
    text === 'build'
      ? 'there is no "build" in this service'
      : 'a revision keeps the image it was published with, and a newer one comes with the next publish';
  const message = `"pull_policy: ${text}" is refused: ${reason}. Use always, missing or never.`;
  report.error(node?.place, at, 'publish_refused', message);
  return 'missing';
};

const containerNameOf = (report: Report, service: Node, path: Path): string | undefined => {
  const node = get(service, 'container_name');
  const text = textOf(node);
  if (node === undefined || text === undefined || /^[a-zA-Z0-9][a-zA-Z0-9_.-]+$/.test(text)) return text;
  const message = `"${text}" is no container name: use letters, digits, "_", "." and "-", two at least.`;
  report.error(node.place, [...path, 'container_name'], 'bad_name', message);
  return undefined;
};

const limitsOf = (service: Node): Record<string, unknown> => {
  const limits = get(service, 'deploy', 'resources', 'limits');
  const reservations = get(service, 'deploy', 'resources', 'reservations');
  const cpus = numberOf(get(service, 'cpus')) || numberOf(get(limits, 'cpus')) || undefined;
  return {
    memoryBytes: bytesOf(get(service, 'mem_limit')) || bytesOf(get(limits, 'memory')) || undefined,
    memoryReservationBytes: bytesOf(get(service, 'mem_reservation')) ?? bytesOf(get(reservations, 'memory')),
    memorySwapBytes: bytesOf(get(service, 'memswap_limit')),
    memorySwappiness: wholeOf(get(service, 'mem_swappiness')),
    nanoCpus: cpus === undefined ? undefined : Math.round(cpus * 1e9),
    cpuShares: wholeOf(get(service, 'cpu_shares')),
    cpuQuota: wholeOf(get(service, 'cpu_quota')),
    cpuPeriod: wholeOf(get(service, 'cpu_period')),
    cpuSet: textOf(get(service, 'cpuset')) || undefined,
    pidsLimit: wholeOf(get(service, 'pids_limit')) ?? wholeOf(get(limits, 'pids')),
    shmBytes: bytesOf(get(service, 'shm_size')),
    oomScoreAdj: wholeOf(get(service, 'oom_score_adj')),
    oomKillDisable: boolOf(get(service, 'oom_kill_disable')),
    ulimits: ulimitsOf(service),
  };
};

const ulimitsOf = (service: Node): Record<string, unknown> | undefined => {
  const entries = entriesOf(get(service, 'ulimits')).map(([name, { value }]) => {
    const soft = wholeOf(value.kind === 'map' ? get(value, 'soft') : value);
    const hard = wholeOf(value.kind === 'map' ? get(value, 'hard') : value);
    return [name, { soft, hard }] as const;
  });
  return entries.length === 0 ? undefined : Object.fromEntries(entries);
};

const privilegesOf = (report: Report, service: Node, path: Path): Record<string, unknown> => {
  const devices = itemsOf(get(service, 'devices')).map((device) => {
    const permissions = textOf(get(device, 'permissions')) || 'rwm';
    const parts = [...['source', 'target'].map((key) => textOf(get(device, key)) ?? ''), permissions];
    if (parts[0] === '')
      report.error(
        device.place,
        [...path, 'devices'],
        'invalid_value',
        'A device needs its path on the host. Name it.',
      );
    return parts.join(':');
  });
  const namespace = (key: string): string | undefined => {
    const node = get(service, key);
    const text = textOf(node);
    if (node === undefined || !text?.startsWith('container:')) return text || undefined;
    const message = `"${key}: ${text}" names a container outside the application, which is refused. Use service:NAME.`;
    report.error(node.place, [...path, key], 'publish_refused', message);
    return undefined;
  };
  return {
    privileged: boolOf(get(service, 'privileged')),
    capAdd: texts(get(service, 'cap_add')),
    capDrop: texts(get(service, 'cap_drop')),
    securityOpt: texts(get(service, 'security_opt')),
    devices: devices.length === 0 ? undefined : devices,
    sysctls: optionalRecord(get(service, 'sysctls')),
    pid: namespace('pid'),
    ipc: namespace('ipc'),
    uts: namespace('uts'),
    usernsMode: textOf(get(service, 'userns_mode')) || undefined,
    cgroup: textOf(get(service, 'cgroup')) || undefined,
    cgroupParent: textOf(get(service, 'cgroup_parent')) || undefined,
    runtime: textOf(get(service, 'runtime')) || undefined,
  };
};

/** What may be missing and is, its profile not being active, is not waited for. */
const dependenciesOf = (service: Node, names: ReadonlySet<string>): Record<string, unknown> =>
  Object.fromEntries(
    entriesOf(get(service, 'depends_on'))
      .filter(([name]) => names.has(name))
      .map(([name, { value }]) => [
        name,
        {
          condition: textOf(get(value, 'condition')) ?? 'service_started',
          required: boolOf(get(value, 'required')) ?? true,
          restart: boolOf(get(value, 'restart')) ?? false,
        },
      ]),
  );

const deployConditions: Readonly<Record<string, string>> = { none: 'no', any: 'always', 'on-failure': 'on-failure' };

const restartOf = (report: Report, service: Node, path: Path): Record<string, unknown> => {
  const rule = get(service, 'deploy', 'restart_policy');
  const condition = get(rule, 'condition');
  const isJob = modeOf(report, service, path) === 'job';
  if (isJob && textOf(condition) === 'any') {
    const message = 'A job ends, and "any" would start it again for ever. Use none or on-failure.';
    report.error(condition?.place, [...path, 'deploy', 'restart_policy'], 'invalid_value', message);
  }
  if (isJob && condition === undefined) return { policy: 'no' };
  if (rule !== undefined) {
    const policy = deployConditions[textOf(condition) ?? 'any'];
    if (policy === undefined) {
      const message = `"${textOf(condition)}" is no condition to restart. Use none, on-failure or any.`;
      report.error(condition?.place, [...path, 'deploy', 'restart_policy'], 'invalid_value', message);
    }
    const attempts = wholeOf(get(rule, 'max_attempts'));
    return present({ policy: policy ?? 'no', maximumRetries: policy === 'on-failure' ? attempts : undefined });
  }
  const node = get(service, 'restart');
  const text = textOf(node) || 'no';
  const match = /^(no|always|unless-stopped|on-failure)(?::(\d{1,9}))?$/.exec(text);
  if (match === null || (match[2] !== undefined && match[1] !== 'on-failure')) {
    const message = `"${text}" is no restart policy. Use no, always, unless-stopped, on-failure or on-failure:5.`;
    report.error(node?.place, [...path, 'restart'], 'invalid_value', message);
    return { policy: 'no' };
  }
  return present({ policy: match[1], maximumRetries: match[2] === undefined ? undefined : Number(match[2]) });
};

const healthcheckOf = (service: Node): Record<string, unknown> | undefined => {
  const check = get(service, 'healthcheck');
  if (check?.kind !== 'map') return undefined;
  if (boolOf(get(check, 'disable')) === true) return { test: ['NONE'] };
  const test = wordsOf(get(check, 'test'));
  return present({
    test: test === null || test.length === 0 ? undefined : test,
    intervalMs: millisecondsOf(get(check, 'interval')),
    timeoutMs: millisecondsOf(get(check, 'timeout')),
    startPeriodMs: millisecondsOf(get(check, 'start_period')),
    retries: wholeOf(get(check, 'retries')),
  });
};

const loggingOf = (service: Node): unknown => {
  const logging = get(service, 'logging');
  if (logging?.kind !== 'map' || logging.entries.size === 0) return undefined;
  return { driver: textOf(get(logging, 'driver')) || 'json-file', options: textRecord(get(logging, 'options')) };
};
