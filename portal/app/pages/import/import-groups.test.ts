import type { ForeignContainer } from '@berth/contract/imports.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { groupContainers, suggestedName, toggleGroup } from './import-groups.ts';

const container = (name: string, project?: string, host = 'alpha'): ForeignContainer => ({
  id: name,
  name,
  image: 'web:1',
  state: 'running',
  createdAt: '2026-01-01T00:00:00.000Z',
  host,
  ...(project === undefined ? {} : { project }),
});

test('groupContainers groups by host and project, those without one last', () => {
  const groups = groupContainers([
    container('lone'),
    container('b1', 'blog'),
    container('a1', 'archive'),
    container('b2', 'blog'),
    container('b3', 'blog', 'beta'),
  ]);
  assert.deepEqual(
    groups.map(({ host, project, containers }) => [host, project, containers.map(({ name }) => name)]),
    [
      ['alpha', 'archive', ['a1']],
      ['alpha', 'blog', ['b1', 'b2']],
      ['alpha', undefined, ['lone']],
      ['beta', 'blog', ['b3']],
    ],
  );
});

const names: readonly [project: string | undefined, name: string][] = [
  ['blog', 'blog'],
  ['My_Blog', 'my-blog'],
  ['2048', ''],
  ['9lives', 'lives'],
  ['博客', ''],
  [undefined, ''],
];
for (const [project, name] of names)
  test(`suggestedName makes ${JSON.stringify(name)} of ${project}`, () => assert.equal(suggestedName(project), name));

test('toggleGroup adds and takes away, and leaves the others', () => {
  const group = [container('a'), container('b')];
  assert.deepEqual([...toggleGroup(new Set(['x']), group, true)], ['x', 'a', 'b']);
  assert.deepEqual([...toggleGroup(new Set(['x', 'a']), group, false)], ['x']);
});
