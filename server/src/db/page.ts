// Pages over a sorted column: the cursor is the last value of the page before, so that a growing list never repeats a row.
import { sql, type SqlBool } from 'kysely';
import { PlatformError } from '@berth/common/platform-error.ts';
import { pageLimitMaximum, type Page } from '@berth/contract/pages.ts';

const limitDefault = 50;

export const pageLimit = (limit: number | undefined): number => Math.min(limit ?? limitDefault, pageLimitMaximum);

/** From a cursor to the sort value it stands for. */
export const readCursor = (cursor: string | undefined): string | undefined => {
  if (cursor === undefined) return undefined;
  const text = Buffer.from(cursor, 'base64url').toString('utf8');
  if (Buffer.from(text, 'utf8').toString('base64url') !== cursor)
    throw new PlatformError('invalid_request', 'The cursor is not one of ours');
  return text;
};

/** `rows` holds one more than `limit` when there is a next page. */
export const makePage = <Row, Item>(
  rows: readonly Row[],
  limit: number,
  total: number,
  sortValue: (row: Row) => string,
  present: (row: Row) => Item,
): Page<Item> => {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(present),
    total,
    ...(rows.length > limit && last !== undefined
      ? { next: Buffer.from(sortValue(last), 'utf8').toString('base64url') }
      : {}),
  };
};

/** A condition: the column holds the text anywhere; signs that mean something to `like` stand for themselves. */
export const contains = (column: string, search: string) =>
  sql<SqlBool>`${sql.ref(column)} like ${`%${search.replace(/[!%_]/g, (sign) => `!${sign}`)}%`} escape '!'`;
