// Tables for people and JSON for programs.
import type { Machine } from '#machine.ts';
import { displayWidth, padTo } from './display-width.ts';

export type Column<T> = { readonly title: string; readonly cell: (item: T) => string; readonly right?: boolean };

/** Aligned columns, two blanks apart; a column whose cells are all empty is left out. */
export const tableText = <T>(columns: readonly Column<T>[], items: readonly T[]): string => {
  const filled = columns
    .map((column) => ({ ...column, cells: items.map((item) => column.cell(item)) }))
    .filter(({ cells }) => cells.some((cell) => cell !== ''))
    .map((column) => ({ ...column, width: Math.max(...[column.title, ...column.cells].map(displayWidth)) }));
  const line = (cells: readonly string[]): string =>
    `${cells
      .map((cell, index) => {
        const { width, right } = filled[index] ?? { width: 0, right: false };
        return right === true ? ' '.repeat(Math.max(0, width - displayWidth(cell))) + cell : padTo(cell, width);
      })
      .join('  ')
      .trimEnd()}\n`;
  const rows = items.map((_, row) => line(filled.map(({ cells }) => cells[row] ?? '')));
  return line(filled.map(({ title }) => title)) + rows.join('');
};

/** A list as JSON or as a table; `empty` says what to do when there is nothing. */
export const printList = <T>(
  machine: Machine,
  items: readonly T[],
  shown: { json: boolean | undefined; columns: readonly Column<T>[]; empty: string },
): void => {
  if (shown.json === true) printJson(machine, items);
  else machine.out(items.length === 0 ? `${shown.empty}\n` : tableText(shown.columns, items));
};

export const printJson = (machine: Machine, value: unknown): void => machine.out(`${JSON.stringify(value, null, 2)}\n`);
