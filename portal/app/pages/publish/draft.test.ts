import { publicationSchema } from '@berth/contract/applications.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addFile,
  addVariables,
  changeFile,
  draftOf,
  emptyDraft,
  fileNameProblem,
  missingIn,
  moveFile,
  publicationOf,
  removeFile,
  type Draft,
  type Missing,
} from './draft.ts';

const shop = draftOf('shop', {
  files: { 'z.env': 'A=1', 'base.yml': 'services: {}', 'live.yml': 'services: {}' },
  main: ['base.yml', 'live.yml'],
  variables: { TAG: '1' },
  profiles: ['debug'],
});
const names = (draft: Draft) => draft.files.map((file) => file.name);
const idOf = (draft: Draft, name: string) => draft.files.find((file) => file.name === name)?.id ?? -1;

test('draftOf and publicationOf give a revision back as it was', () =>
  assert.deepEqual(publicationOf(shop), {
    name: 'shop',
    bundle: {
      files: { 'base.yml': 'services: {}', 'live.yml': 'services: {}', 'z.env': 'A=1' },
      main: ['base.yml', 'live.yml'],
    },
    variables: { TAG: '1' },
    profiles: ['debug'],
  }));

test('publicationOf makes what the API takes', () =>
  assert.deepEqual(publicationSchema.parse(publicationOf(shop)), publicationOf(shop)));

test('moveFile changes the order of merging, and not beyond the edges', () => {
  const moved = moveFile(shop, idOf(shop, 'live.yml'), -1);
  assert.deepEqual(publicationOf(moved).bundle.main, ['live.yml', 'base.yml']);
  assert.deepEqual(names(moveFile(moved, idOf(moved, 'live.yml'), -1)), names(moved));
  assert.deepEqual(names(moveFile(shop, idOf(shop, 'z.env'), 1)), names(shop));
});

test('addFile takes YAML as a Compose file and anything else as a file beside', () => {
  const added = addFile(addFile(shop, 'more.yaml', ''), 'app.conf', '');
  assert.deepEqual(publicationOf(added).bundle.main, ['base.yml', 'live.yml', 'more.yaml']);
});

test('addFile of a name that is there replaces its text and makes no twin', () => {
  const added = addFile(shop, 'z.env', 'A=2');
  assert.equal(added.files.length, 3);
  assert.equal(publicationOf(added).bundle.files['z.env'], 'A=2');
});

test('addVariables overwrites a name that is there', () =>
  assert.deepEqual(
    publicationOf(
      addVariables(shop, [
        ['TAG', '2'],
        ['NEW', 'x'],
      ]),
    ).variables,
    { TAG: '2', NEW: 'x' },
  ));

test('addVariables adds empty rows beside each other, and they are not sent', () => {
  const added = addVariables(addVariables(shop, [['', '']]), [['', '']]);
  assert.equal(added.variables.length, 3);
  assert.deepEqual(publicationOf(added).variables, { TAG: '1' });
});

const fileNames: readonly [name: string, problem: 'bad' | 'taken' | undefined][] = [
  ['config/app.conf', undefined],
  ['.env', undefined],
  ['配置.yml', undefined],
  ['base.yml', 'taken'],
  ['', 'bad'],
  ['/etc/passwd', 'bad'],
  ['../up.yml', 'bad'],
  ['a/./b', 'bad'],
  ['a\\b', 'bad'],
  ['a\u0000b', 'bad'],
  ['a'.repeat(256), 'bad'],
];
for (const [name, problem] of fileNames)
  test(`fileNameProblem finds ${JSON.stringify(name.slice(0, 20))} ${problem ?? 'fine'}`, () =>
    assert.equal(fileNameProblem(shop, name), problem));
test('fileNameProblem lets a file keep its own name', () =>
  assert.equal(fileNameProblem(shop, 'base.yml', idOf(shop, 'base.yml')), undefined));

const missing: Record<string, { draft: Draft; missing: Missing | undefined }> = {
  'nothing in a whole draft': { draft: shop, missing: undefined },
  'the text of an empty draft': { draft: emptyDraft, missing: 'text' },
  'the name': { draft: { ...shop, name: 'Shop!' }, missing: 'name' },
  'a Compose file when none is marked': {
    draft: shop.files.reduce((draft, file) => changeFile(draft, file.id, { isCompose: false }), shop),
    missing: 'compose',
  },
  'a Compose file when all are removed': {
    draft: shop.files.reduce((draft, file) => removeFile(draft, file.id), shop),
    missing: 'compose',
  },
  'a right name for a variable': { draft: addVariables(shop, [['1A', 'x']]), missing: 'variables' },
  'the name of a value': { draft: addVariables(shop, [['', 'x']]), missing: 'variables' },
};
for (const [name, row] of Object.entries(missing))
  test(`missingIn finds ${name}`, () => assert.equal(missingIn(row.draft), row.missing));
