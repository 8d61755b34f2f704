import assert from 'node:assert/strict';
import { test } from 'node:test';
import { emptyDraft, publicationOf } from './draft.ts';
import { addUpload, belowFolder, isLeftOut } from './upload.ts';

test('addUpload of a folder takes its Compose files, its bytes, and the variables of its .env', () => {
  const draft = addUpload(
    { ...emptyDraft, name: 'shop' },
    [
      { name: 'compose.yaml', text: 'services: {}' },
      { name: 'config/extra.yml', text: 'a: 1' },
      { name: 'logo.png', bytes: 'AP8=' },
      { name: '.env', text: 'TAG=2\n' },
    ],
    true,
  );
  assert.deepEqual(publicationOf(draft), {
    name: 'shop',
    bundle: {
      files: { 'compose.yaml': 'services: {}', 'config/extra.yml': 'a: 1', '.env': 'TAG=2\n' },
      binaries: { 'logo.png': 'AP8=' },
      main: ['compose.yaml'],
    },
    variables: { TAG: '2' },
  });
});

test('addUpload of a folder with the name the page began with overwrites that file', () => {
  const draft = addUpload(emptyDraft, [{ name: 'docker-compose.yml', text: 'services: {}' }], true);
  assert.deepEqual(
    draft.files.map(({ name, text, isCompose }) => ({ name, text, isCompose })),
    [{ name: 'docker-compose.yml', text: 'services: {}', isCompose: true }],
  );
});

test('addUpload of single files keeps all that is there', () => {
  const draft = addUpload(emptyDraft, [{ name: 'web.conf', text: 'x' }], false);
  assert.deepEqual(
    draft.files.map(({ name }) => name),
    ['docker-compose.yml', 'web.conf'],
  );
});

test('addUpload turns a file of text into one of bytes and back', () => {
  const once = addUpload(emptyDraft, [{ name: 'a', text: 'x' }], false);
  const bytes = addUpload(once, [{ name: 'a', bytes: 'AA==' }], false);
  assert.equal(bytes.files.at(-1)?.bytes, 'AA==');
  assert.equal(addUpload(bytes, [{ name: 'a', text: 'y' }], false).files.at(-1)?.bytes, undefined);
});

test('belowFolder takes the name of the folder away', () => assert.equal(belowFolder('shop/conf/a'), 'conf/a'));
for (const [path, isOut] of [
  ['.git/config', true],
  ['sub/.git/HEAD', true],
  ['.gitignore', false],
] as const)
  test(`isLeftOut says ${isOut} of ${path}`, () => assert.equal(isLeftOut(path), isOut));
