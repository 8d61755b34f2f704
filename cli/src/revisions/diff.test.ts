import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Revision, RevisionDiff } from '@berth/contract/applications.ts';
import { refusal, runBerth } from '#testing/run-berth.ts';

const revision = (number: number, more: Partial<Revision> = {}) => ({
  id: 'rev_01m889t91000y4xckvwypz5d2d',
  number,
  author: 'ada',
  note: '',
  isCurrent: false,
  createdAt: '2026-01-01T12:00:00.000Z',
  ...more,
});
const between = (more: Partial<RevisionDiff>) => ({
  from: revision(1),
  to: revision(2, { note: 'new prices' }),
  files: [],
  variables: [],
  resolved: [],
  ...more,
});
const diff = (t: TestContext, answer: unknown, words: readonly string[] = ['1', '2']) =>
  runBerth(t, ['diff', 'shop', ...words], {
    answers: {
      'GET /applications/shop/revisions': { items: [revision(3), revision(2, { isCurrent: true })], total: 2 },
      'GET /applications/shop/revisions/2/diff': answer,
    },
  });

const text =
  'services:\n  web:\n    image: web:1\n    user: a\n    scale: 2\n    init: true\n    tty: true\nvolumes: {}\n';

const rows: Record<string, { answer: object; says: RegExp }> = {
  'says whose the revisions are, and when nothing differs': {
    answer: between({}),
    says: /^revision 1: .* by ada\nrevision 2: .* by ada, new prices\n\nThey are the same\.\n$/,
  },
  'prints files as every tool that patches reads them, with three lines around': {
    answer: between({ files: [{ name: 'compose.yaml', before: text, after: text.replace('user: a', 'user: b') }] }),
    says: /\n--- compose\.yaml \(revision 1\)\n\+\+\+ compose\.yaml \(revision 2\)\n@@ -1,7 \+1,7 @@\n services:\n {3}web:\n {5}image: web:1\n- {4}user: a\n\+ {4}user: b\n {5}scale: 2\n {5}init: true\n {5}tty: true\n$/,
  },
  'prints a file that came, and one that went': {
    answer: between({
      files: [
        { name: 'a.env', after: 'A=1\n' },
        { name: 'b.env', before: 'B=1\n' },
      ],
    }),
    says: /--- \/dev\/null\n\+\+\+ a\.env \(revision 2\)\n@@ .* @@\n\+A=1\n\n--- b\.env \(revision 1\)\n\+\+\+ \/dev\/null\n@@ .* @@\n-B=1\n$/,
  },
  'tells of bytes only that they differ': {
    answer: between({ files: [{ name: 'logo', before: '(no text, base64) AAA=', after: '(no text, base64) AAE=' }] }),
    says: /\+\+\+ logo \(revision 2\)\nThe bytes differ\.\n$/,
  },
  'prints variables, and what becomes of the application': {
    answer: between({
      variables: [{ name: 'TAG', before: '1', after: '2' }],
      resolved: [
        { path: 'services.web.image', before: 'web:1', after: 'web:2' },
        { path: 'services.web.ports', after: [{ target: 80 }] },
        { path: 'volumes.data', before: {} },
      ],
    }),
    says: /\nVariables:\n {2}~ TAG: 1 -> 2\n\nThe application they make:\n {2}~ services\.web\.image: web:1 -> web:2\n {2}\+ services\.web\.ports: \[\{"target":80\}\]\n {2}- volumes\.data: \{\}\n$/,
  },
};
for (const [name, { answer, says }] of Object.entries(rows))
  test(`diff ${name}`, async (t) => {
    const { code, out, err } = await diff(t, answer);
    assert.deepEqual([code, err], [0, '']);
    assert.match(out, says);
  });

test('diff compares with the present revision when only one is named', async (t) => {
  const { code, asked, err } = await diff(t, between({}), ['1']);
  assert.equal(code, 0, err);
  assert.deepEqual(
    asked.map(({ what, query }) => [what, query]),
    [
      ['GET /applications/shop/revisions', 'limit=200'],
      ['GET /applications/shop/revisions/2/diff', 'against=1'],
    ],
  );
});

test('diff prints what the server says as JSON', async (t) => {
  const { out } = await diff(t, between({}), ['1', '2', '--json']);
  assert.deepEqual(JSON.parse(out), between({}));
});

test('diff ends with 4 for a revision that is not kept, in the server’s words', async (t) => {
  const { code, err } = await diff(
    t,
    refusal(404, 'not_found', 'There is no such revision, or it is not kept any more'),
  );
  assert.equal(code, 4);
  assert.match(err, /not kept any more/);
});
