import assert from 'node:assert/strict';
import { test } from 'node:test';
import fastCheck from 'fast-check';
import { lineOf, wordsOf } from './command-text.ts';

const table: readonly [line: string, words: readonly string[] | undefined][] = [
  ['', []],
  ['   ', []],
  ['backup --all', ['backup', '--all']],
  ['  a \t b\n', ['a', 'b']],
  [`sh -c 'echo "a b"; ls'`, ['sh', '-c', 'echo "a b"; ls']],
  [`sh -c "echo \\"a\\" 'b'"`, ['sh', '-c', `echo "a" 'b'`]],
  [`a''b "" c`, ['ab', '', 'c']],
  [`a\\ b`, ['a b']],
  [`'a\\n'`, ['a\\n']],
  ['$HOME *', ['$HOME', '*']],
  [`sh -c 'ls`, undefined],
];
for (const [line, words] of table)
  test(`wordsOf reads ${JSON.stringify(line)}`, () => assert.deepEqual(wordsOf(line), words));

test('lineOf gives a line with just these words', () =>
  fastCheck.assert(
    fastCheck.property(fastCheck.array(fastCheck.string()), (words) => assert.deepEqual(wordsOf(lineOf(words)), words)),
  ));
