// `deploy.update_config` → how the containers of a service are replaced, and `deploy.mode` → how many there are.
import type { Node, Path } from '#tree/node.ts';
import { get, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';
import { millisecondsOf, present, wholeOf } from './read.ts';

const failureActions: ReadonlyMap<string, string> = new Map([
  ['pause', 'hold'],
  ['continue', 'continue'],
  ['rollback', 'rollback'],
]);

export const updateOf = (report: Report, service: Node, path: Path): Record<string, unknown> | undefined => {
  const rules = get(service, 'deploy', 'update_config');
  if (rules?.kind !== 'map') return undefined;
  const at = [...path, 'deploy', 'update_config'];
  const notNegative = (key: string, value: number | undefined): number | undefined => {
    if (value === undefined || value >= 0) return value;
    report.error(get(rules, key)?.place, [...at, key], 'invalid_value', `"${key}" must be 0 or more.`);
    return undefined;
  };
  const update = present({
    order: textOf(get(rules, 'order')),
    batch: notNegative('parallelism', wholeOf(get(rules, 'parallelism'))),
    intervalMs: notNegative('delay', millisecondsOf(get(rules, 'delay'))),
    monitorMs: notNegative('monitor', millisecondsOf(get(rules, 'monitor'))),
    onFailure: failureActionOf(report, rules, at),
  });
  return Object.keys(update).length === 0 ? undefined : update;
};

const failureActionOf = (report: Report, rules: Node, path: Path): string | undefined => {
  const node = get(rules, 'failure_action');
  const text = textOf(node);
  if (text === undefined) return undefined;
  const action = failureActions.get(text);
  if (action === undefined) {
    const message = `"${text}" is nothing to do on a failure. Use pause, continue or rollback.`;
    report.error(node?.place, [...path, 'failure_action'], 'invalid_value', message);
  }
  return action;
};

export type Mode = 'replicated' | 'global' | 'job';

export const modeOf = (report: Report, service: Node, path: Path): Mode => {
  const node = get(service, 'deploy', 'mode');
  const text = textOf(node) || 'replicated';
  const at = [...path, 'deploy', 'mode'];
  if (text === 'replicated') return 'replicated';
  if (text === 'global' || text === 'global-job') {
    const message = `"mode: ${text}" is done differently: a standalone environment has one host, so there is one container.`;
    report.warn(node?.place, at, 'needless_value', message);
    return text === 'global' ? 'global' : 'job';
  }
  if (text === 'replicated-job') return 'job';
  const message = `"${text}" is no mode. Use replicated, global, replicated-job or global-job.`;
  report.error(node?.place, at, 'invalid_value', message);
  return 'replicated';
};

export const replicasOf = (report: Report, service: Node, path: Path): number => {
  const node = get(service, 'scale') ?? get(service, 'deploy', 'replicas');
  const text = textOf(get(service, 'deploy', 'mode'));
  if (text === 'global' || text === 'global-job') return 1;
  const replicas = wholeOf(node) ?? 1;
  if (replicas >= 0) return replicas;
  report.error(node?.place, path, 'invalid_value', 'The number of containers must be 0 or more.');
  return 1;
};
