import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hiddenText } from '@berth/contract/applications.ts';
import { aService, aSpec } from '#testing/applications.ts';
import { hideSecrets } from './hidden-secrets.ts';
import { diffRevisions } from './revision-diff.ts';

const revision = (more = {}) => ({
  bundle: { files: { 'compose.yaml': 'one', 'same.env': 'A=1' }, main: ['compose.yaml'] },
  variables: { TAG: '1', GONE: 'x' },
  profiles: [],
  spec: aSpec({ web: aService({ image: 'sim/web:1', environment: { A: '1' } }), old: aService() }),
  ...more,
});

test('diffRevisions tells what changed of files, variables and the application, each by its place', () => {
  const after = revision({
    bundle: { files: { 'compose.yaml': 'two', 'same.env': 'A=1', 'new.env': '' }, main: ['compose.yaml'] },
    variables: { TAG: '2' },
    spec: aSpec({ web: aService({ image: 'sim/web:2', environment: { A: '1' }, ports: [] }) }),
  });
  assert.deepEqual(diffRevisions(revision(), after), {
    files: [
      { name: 'compose.yaml', before: 'one', after: 'two' },
      { name: 'new.env', after: '' },
    ],
    variables: [
      { name: 'GONE', before: 'x' },
      { name: 'TAG', before: '1', after: '2' },
    ],
    resolved: [
      { path: 'services.old', before: aService() },
      { path: 'services.web.image', before: 'sim/web:1', after: 'sim/web:2' },
    ],
  });
});

test('diffRevisions tells that variables come from other files', () => {
  const { bundle } = revision();
  const after = revision({ bundle: { ...bundle, envFiles: ['same.env'] } });
  const path = 'bundle.envFiles';
  assert.deepEqual(diffRevisions(revision(), after).resolved, [{ path, after: ['same.env'] }]);
  const none = revision({ bundle: { ...bundle, envFiles: [] } });
  assert.deepEqual(diffRevisions(after, none).resolved, [{ path, before: ['same.env'], after: [] }]);
});

test('diffRevisions is empty between a revision and itself', () =>
  assert.deepEqual(diffRevisions(revision(), revision()), { files: [], variables: [], resolved: [] }));

test('hideSecrets leaves no byte of a secret, wherever it came from, and everything else', () => {
  const secret = Buffer.from('swordfish').toString('base64');
  const hidden = hideSecrets(
    revision({
      bundle: {
        files: { 'compose.yaml': 'one', 'key.txt': 'swordfish', 'web.conf': 'plain' },
        binaries: { 'key.bin': secret, 'logo.png': 'cGxhaW4=' },
        main: ['compose.yaml'],
      },
      variables: { PASSWORD: 'swordfish', TAG: '1' },
      spec: {
        ...aSpec({ web: aService() }),
        files: {
          'secret:a': { kind: 'secret', content: secret, fromFile: 'key.txt' },
          'secret:b': { kind: 'secret', content: secret, fromFile: 'key.bin' },
          'secret:c': { kind: 'secret', content: secret, fromVariable: 'PASSWORD' },
          'config:d': { kind: 'config', content: 'cGxhaW4=', fromFile: 'web.conf' },
        },
      },
    }),
  );
  const text = JSON.stringify(hidden);
  assert.ok(!text.includes('swordfish') && !text.includes(secret), text);
  assert.deepEqual(hidden.variables, { PASSWORD: hiddenText, TAG: '1' });
  assert.deepEqual(hidden.bundle.files, { 'compose.yaml': 'one', 'key.txt': hiddenText, 'web.conf': 'plain' });
  assert.deepEqual(hidden.bundle.binaries, { 'logo.png': 'cGxhaW4=' });
  assert.equal(hidden.spec.files?.['config:d']?.content, 'cGxhaW4=');
});
