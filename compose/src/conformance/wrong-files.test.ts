import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileApplication } from '#compile.ts';
import { wrongFiles } from './wrong-files.ts';

const rightFile = { files: new Map([['compose.yaml', 'services: {web: {image: img}}\n']]), main: ['compose.yaml'] };

test('there are at least sixty wrong files, each with a name of its own', () => {
  assert.ok(wrongFiles.length >= 60);
  assert.equal(new Set(wrongFiles.map(({ id }) => id)).size, wrongFiles.length);
});

for (const row of wrongFiles) {
  test(`compileApplication refuses ${row.id} at its place and goes on`, () => {
    const bundle = { files: new Map(Object.entries(row.files)), main: row.main };
    const result = compileApplication(bundle, { variables: row.variables ?? {} });
    assert.ok('problems' in result, 'the file is accepted');
    const [first] = result.problems.filter(({ severity }) => severity === 'error');
    const { code, file, line, column, message } = first ?? {};
    assert.deepEqual(
      { code, file, line, column },
      { code: row.code, file: row.file, line: row.line, column: row.column },
      message ?? '',
    );
    assert.ok(message?.includes(row.mustSay), `"${message}" does not say "${row.mustSay}"`);
    // The same process must still answer, and nothing may have been left behind in shared objects.
    assert.ok('spec' in compileApplication(rightFile));
    assert.equal(Reflect.get({}, 'privileged'), undefined);
  });
}
