// A table on wide screens, a list of cards on narrow ones; a table to screen readers on both.
import type { ReactNode } from 'react';
import styles from './data-table.module.css';

export type Column<Row> = {
  readonly key: string;
  readonly header: string;
  readonly cell: (row: Row) => ReactNode;
  readonly align?: 'end';
  /** As narrow as its content. */
  readonly fit?: boolean;
  /** On narrow screens without the header beside it. */
  readonly bare?: boolean;
};

type Props<Row> = {
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  readonly footer?: ReactNode;
};

const classesOf = (column: Column<never>, ...more: (string | undefined)[]): string =>
  [column.align === 'end' ? styles.end : '', column.fit === true ? styles.fit : '', ...more].filter(Boolean).join(' ');

// Roles are given in full because `display: block` on narrow screens would take them away.
export const DataTable = <Row,>({ label, columns, rows, rowKey, footer }: Props<Row>) => (
  <div className={styles.frame}>
    <div className={styles.scroll}>
      <table className={styles.table} role="table" aria-label={label}>
        <thead role="rowgroup">
          <tr role="row">
            {columns.map((column) => (
              <th key={column.key} role="columnheader" scope="col" className={classesOf(column)}>
                {column.header}
              </th>
            ))}
          </tr>
        </thead>
        <tbody role="rowgroup">
          {rows.map((row) => (
            <tr key={rowKey(row)} role="row">
              {columns.map((column) => (
                <td
                  key={column.key}
                  role="cell"
                  data-label={column.header}
                  className={classesOf(column, column.bare === true ? styles.bare : undefined)}
                >
                  <div>{column.cell(row)}</div>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
    {footer}
  </div>
);
