import assert from 'node:assert/strict';
import { test } from 'node:test';
import { appendLines, blockLines, emptyBuffer } from './log-buffer.ts';

const lines = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ at: 'now', stream: 'out' as const, text: String(index) }));

test('appendLines keeps full blocks as the same objects, so that they are not drawn again', () => {
  const before = appendLines(emptyBuffer, lines(blockLines + 1));
  const after = appendLines(before, lines(5));
  assert.equal(after.blocks[0], before.blocks[0]);
  assert.equal(after.blocks.length, 2);
  assert.equal(after.count, blockLines + 6);
});

test('appendLines never keeps more than the maximum, and counts what left', () => {
  let buffer = emptyBuffer;
  for (let round = 0; round < 50; round += 1) {
    buffer = appendLines(buffer, lines(37), 500);
    assert.ok(buffer.count <= 500);
    assert.equal(buffer.count + buffer.dropped, 37 * (round + 1));
  }
  assert.ok(buffer.dropped > 0);
});

test('appendLines takes more lines at once than the maximum', () => {
  const buffer = appendLines(emptyBuffer, lines(1_234), 500);
  assert.equal(buffer.count, 500);
  assert.equal(buffer.dropped, 734);
  assert.equal(buffer.blocks.at(-1)?.lines.at(-1)?.text, '1233');
});

test('appendLines numbers lines for good, so that a key never names another line', () => {
  let buffer = appendLines(emptyBuffer, lines(300), 200);
  buffer = appendLines(buffer, lines(300), 200);
  const numbers = buffer.blocks.flatMap((block) => block.lines.map((line) => line.number));
  assert.equal(new Set(numbers).size, numbers.length);
  assert.equal(numbers.at(-1), 599);
});

test('appendLines of nothing is the same buffer', () => assert.equal(appendLines(emptyBuffer, []), emptyBuffer));
