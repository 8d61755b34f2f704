import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import { readBundle } from './bundle.ts';
import { compileApplication } from './compile.ts';
import { allCases } from './conformance/all-cases.ts';
import { variableFiles } from './conformance/judge.ts';
import { printApplication } from './print-application.ts';

const again = (spec: ApplicationSpec, name: string, files: ReadonlyMap<string, string | Uint8Array> = new Map()) => {
  const { bundle, variables } = printApplication(spec, name, files);
  return {
    printed: bundle.files[bundle.main[0]] ?? '',
    bundle,
    result: compileApplication(readBundle(bundle), { variables }),
  };
};

test('printApplication prints every conformance case so that it compiles to the same specification', () => {
  let compared = 0;
  for (const row of allCases()) {
    const bundle = { ...variableFiles(row), files: new Map(Object.entries(row.files)), main: row.use };
    const variables = { ...(row.project === null ? {} : { COMPOSE_PROJECT_NAME: row.project }), ...row.env };
    const options = { variables, profiles: row.profiles, unsetVariables: 'warn' as const };
    const first = compileApplication(bundle, options);
    if (!('spec' in first)) continue;
    compared += 1;
    // The Compose files themselves are no part of any build.
    const others = new Map([...bundle.files].filter(([name]) => !row.use.includes(name)));
    const { printed, result } = again(first.spec, 'bench', others);
    assert.ok('spec' in result, `${row.id}: ${JSON.stringify(result)}\n${printed}`);
    assert.deepEqual(result.spec, first.spec, `${row.id}\n${printed}`);
  }
  assert.ok(compared > 200, `only ${compared} cases were compared`);
});

const compiled = (files: Readonly<Record<string, string | Uint8Array>>, variables: Record<string, string> = {}) => {
  const result = compileApplication({ files: new Map(Object.entries(files)), main: ['compose.yaml'] }, { variables });
  assert.ok('spec' in result, JSON.stringify(result));
  return result.spec;
};

test('printApplication loses nothing that older exports lost', () => {
  const spec = compiled({
    'compose.yaml': `services:
  web:
    image: img
    logging: {driver: syslog, options: {syslog-address: "tcp://192.168.0.42:123", tag: "a{{.Name}}"}}
    cap_add: [NET_ADMIN, SYS_TIME]
    cap_drop: [ALL]
    ulimits: {nofile: {soft: 1, hard: 2}, nproc: 3}
    volumes: [/anonymous, "kept:/here:nocopy"]
    environment: {KEEP: "pa$$word", UNSET: }
volumes: {kept: }
`,
  });
  const { result, printed } = again(spec, 'app');
  assert.ok('spec' in result, printed);
  assert.deepEqual(result.spec, spec, printed);
});

test('printApplication takes the files of builds along, and the build keeps its hash', () => {
  const files = {
    'compose.yaml':
      'services:\n  all: {build: .}\n  app: {build: {context: ./app, dockerfile: Dev, args: {A: "$$x"}}}\n',
    Dockerfile: 'FROM img\n',
    'app/Dev': 'FROM img\n',
    'app/logo.png': Uint8Array.of(137, 80, 78, 71, 0, 255),
  };
  const spec = compiled(files);
  const context = new Map<string, string | Uint8Array>(Object.entries(files));
  context.delete('compose.yaml');
  const { result, printed, bundle } = again(spec, 'app', context);
  assert.ok('spec' in result, `${JSON.stringify(result)}\n${printed}`);
  assert.deepEqual(Object.keys(bundle.binaries ?? {}), ['app/logo.png']);
  const builds = (from: ApplicationSpec) => Object.values(from.services).map(({ build }) => build);
  assert.deepEqual(builds(result.spec), builds(spec));
  assert.ok(builds(spec).every((build) => build !== undefined));
});

test('printApplication chooses another name for its file when a config is the Compose file itself', () => {
  const spec = compiled({
    'compose.yaml': 'services: {web: {image: img, configs: [self]}}\nconfigs: {self: {file: ./compose.yaml}}\n',
  });
  const { result, bundle } = again(spec, 'app');
  assert.deepEqual(bundle.main, ['compose-2.yaml']);
  assert.ok('spec' in result);
  assert.deepEqual(result.spec, spec);
});

test('printApplication hands over what comes from variables as variables', () => {
  const spec = compiled(
    { 'compose.yaml': 'services: {web: {image: img, secrets: [key]}}\nsecrets: {key: {environment: KEY}}\n' },
    { KEY: 's3cr$et' },
  );
  const { bundle, variables } = printApplication(spec, 'app');
  assert.deepEqual(variables, { KEY: 's3cr$et' });
  assert.ok(!JSON.stringify(bundle).includes('s3cr'));
});
