// Which keys are numbers or booleans whatever a variable makes of them, and how the text they hold is read.
export type Cast = 'boolean' | 'integer' | 'number';

/** A tree of keys; `*` stands for any key or item. */
export type CastTree = { readonly cast?: Cast; readonly children: ReadonlyMap<string, CastTree> };

const patterns: Readonly<Record<Cast, readonly string[]>> = {
  boolean: [
    'services.*.attach',
    'services.*.init',
    'services.*.oom_kill_disable',
    'services.*.privileged',
    'services.*.read_only',
    'services.*.stdin_open',
    'services.*.tty',
    'services.*.healthcheck.disable',
    'services.*.volumes.*.read_only',
    'services.*.volumes.*.volume.nocopy',
    'services.*.volumes.*.bind.create_host_path',
    'services.*.depends_on.*.restart',
    'services.*.env_file.*.required',
    'services.*.build.no_cache',
    'services.*.build.pull',
    'services.*.build.privileged',
    'networks.*.external',
    'networks.*.internal',
    'networks.*.attachable',
    'networks.*.enable_ipv4',
    'networks.*.enable_ipv6',
    'volumes.*.external',
    'secrets.*.external',
    'configs.*.external',
  ],
  integer: [
    'services.*.cpu_count',
    'services.*.cpu_period',
    'services.*.cpu_quota',
    'services.*.cpu_rt_period',
    'services.*.cpu_rt_runtime',
    'services.*.cpu_shares',
    'services.*.deploy.replicas',
    'services.*.deploy.update_config.parallelism',
    'services.*.deploy.rollback_config.parallelism',
    'services.*.deploy.restart_policy.max_attempts',
    'services.*.deploy.placement.max_replicas_per_node',
    'services.*.deploy.resources.limits.pids',
    'services.*.healthcheck.retries',
    'services.*.mem_swappiness',
    'services.*.oom_score_adj',
    'services.*.pids_limit',
    'services.*.ports.*.target',
    'services.*.scale',
    'services.*.ulimits.*',
    'services.*.ulimits.*.hard',
    'services.*.ulimits.*.soft',
    'services.*.build.ulimits.*',
    'services.*.build.ulimits.*.hard',
    'services.*.build.ulimits.*.soft',
  ],
  number: [
    'services.*.cpu_percent',
    'services.*.cpus',
    'services.*.deploy.update_config.max_failure_ratio',
    'services.*.deploy.rollback_config.max_failure_ratio',
    'services.*.deploy.resources.limits.cpus',
    'services.*.deploy.resources.reservations.cpus',
  ],
};

type Growing = { cast?: Cast; readonly children: Map<string, Growing> };

const grow = (): CastTree => {
  const root: Growing = { children: new Map() };
  for (const cast of ['boolean', 'integer', 'number'] as const) {
    for (const pattern of patterns[cast]) {
      let current = root;
      for (const part of pattern.split('.')) {
        const next: Growing = current.children.get(part) ?? { children: new Map() };
        current.children.set(part, next);
        current = next;
      }
      current.cast = cast;
    }
  }
  return root;
};

export const castTree: CastTree = grow();

const truths = new Set(['true', 'yes', 'y', 'on']);
const untruths = new Set(['false', 'no', 'n', 'off']);

export const readBoolean = (text: string): boolean | undefined => {
  const word = text.toLowerCase();
  if (truths.has(word)) return true;
  return untruths.has(word) ? false : undefined;
};

export const readWholeNumber = (text: string): number | undefined => {
  if (!/^[-+]?\d{1,18}$/.test(text)) return undefined;
  const value = Number(text);
  return Number.isSafeInteger(value) ? value : undefined;
};

export const readNumber = (text: string): number | undefined =>
  /^[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?$/.test(text) && text.length < 60 ? Number(text) : undefined;
