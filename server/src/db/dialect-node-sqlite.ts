// Kysely's SQLite dialect over Node's own `node:sqlite`: no native add-on. Statements are prepared once and kept,
// since preparing costs several times the running.
import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { SqliteDialect, type SqliteDatabase, type SqliteStatement } from 'kysely';

const statementsMaximum = 500;

/** `file` is a path or `:memory:`. */
export const openNodeSqlite = (file: string): SqliteDialect => {
  const database = new DatabaseSync(file);
  // WAL: readers go on while one writes. FULL: what was acknowledged survives a power cut (P1).
  database.exec(
    'pragma journal_mode = WAL; pragma synchronous = FULL; pragma foreign_keys = ON; pragma busy_timeout = 5000;',
  );
  return new SqliteDialect({ database: adapt(database) });
};

const adapt = (database: DatabaseSync): SqliteDatabase => {
  const kept = new Map<string, StatementSync>();
  const prepare = (sql: string): StatementSync => {
    const known = kept.get(sql);
    if (known !== undefined) return known;
    const statement = database.prepare(sql);
    if (kept.size >= statementsMaximum) kept.clear();
    kept.set(sql, statement);
    return statement;
  };
  return {
    close: () => database.close(),
    // Our transactions write. One that begins by reading, and finds at its first write that another process wrote meanwhile,
    // must begin anew; one that takes the lock at once waits for its turn instead.
    prepare: (sql) => wrap(prepare(sql === 'begin' ? 'begin immediate' : sql)),
  };
};

const wrap = (statement: StatementSync): SqliteStatement => ({
  reader: statement.columns().length > 0,
  all: (parameters) => statement.all(...values(parameters)).map((row) => ({ ...row })),
  run: (parameters) => {
    const { changes, lastInsertRowid } = statement.run(...values(parameters));
    return { changes, lastInsertRowid };
  },
  iterate: (parameters) => statement.iterate(...values(parameters)),
});

// node:sqlite binds every JavaScript number as a float; integer columns turn whole ones back.
const values = (parameters: readonly unknown[]): SQLInputValue[] =>
  parameters.map((value) => (typeof value === 'boolean' ? Number(value) : (value as SQLInputValue)));
