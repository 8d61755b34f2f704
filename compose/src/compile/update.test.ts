import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import { compileApplication } from '#compile.ts';

const web = (lines: string) => {
  const text = `services:\n  web:\n    image: a\n${lines.replace(/^(?=.)/gm, '    ')}\n`;
  const result = compileApplication({ files: new Map([['compose.yaml', text]]), main: ['compose.yaml'] });
  assert.ok('spec' in result, JSON.stringify(result));
  return { service: result.spec.services['web'], warned: result.warnings.map(({ path }) => path) };
};

const table: Record<string, { lines: string; spec: Partial<ServiceSpec>; warned?: readonly string[] }> = {
  'no rule': { lines: '', spec: {} },
  'rules that say nothing': { lines: 'deploy: {update_config: {}}', spec: {} },
  'every rule': {
    lines:
      'deploy: {update_config: {parallelism: 2, delay: 10s, failure_action: pause, monitor: 1m30s, order: start-first}}',
    spec: { update: { order: 'start-first', batch: 2, intervalMs: 10_000, monitorMs: 90_000, onFailure: 'hold' } },
  },
  'all at once, and going on': {
    lines: 'deploy: {update_config: {parallelism: 0, failure_action: continue, order: stop-first}}',
    spec: { update: { order: 'stop-first', batch: 0, onFailure: 'continue' } },
  },
  'a way back': {
    lines: 'deploy: {update_config: {failure_action: rollback, max_failure_ratio: 0.5}, rollback_config: {delay: 1s}}',
    spec: { update: { onFailure: 'rollback' } },
    warned: ['services.web.deploy.update_config.max_failure_ratio', 'services.web.deploy.rollback_config'],
  },
  'one on each host': {
    lines: 'deploy: {mode: global, replicas: 3}',
    spec: { replicas: 1 },
    warned: ['services.web.deploy.mode'],
  },
  'a job of three': {
    lines: 'restart: always\ndeploy: {mode: replicated-job, replicas: 3}',
    spec: { replicas: 3, restart: { policy: 'no' } },
  },
  'a job that is tried again': {
    lines: 'deploy: {mode: global-job, restart_policy: {condition: on-failure, max_attempts: 2}}',
    spec: { restart: { policy: 'on-failure', maximumRetries: 2 } },
    warned: ['services.web.deploy.mode'],
  },
  'wishes to a scheduler': {
    lines:
      'deploy: {labels: {a: b}, endpoint_mode: dnsrr, placement: {constraints: [node.role == worker], max_replicas_per_node: 1}}',
    spec: {},
    warned: ['services.web.deploy.labels', 'services.web.deploy.endpoint_mode', 'services.web.deploy.placement'],
  },
};

const plain = web('').service;
for (const [name, row] of Object.entries(table))
  test(`compileApplication carries ${name}`, () => {
    const { service, warned } = web(row.lines);
    assert.deepEqual(service, { ...plain, ...row.spec });
    for (const path of row.warned ?? []) assert.ok(warned.includes(path), `${path} is not among ${warned.join(', ')}`);
  });
