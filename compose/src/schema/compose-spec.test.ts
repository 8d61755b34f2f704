import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { Ajv } from 'ajv';
import { parse } from 'yaml';
import { createReport } from '#tree/report.ts';
import { readFullYaml } from '#tree/full-yaml.ts';
import { generatedPath, generateSchema } from '#tools/copy-schema.ts';
import { checkSchema } from './check.ts';
import { composeSpec } from './compose-spec.ts';

test('the generated schema is what its source gives today', () => {
  assert.equal(readFileSync(generatedPath, 'utf8'), generateSchema());
});

const validate = new Ajv({ strict: false, allErrors: true }).compile(composeSpec);

const accepts = (text: string): boolean => {
  const report = createReport();
  const [node] = readFullYaml(report, { used: 0 }, 'compose.yaml', text);
  assert.ok(node !== undefined && !report.hasErrors(), 'the text is YAML');
  checkSchema(report, composeSpec, node);
  return !report.hasErrors();
};

const service = (body: string): string => `services: {web: ${body}}`;

// Plain values only, on which every reader of YAML agrees, so that the two judges see the same thing.
const documents: readonly string[] = [
  service('{image: a}'),
  service('{image: 5}'),
  service('{image: a, foo: 1}'),
  service('{image: a, x-foo: 1}'),
  service('{image: a, ports: [80, "80:80", {target: 80}]}'),
  service('{image: a, ports: "80"}'),
  service('{image: a, ports: [[80]]}'),
  service('{image: a, environment: {A: 1, B: x, C: true, D: null}}'),
  service('{image: a, environment: [A=1, B]}'),
  service('{image: a, environment: [A, A]}'),
  service('{image: a, environment: {A: [1]}}'),
  service('{image: a, depends_on: [b]}'),
  service('{image: a, depends_on: {b: {condition: service_started}}}'),
  service('{image: a, depends_on: {b: {condition: soon}}}'),
  service('{image: a, depends_on: {b: {}}}'),
  service('{image: a, deploy: {replicas: 2, resources: {limits: {cpus: 0.5, memory: 5m}}}}'),
  service('{image: a, deploy: {resources: {limits: {memory: 5}}}}'),
  service('{image: a, deploy: null}'),
  service('{image: a, healthcheck: {test: [CMD, a], retries: 3}}'),
  service('{image: a, healthcheck: {test: {a: b}}}'),
  service('{image: a, ulimits: {nofile: 5, core: {soft: 1, hard: 2}}}'),
  service('{image: a, ulimits: {nofile: {soft: 1}}}'),
  service('{image: a, cpu_percent: 101}'),
  service('{image: a, oom_score_adj: -1001}'),
  service('{image: a, container_name: a}'),
  service('{image: a, volumes: [{type: bind, source: a, target: b}]}'),
  service('{image: a, volumes: [{type: foo}]}'),
  service('{image: a, secrets: [a, {source: b, mode: 5}]}'),
  service('{image: a, networks: {a: null, b: {aliases: [x]}}}'),
  service('{image: a, networks: {a: {aliases: [x, x]}}}'),
  service('{image: a, command: null, entrypoint: [a]}'),
  service('{image: a, command: [1]}'),
  service('{image: a, gpus: all}'),
  service('{image: a, gpus: some}'),
  service('{image: a, extends: {file: a}}'),
  service('null'),
  service('[]'),
  'services: {"a b": {image: a}}',
  'services: []',
  '{}',
  'version: 3',
  'version: "3"',
  'networks: {a: null, b: {driver_opts: {x: 1}}, c: {external: {name: y}}}',
  'networks: {a: {driver_opts: {x: true}}}',
  'volumes: {a: {external: {name: x, foo: y}}}',
  'secrets: {a: null}',
  'configs: {a: {content: x}}',
  'include: [a, {path: [a, b], env_file: c}]',
  'include: a',
  'foo: 1',
  'x-foo: {a: [1]}',
];

test('checkSchema accepts and refuses what a full JSON schema validator does', () => {
  for (const text of documents) assert.equal(accepts(text), validate(parse(text)), text);
  assert.ok(documents.some((text) => accepts(text)) && documents.some((text) => !accepts(text)));
});
