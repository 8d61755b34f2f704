// A service in long form: one line for each key that has a short one.
import type { Node, Path } from '#tree/node.ts';
import { get, isNull, list, map, mapValues, numberOf, scalar, scalarText, set, textOf, without } from '#tree/node.ts';
import { readNumber } from '#interpolation/casts.ts';
import { startedCondition } from '#load/merge.ts';
import type { Report } from '#tree/report.ts';
import { devices, grants, volumes } from './mounts.ts';
import { ports } from './ports.ts';
import type { Shape } from './shapes.ts';
import {
  asList,
  asText,
  commandLine,
  duration,
  each,
  eachText,
  extraHosts,
  fields,
  namesAsMap,
  pairs,
  size,
  textValues,
  variables,
} from './shapes.ts';

const healthTest: Shape = (report, node, path) => {
  const text = textOf(node);
  if (text !== undefined) return list([scalar('CMD-SHELL', node.place), scalar(text, node.place)], node.place);
  if (node.kind !== 'list') return node;
  const first = textOf(node.items[0]);
  if (node.items.length > 0 && !['NONE', 'CMD', 'CMD-SHELL'].includes(first ?? '')) {
    const message = 'The list of a health check must start with "CMD", "CMD-SHELL" or "NONE".';
    report.error(node.place, path, 'invalid_value', message);
  }
  return node;
};

const floatText: Shape = (report, node, path) => {
  const text = textOf(node);
  if (text === undefined) return node;
  const value = readNumber(text);
  if (value === undefined)
    report.error(node.place, path, 'bad_cast', `"${path.at(-1)}" is "${text}"; it must be a number.`);
  return value === undefined ? node : scalar(value, node.place);
};

const wholeText: Shape = (report, node, path) => {
  const text = textOf(node);
  const number = numberOf(node);
  if (number !== undefined && !Number.isInteger(number)) return scalar(Math.trunc(number), node.place);
  if (text === undefined) return node;
  if (/^-?\d{1,15}$/.test(text)) return scalar(Number(text), node.place);
  report.error(node.place, path, 'bad_cast', `"${path.at(-1)}" is "${text}"; it must be a whole number.`);
  return node;
};

const count: Shape = (report, node, path) =>
  textOf(node)?.toLowerCase() === 'all' ? scalar(-1, node.place) : wholeText(report, node, path);

const requestFields = fields({ count, options: pairs('') });

/** A request that says neither how many devices nor which ones asks for all. */
const deviceRequest: Shape = (report, node, path) => {
  const shaped = requestFields(report, node, path);
  if (shaped?.kind !== 'map' || get(shaped, 'count') !== undefined || get(shaped, 'device_ids') !== undefined)
    return shaped;
  return set(shaped, 'count', scalar(-1, shaped.place));
};

const gpus: Shape = (report, node, path) => {
  if (textOf(node) === 'all') {
    const request = map(new Map([['count', { place: node.place, value: scalar(-1, node.place) }]]), node.place);
    return list([request], node.place);
  }
  return each(deviceRequest)(report, node, path);
};

const ulimits: Shape = (report, node, path) =>
  each((inner, value, at) =>
    fields({ soft: wholeText, hard: wholeText })(inner, wholeText(inner, value, at) ?? value, at),
  )(report, node, path);

const updateConfig = fields({
  delay: duration,
  monitor: duration,
  parallelism: wholeText,
  max_failure_ratio: floatText,
});

const resources = fields({
  cpus: floatText,
  memory: size,
  pids: wholeText,
  devices: each(deviceRequest),
});

const deploy: Shape = (report, node, path) =>
  isNull(node)
    ? undefined
    : fields({
        labels: pairs(''),
        replicas: wholeText,
        update_config: updateConfig,
        rollback_config: updateConfig,
        resources: fields({ limits: resources, reservations: resources }),
        restart_policy: fields({ delay: duration, window: duration, max_attempts: wholeText }),
        placement: fields({ max_replicas_per_node: wholeText }),
      })(report, node, path);

const buildFields = fields({
  additional_contexts: pairs(''),
  args: pairs(null),
  extra_hosts: extraHosts,
  labels: pairs(''),
  no_cache_filter: asList,
  provenance: asText,
  sbom: asText,
  secrets: grants(undefined),
  shm_size: size,
  ssh: sshList,
  ulimits,
});

function sshList(_report: Report, node: Node, _path: Path): Node {
  if (node.kind !== 'map') return node;
  const items = [...node.entries].map(([key, { value, place }]) =>
    scalar(value.kind === 'scalar' && value.value !== null ? `${key}=${scalarText(value)}` : key, place),
  );
  return list(items, node.place);
}

