import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { printList, tableText, type Column } from './table.ts';

type Row = { readonly name: string; readonly count: number; readonly note: string };
const columns: readonly Column<Row>[] = [
  { title: 'NAME', cell: ({ name }) => name },
  { title: 'COUNT', cell: ({ count }) => String(count), right: true },
  { title: 'NOTE', cell: ({ note }) => note },
];

test('tableText aligns columns by what is seen, with wide characters counted double', () => {
  const rows = [
    { name: '应用', count: 7, note: 'x' },
    { name: 'abcdef', count: 12, note: 'y' },
  ];
  assert.equal(
    tableText(columns, rows),
    ['NAME    COUNT  NOTE', '应用        7  x', 'abcdef     12  y', ''].join('\n'),
  );
});

test('tableText leaves out a column that has nothing to say', () => {
  const text = tableText(columns, [{ name: 'a', count: 1, note: '' }]);
  assert.equal(text, 'NAME  COUNT\na         1\n');
});

test('tableText leaves no blanks at the end of a line', () => {
  const rows = [
    { name: 'a', count: 1, note: 'long note' },
    { name: 'b', count: 2, note: '' },
  ];
  assert.doesNotMatch(tableText(columns, rows), / \n/);
});

const shown = { columns, empty: 'Nothing here.' };

test('printList says what to do when there is nothing', () => {
  const machine = makeFakeMachine();
  printList(machine, [], { ...shown, json: undefined });
  assert.equal(machine.printed(), 'Nothing here.\n');
});

test('printList prints an empty list as JSON that a program can read', () => {
  const machine = makeFakeMachine();
  printList(machine, [], { ...shown, json: true });
  assert.deepEqual(JSON.parse(machine.printed()), []);
});
