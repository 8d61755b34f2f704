// What a linter cannot say about this repository. Each test lists every offence, so that one run shows the whole of it.
import assert from 'node:assert/strict';
import { existsSync, statSync } from 'node:fs';
import { basename, dirname, join, normalize } from 'node:path';
import { test } from 'node:test';
import { publicApi } from '@berth/contract/public-api.ts';
import { actions, platformRoles, resourceKinds, roleMay, systemRoles, tenantRoles } from '@berth/contract/roles.ts';
import type { Route } from '@berth/contract/route.ts';
import { forbiddenNames } from './forbidden-names.ts';
import { generatedFiles } from './generated-files.ts';
import { codeFiles, filesLike, readText } from './repository-files.ts';
import { root } from './root.ts';

const isText = (file: string) => statSync(join(root, file)).isFile() && !/\.(png|ico|woff2?)$/.test(file);
const code = codeFiles();
const texts = filesLike('*', '*/**/*.{ts,tsx,mjs,js,json,css,html,md,yaml,yml,txt,sh}', '.ci/*').filter((file) =>
  isText(file),
);
const linesLike = (files: readonly string[], pattern: RegExp): readonly string[] =>
  files.flatMap((file) =>
    readText(file)
      .split('\n')
      .flatMap((line, index) => (pattern.test(line) ? [`${file}:${index + 1} ${line.trim().slice(0, 120)}`] : [])),
  );

for (const { path, makeText } of generatedFiles)
  test(`${path} is what npm run gen writes`, () =>
    assert.equal(existsSync(join(root, path)) ? readText(path) : '', makeText()));

test('every planner has a test beside it', () => {
  const planners = code.filter((file) => file.endsWith('-plan.ts'));
  assert.ok(planners.length > 0);
  const untested = planners.filter((file) => filesLike(`${file.replace(/\.ts$/, '')}*.test.ts`).length === 0);
  assert.deepEqual(untested, []);
});

test('names use the words of the glossary, not the forbidden ones', () => {
  assert.deepEqual(
    code.flatMap((file) => forbiddenNames(file, readText(file))),
    [],
  );
});

test('a folder has no index file', () => {
  assert.deepEqual(
    code.filter((file) => /\/index\.tsx?$/.test(file)),
    [],
  );
});

test('every file of code begins with what it is for', () => {
  const isTold = (file: string) => /^(#!.*\n)?(\/\/|\/\*\*)/.test(readText(file));
  assert.deepEqual(
    code.filter((file) => !file.endsWith('.test.ts') && !isTold(file)),
    [],
  );
});

test('nothing names a path of one machine', () => {
  assert.deepEqual(linesLike(texts, new RegExp(`(^|[^\\w.])/(${['work', 'root', 'Users'].join('|')})/[a-z]`)), []);
});

test('nothing names the host of a package registry', () => {
  // In pieces, or this line would be its own offence.
  const hosts = [
    ['npmjs', '(org|com)'],
    ['yarnpkg', 'com'],
    ['npmmirror', 'com'],
    ['pypi', 'org'],
    ['deb', 'debian', 'org'],
  ];
  assert.deepEqual(
    linesLike([...texts, 'package-lock.json'], new RegExp(hosts.map((parts) => parts.join('\\.')).join('|'))),
    [],
  );
});

test('a remark on unfinished work names its issue', () => {
  const remark = new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X'].join('|')})\\b(?!.*(issue|#) ?\\d)`);
  assert.deepEqual(linesLike(texts, remark), []);
});

test('no test is skipped or run alone', () => {
  const tests = code.filter((file) => file.endsWith('.test.ts') && file !== 'tools/src/tidy.test.ts');
  assert.deepEqual(linesLike(tests, /\b(test|it|describe|suite)\.(skip|only|todo)\b|\{[^}]*\b(skip|only|todo):/), []);
});

test('every route needs something that some role holds', () => {
  const roles = [...tenantRoles, ...platformRoles, ...systemRoles];
  const wrong = Object.entries<Route>(publicApi).filter(([, { needs }]) => {
    if (typeof needs === 'string') return !['anyone', 'session', 'docker-server', 'signature'].includes(needs);
    const action = actions.find((name) => name === needs.action);
    const kind = resourceKinds.find((name) => name === needs.kind);
    return action === undefined || kind === undefined || !roles.some((role) => roleMay(role, action, kind));
  });
  assert.deepEqual(
    wrong.map(([name, { needs }]) => `${name} ${JSON.stringify(needs)}`),
    [],
  );
});

test('no two routes have the same method and path', () => {
  const places = Object.values<Route>(publicApi).map(({ method, path }) => `${method} ${path.replace(/:\w+/g, ':')}`);
  assert.deepEqual(
    places.filter((place, index) => places.indexOf(place) !== index),
    [],
  );
});

const nouns = {
  tenant: '租户',
  zone: '区域',
  environment: '环境',
  host: '主机',
  'Docker Server': '',
  application: '应用',
  revision: '版本',
  service: '服务',
  container: '容器',
  image: '镜像',
  operation: '操作',
};

test('the glossary has every noun, in English and Chinese', () => {
  const glossary = readText('docs/GLOSSARY.md');
  const missing = Object.entries(nouns).filter(
    ([english, chinese]) => !glossary.includes(english) || !glossary.includes(chinese),
  );
  assert.deepEqual(missing, []);
});

test('links in the documentation lead to files', () => {
  const broken = filesLike('*.md', 'docs/**/*.md').flatMap((file) =>
    [...readText(file).matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)[^)]*\)/g)].flatMap(([, target = '']) =>
      existsSync(join(root, normalize(join(dirname(file), target)))) ? [] : [`${file}: ${target}`],
    ),
  );
  assert.deepEqual(broken, []);
});

test('decisions are numbered and named', () => {
  const wrong = filesLike('docs/adr/*').filter((file) => !/^\d{4}-[a-z0-9-]+\.md$/.test(basename(file)));
  assert.deepEqual(wrong, []);
});