const build: Shape = (report, node, path) => {
  const text = textOf(node);
  const long = text === undefined ? node : map(new Map([['context', { place: node.place, value: node }]]), node.place);
  const shaped = buildFields(report, long, path);
  if (shaped?.kind !== 'map') return shaped;
  const withContext = get(shaped, 'context') === undefined ? set(shaped, 'context', scalar('.', shaped.place)) : shaped;
  const isInline = get(withContext, 'dockerfile_inline') !== undefined;
  if (isInline || get(withContext, 'dockerfile') !== undefined) return withContext;
  return set(withContext, 'dockerfile', scalar('Dockerfile', shaped.place));
};

const envFile: Shape = (report, node, path) => {
  const items = asList(report, node, path);
  if (items?.kind !== 'list') return items;
  const long = items.items.map((item) => {
    const text = textOf(item);
    if (text === undefined) return item;
    return map(new Map([['path', { place: item.place, value: scalar(text, item.place) }]]), item.place);
  });
  return { ...items, items: long };
};

const hook = fields({ command: commandLine, environment: pairs(null) });

const dependsOn: Shape = (report, node, path) => {
  const named = namesAsMap(startedCondition)(report, node, path);
  if (named?.kind !== 'map') return named;
  return mapValues(named, (value) => {
    if (value.kind !== 'map' || get(value, 'required') !== undefined) return value;
    return set(value, 'required', scalar(true, value.place));
  });
};

/** Every option of a provider is a list of texts. */
const options: Shape = (report, node, path) => each(eachText)(report, node, path);

const watch = fields({ exec: hook, ignore: asList, include: asList });

const logging = fields({ options: pairs('') });
const blockRate = each(fields({ rate: size }));
const networkOfService = each(fields({ driver_opts: textValues }));

const expose: Shape = (report, node, path) => {
  const shaped = eachText(report, node, path);
  if (shaped?.kind !== 'list') return shaped;
  for (const [index, item] of shaped.items.entries()) {
    const text = textOf(item) ?? '';
    if (/^\d{1,5}(?:-\d{1,5})?(?::\d{1,5})?(?:\/(?:tcp|udp|sctp))?$/i.test(text)) continue;
    report.warn(
      item.place,
      [...path, index],
      'ambiguous_value',
      `"${text}" is no port, so it exposes nothing. Use a number.`,
    );
  }
  return shaped;
};

const pullPolicy: Shape = (_report, node) => (textOf(node) === 'if_not_present' ? scalar('missing', node.place) : node);

const restart: Shape = (report, node, path) => {
  const text = textOf(node);
  if (text === undefined || text === '' || /^(?:no|always|unless-stopped|on-failure(?::\d+)?)$/.test(text)) return node;
  const message = `"${text}" is no restart policy. Use no, always, unless-stopped, on-failure or on-failure:5.`;
  report.warn(node.place, path, 'ambiguous_value', message);
  return node;
};

const serviceFields: Readonly<Record<string, Shape>> = {
  annotations: pairs(''),
  blkio_config: fields({
    device_read_bps: blockRate,
    device_read_iops: blockRate,
    device_write_bps: blockRate,
    device_write_iops: blockRate,
    weight: wholeText,
  }),
  build,
  command: commandLine,
  configs: grants(undefined),
  depends_on: dependsOn,
  deploy,
  develop: fields({ watch: each(watch) }),
  devices,
  dns: asList,
  dns_search: asList,
  entrypoint: commandLine,
  env_file: envFile,
  environment: variables,
  expose,
  extra_hosts: extraHosts,
  gpus,
  group_add: eachText,
  healthcheck: fields({
    test: healthTest,
    retries: wholeText,
    interval: duration,
    timeout: duration,
    start_period: duration,
    start_interval: duration,
  }),
  label_file: asList,
  labels: pairs(''),
  logging,
  mem_limit: size,
  mem_reservation: size,
  mem_swappiness: asText,
  memswap_limit: size,
  models: namesAsMap((name) => scalar(null, name.place)),
  networks: (report, node, path) =>
    networkOfService(report, namesAsMap((name) => scalar(null, name.place))(report, node, path) ?? node, path),
  pids_limit: wholeText,
  ports,
  post_start: each(hook),
  pre_stop: each(hook),
  provider: fields({ options }),
  pull_policy: pullPolicy,
  restart,
  secrets: grants('/run/secrets'),
  shm_size: size,
  stop_grace_period: duration,
  storage_opt: textValues,
  sysctls: pairs(''),
  tmpfs: asList,
  ulimits,
  volumes,
};

/** Keys an empty value of which means something; elsewhere an empty value is no value. */
const meaningfulNulls = ['command', 'entrypoint', 'environment'];

export const canonicalService = (report: Report, service: Node, path: Path): Node => {
  if (service.kind !== 'map') return service;
  const shaped = fields(serviceFields)(report, service, path);
  if (shaped?.kind !== 'map') return service;
  const empty = [...shaped.entries].filter(([key, { value }]) => isNull(value) && !meaningfulNulls.includes(key));
  return without(shaped, ...empty.map(([key]) => key));
};
