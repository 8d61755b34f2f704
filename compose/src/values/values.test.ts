import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { durationText, readDuration } from './durations.ts';
import { readPlainScalar } from './plain-scalar.ts';
import { readSize } from './sizes.ts';
import { splitVolume } from './volume-text.ts';
import { shellOperator, splitWords } from './words.ts';

const scalars: readonly (readonly [string, unknown])[] = [
  ['yes', 'yes'],
  ['on', 'on'],
  ['True', true],
  ['FALSE', false],
  ['tRue', 'tRue'],
  ['010', 8],
  ['0o10', 8],
  ['0x10', 16],
  ['0b11', 3],
  ['1_000', 1000],
  ['08', 8],
  ['22:22', '22:22'],
  ['12:30:45', '12:30:45'],
  ['1.10', 1.1],
  ['1e3', 1000],
  ['.5', 0.5],
  ['1.2.3', '1.2.3'],
  ['~', null],
  ['', null],
  ['+1', 1],
  ['-0x10', -16],
  ['18446744073709551615', 18446744073709551615n],
  ['2020-01-01', '2020-01-01'],
  ['1e', '1e'],
];

test('readPlainScalar reads as Compose does', () => {
  for (const [text, value] of scalars) assert.deepEqual(readPlainScalar(text).value, value, text);
  assert.equal(readPlainScalar('2020-01-01').isDate, true);
  assert.equal(readPlainScalar('2020-13').isDate, undefined);
});

test('readDuration knows every unit and no default one', () => {
  assert.equal(readDuration('1h5m30s20ms'), 3_930_020_000_000);
  assert.equal(readDuration('1.5s'), 1_500_000_000);
  assert.equal(readDuration('10us'), 10_000);
  assert.equal(readDuration('1d'), 86_400_000_000_000);
  for (const text of ['10', '10x', '1m 30s', '', 's', '1', '5S']) assert.equal(readDuration(text), undefined, text);
});

test('durationText prints what readDuration reads', () => {
  assert.equal(durationText(90e9), '1m30s');
  assert.equal(durationText(7200e9), '2h0m0s');
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 15 }), (microseconds) => {
      const nanoseconds = microseconds * 1000;
      assert.equal(readDuration(durationText(nanoseconds)), nanoseconds);
    }),
  );
});

test('readSize knows units of 1024 in any case', () => {
  const sizes: Record<string, number> = {
    '64': 64,
    '64m': 67_108_864,
    '1GB': 1_073_741_824,
    '1.5g': 1_610_612_736,
    '1 g': 1_073_741_824,
    '2kib': 2048,
    '-1': -1,
    '1e3': 1000,
    '5.k': 5120,
    '+.5m': 524_288,
    '12b': 12,
  };
  for (const [text, bytes] of Object.entries(sizes)) assert.equal(readSize(text), bytes, text);
  for (const text of ['1x', '', 'm', '1 m b', '--1', '10ib', '-1.5g', 'e3', '1e', '.'])
    assert.equal(readSize(text), undefined, text);
});

const commands: readonly (readonly [string, readonly string[]])[] = [
  ['bundle exec thin -p 3000', ['bundle', 'exec', 'thin', '-p', '3000']],
  [`sh -c "echo 'a b' && ls"`, ['sh', '-c', "echo 'a b' && ls"]],
  ['a\\ b "c\\"d" \'e\\f\'', ['a b', 'c"d', 'e\\f']],
  [`cmd "" ''`, ['cmd', '', '']],
  ['--x=Label(a, true)', ['--x=Label(a,', 'true)']],
  ['sh -c "printf a\\nb"', ['sh', '-c', 'printf a\\nb']],
  ['run --x > /dev/null || true', ['run', '--x', '>', '/dev/null', '||', 'true']],
  [' a\n\tb ', ['a', 'b']],
  ['', []],
];

test('splitWords splits as a POSIX shell would', () => {
  for (const [text, words] of commands) assert.deepEqual(splitWords(text), { words }, text);
  assert.ok(splitWords('echo "abc').fault?.includes('never closed'));
  assert.ok(splitWords('echo \\').fault?.includes('backslash'));
});

test('splitWords gives back words in single quotes', () => {
  const quote = (word: string): string => `'${word.replaceAll("'", `'"'"'`)}'`;
  fc.assert(
    fc.property(fc.array(fc.string(), { maxLength: 6 }), (words) =>
      assert.deepEqual(splitWords(words.map(quote).join(' ')).words, words),
    ),
  );
});

test('shellOperator finds what only a shell understands', () => {
  for (const text of ['a && b', 'a | b', 'a > b', 'a; b', 'a 2>&1'])
    assert.ok(shellOperator(splitWords(text).words), text);
  for (const text of ['a -b c', "a 'x;y'", 'a b&c'])
    assert.equal(shellOperator(splitWords(text).words), undefined, text);
});

test('splitVolume splits short volumes', () => {
  assert.deepEqual(splitVolume('/x'), { parts: { target: '/x', modes: [] } });
  assert.deepEqual(splitVolume('d:/d:ro,z'), { parts: { source: 'd', target: '/d', modes: ['ro', 'z'] } });
  assert.deepEqual(splitVolume('C:\\x:/c'), { parts: { source: 'C:\\x', target: '/c', modes: [] } });
  const windows: Record<string, readonly string[]> = {
    './x:C:\\data:ro': ['./x', 'C:\\data'],
    'c:/a:c:/b': ['c:/a', 'c:/b'],
    'c:/a:/b:ro': ['c:/a', '/b'],
    'd:/d': ['d', '/d'],
    '\\\\.\\pipe\\a:\\\\.\\pipe\\b': ['\\\\.\\pipe\\a', '\\\\.\\pipe\\b'],
  };
  for (const [text, [source, target]] of Object.entries(windows)) {
    const split = splitVolume(text);
    assert.ok('parts' in split, text);
    assert.deepEqual([split.parts.source, split.parts.target], [source, target]);
  }
  for (const text of ['', ':/c', './x:', '/a:/b:ro:x', '/a:b:']) assert.ok('fault' in splitVolume(text), text);
});
