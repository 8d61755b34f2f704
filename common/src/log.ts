// Structured log: one JSON line an event, past tense, fields not sentences. pino: the plain, fast, kept logger for JSON lines.
import { pino } from 'pino';
import { causeChain } from './platform-error.ts';

export type LogFields = Readonly<Record<string, unknown>>;
export interface Log {
  readonly debug: (event: string, fields?: LogFields) => void;
  readonly info: (event: string, fields?: LogFields) => void;
  readonly warn: (event: string, fields?: LogFields) => void;
  /** `thrown` is logged with its whole cause chain. */
  readonly error: (event: string, fields?: LogFields, thrown?: unknown) => void;
  readonly with: (fields: LogFields) => Log;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error' | 'silent';

const wrap = (logger: pino.Logger): Log => ({
  debug: (event, fields) => logger.debug(fields ?? {}, event),
  info: (event, fields) => logger.info(fields ?? {}, event),
  warn: (event, fields) => logger.warn(fields ?? {}, event),
  error: (event, fields, thrown) =>
    logger.error(
      {
        ...fields,
        ...(thrown === undefined
          ? {}
          : { why: causeChain(thrown), at: thrown instanceof Error ? thrown.stack : undefined }),
      },
      event,
    ),
  with: (fields) => wrap(logger.child(fields)),
});

/** Logs to standard error unless a destination is given, so that standard output stays for results. */
export const makeLog = (level: LogLevel, destination?: { write: (line: string) => void }): Log => {
  const options = { level, base: null, messageKey: 'event', timestamp: pino.stdTimeFunctions.isoTime };
  return wrap(pino(options, destination ?? pino.destination({ fd: 2, sync: true })));
};

export const silentLog: Log = makeLog('silent', { write: () => undefined });
