// Folds a printed model into the comparable shape the cases speak of: `web.ports[0]`, `$.networks.n.name`. Only for
// tests. It reads long forms only, because that is all we print.
import { readDuration } from '#values/durations.ts';
import { readSize } from '#values/sizes.ts';

type Json = string | number | boolean | null | undefined | readonly Json[] | { readonly [key: string]: Json };
type Fields = { readonly [key: string]: Json };

/** The value a case's path names; null where there is none. */
export const readCasePath = (printed: unknown, path: string, project: string): Json => {
  const parts = (path.replace(/\[(\d+)\]/g, '.$1').match(/(?:`[^`]*`|[^.])+/g) ?? []).map((part) =>
    part.replaceAll('`', ''),
  );
  const root = fieldsOf(toJson(printed));
  const services = fieldsOf(root['services']);
  const [first = '', second = '', ...rest] = parts;
  if (first === '$' && second === 'services') return Object.keys(services).toSorted();
  const start = first === '$' ? topOf(root, second, project) : projectService(fieldsOf(services[first]))[second];
  let current: Json = prune(start);
  for (const part of rest) current = Array.isArray(current) ? current[Number(part)] : fieldsOf(current)[part];
  return current ?? null;
};

const toJson = (value: unknown): Json => JSON.parse(JSON.stringify(value), (_key, item) => unescape(item));
const unescape = (item: unknown): unknown => {
  if (typeof item === 'string') return item.replaceAll('$$', '$');
  if (typeof item !== 'object' || item === null || Array.isArray(item)) return item;
  return Object.fromEntries(Object.entries(item).map(([key, value]) => [key.replaceAll('$$', '$'), value]));
};

const fieldsOf = (value: Json): Fields => (typeof value === 'object' && value !== null && !isList(value) ? value : {});
const isList = (value: Json): value is readonly Json[] => Array.isArray(value);
const listOf = (value: Json): readonly Json[] => (isList(value) ? value : []);
const textOf = (value: Json): string => {
  if (value === null || value === undefined) return '';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
};
const sortedTexts = (value: Json): readonly string[] => listOf(value).map(textOf).toSorted();
const bytes = (value: Json): Json => (value === null || value === undefined ? null : readSize(textOf(value)));
const nanoseconds = (value: Json): Json => (value === null || value === undefined ? null : readDuration(textOf(value)));
const numeric = (value: Json): Json => (/^-?\d+(?:\.\d+)?$/.test(textOf(value)) ? Number(value) : value);

/** Without what is empty, so that a case names only what it is about. */
const prune = (value: Json): Json => {
  if (isList(value)) {
    const kept = value
      .map((item) => (typeof item === 'string' ? item : prune(item)))
      .filter((item) => item !== undefined);
    return kept.length === 0 ? undefined : kept;
  }
  if (typeof value === 'object' && value !== null) {
    const kept = Object.entries(value)
      .map(([key, item]) => [key, prune(item)] as const)
      .filter(([, item]) => item !== undefined);
    return kept.length === 0 ? undefined : Object.fromEntries(kept);
  }
  return value === null || value === '' ? undefined : value;
};

const projectService = (service: Fields): Fields => ({
  image: service['image'],
  build: projectBuild(service['build']),
  command: projectCommand(service['command']),
  entrypoint: projectCommand(service['entrypoint']),
  environment: mapFields(service['environment'], (value) => (value === null ? '<unset>' : { text: value })),
  ports: listOf(service['ports']).map(portText).toSorted(),
  expose: listOf(service['expose'])
    .map((item) => textOf(item).replace(/\/tcp$/, ''))
    .toSorted(),
  volumes: listOf(service['volumes'])
    .map(projectVolume)
    .toSorted((left, right) => compare(left['target'], right['target'])),
  volumes_from: sortedTexts(service['volumes_from'])
    .map((text) => (/:r[ow]$/.test(text) ? text : `${text}:rw`))
    .toSorted(),
  tmpfs: sortedTexts(service['tmpfs']),
  networks: mapFields(service['networks'], projectAttachment),
  network_mode: service['network_mode'],
  depends_on: mapFields(service['depends_on'], (value) => projectDependency(service, fieldsOf(value))),
  links: sortedTexts(service['links']).map(linkText).toSorted(),
  external_links: sortedTexts(service['external_links']).map(linkText).toSorted(),
  restart: service['restart'] === 'no' ? null : service['restart'],
  healthcheck: projectHealthcheck(fieldsOf(service['healthcheck'])),
  deploy: projectDeploy(fieldsOf(service['deploy'])),
  limits: projectLimits(service),
  labels: mapFields(service['labels'], (value) => ({ text: value })),
  extra_hosts: projectHosts(service['extra_hosts']),
  caps: { add: sortedTexts(service['cap_add']), drop: sortedTexts(service['cap_drop']) },
  sysctls: service['sysctls'],
  ulimits: mapFields(service['ulimits'], projectUlimit),
  logging: service['logging'],
  secrets: projectGrants(service['secrets'], '/run/secrets/'),
  configs: projectGrants(service['configs'], '/'),
  dns: { dns: service['dns'], search: service['dns_search'], opt: service['dns_opt'] },
  misc: projectMisc(service),
});

const compare = (left: Json, right: Json): number => textOf(left).localeCompare(textOf(right));

const mapFields = (value: Json, change: (item: Json) => Json): Json =>
  Object.fromEntries(
    Object.entries(fieldsOf(value)).map(([key, item]) => {
      const changed = change(item);
      const text = fieldsOf(changed)['text'];
      return [key, text === undefined ? changed : new KeptText(textOf(text)).value];
    }),
  );

/** Empty texts of variables and labels count, so they are wrapped until pruning is done. */
class KeptText {
  readonly value: Json;
  constructor(text: string) {
    this.value = text === '' ? emptyMark : text;
  }
}
const emptyMark = '\u0000empty';

const projectCommand = (value: Json): Json => (isList(value) && value.length === 0 ? '[]' : value);

const projectBuild = (value: Json): Json => {
  const build = fieldsOf(value);
  const context = pathText(build['context']);
  return { ...build, context, inline: build['dockerfile_inline'], shm_size: bytes(build['shm_size']) };
};

/** Paths as the cases write them: all from the folder, and the folder itself `./`. */
const pathText = (value: Json): Json => {
  const text = textOf(value);
  if (text === '.') return './';
  return text.startsWith('../') ? `./${text}` : value;
};

const portText = (value: Json): string => {
  const port = fieldsOf(value);
  const mode = port['mode'] === 'host' ? '|host' : '';
  return `${textOf(port['host_ip'])}|${textOf(port['published'])}|${textOf(port['target'])}/${textOf(port['protocol'])}${mode}`;
};

const projectVolume = (value: Json): Fields => {
  const volume = fieldsOf(value);
  return {
    type: volume['type'],
    source: volume['type'] === 'bind' ? pathText(volume['source']) : volume['source'],
    target: volume['target'],
    ro: volume['read_only'] ?? false,
    size: bytes(fieldsOf(volume['tmpfs'])['size']),
    nocopy: fieldsOf(volume['volume'])['nocopy'],
    propagation: fieldsOf(volume['bind'])['propagation'],
  };
};

const projectAttachment = (value: Json): Json => {
  const { aliases, ipv4_address: ipv4, ipv6_address: ipv6, priority } = fieldsOf(value);
  return { on: 1, aliases: sortedTexts(aliases), ipv4, ipv6, priority };
};

const projectDependency = (service: Fields, dependency: Fields): Json => {
  const { condition: cond, required, restart } = dependency;
  const isLinked = listOf(service['links']).length > 0 || textOf(service['network_mode']).startsWith('service:');
  return { cond, optional: required === false ? true : null, restart: isLinked ? null : restart };
};

const linkText = (text: string): string => (text.includes(':') ? text : `${text}:${text}`);

const projectHealthcheck = (check: Fields): Json => {
  const test = listOf(check['test']);
  if (check['disable'] === true || test[0] === 'NONE') return { disable: true };
  const times = ['interval', 'timeout', 'start_period', 'start_interval'].map((key) => [key, nanoseconds(check[key])]);
  return { test, retries: check['retries'], ...Object.fromEntries(times) };
};

const projectDeploy = (deploy: Fields): Json => {
  const resources = fieldsOf(deploy['resources']);
  const resource = (key: string): Json => {
    const { cpus, memory, pids } = fieldsOf(resources[key]);
    return { cpus: numeric(cpus), memory: bytes(memory), pids };
  };
  const timed = (value: Json, keys: readonly string[]): Json => {
    const fields = fieldsOf(value);
    return { ...fields, ...Object.fromEntries(keys.map((key) => [key, nanoseconds(fields[key])])) };
  };
  return {
    replicas: deploy['replicas'],
    constraints: fieldsOf(deploy['placement'])['constraints'],
    limits: resource('limits'),
    reservations: resource('reservations'),
    update: timed(deploy['update_config'], ['delay', 'monitor']),
    restart: timed(deploy['restart_policy'], ['delay', 'window']),
  };
};

const projectLimits = (service: Fields): Json => {
  const sizes = ['mem_limit', 'mem_reservation', 'memswap_limit', 'shm_size'].map((key) => [key, bytes(service[key])]);
  const numbers = ['cpus', 'cpu_shares', 'cpuset', 'pids_limit', 'scale'].map((key) => [key, numeric(service[key])]);
  return Object.fromEntries([...sizes, ...numbers]);
};

const projectHosts = (value: Json): Json => {
  const hosts: Record<string, string[]> = {};
  for (const item of listOf(value)) {
    const [name = '', ...address] = textOf(item).split('=');
    (hosts[name] ??= []).push(address.join('='));
  }
  return Object.fromEntries(Object.entries(hosts).map(([name, addresses]) => [name, addresses.toSorted()]));
};

const projectUlimit = (value: Json): Json =>
  typeof value === 'object' ? value : { soft: numeric(value), hard: numeric(value) };

const projectGrants = (value: Json, folder: string): Json =>
  listOf(value)
    .map((item) => {
      const { source, target, uid, gid, mode } = fieldsOf(item);
      const name = textOf(target ?? source);
      const place = name.startsWith('/') ? name : folder + name;
      return { source, target: place, uid, gid, mode: mode === undefined ? null : Number.parseInt(textOf(mode), 8) };
    })
    .toSorted((left, right) => compare(left.target, right.target));

const miscKeys = ['container_name', 'hostname', 'user', 'working_dir', 'privileged', 'tty', 'read_only', 'pid', 'ipc'];

const projectMisc = (service: Fields): Json => {
  const kept = miscKeys.map((key) => [key, service[key] === false ? null : service[key]]);
  return { ...Object.fromEntries(kept), stop_grace_period: nanoseconds(service['stop_grace_period']) };
};

const topOf = (root: Fields, kind: string, project: string): Json =>
  mapFields(root[kind], (value) => {
    const resource = fieldsOf(value);
    const { name, external, file, environment: env } = resource;
    if (external === true) return { external: true, name };
    const own = textOf(name).startsWith(`${project}_`) ? null : name;
    return { ...resource, name: own, external: null, file, env, declared: 1 };
  });

/** What a case writes for an empty text. */
export const sameAsCase = (found: Json, wanted: unknown): boolean =>
  JSON.stringify(normalised(found)) === JSON.stringify(normalised(toJson(wanted)));

const normalised = (value: Json): Json => {
  if (value === emptyMark) return '';
  if (isList(value)) return value.map(normalised);
  if (typeof value !== 'object' || value === null) return value ?? null;
  const entries = Object.entries(value).map(([key, item]) => [key, normalised(item)] as const);
  return Object.fromEntries(entries.toSorted(([left], [right]) => compare(left, right)));
};
