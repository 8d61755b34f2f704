// The one error. `message` is for the caller and holds no secret; `detail` and `cause` are for our log.
import { errorCodes, type ErrorCode } from '@berth/contract/errors.ts';
import type { Problem } from '@berth/contract/problems.ts';

export class PlatformError extends Error {
  readonly code: ErrorCode;
  readonly detail: Readonly<Record<string, unknown>>;
  readonly problems: readonly Problem[];

  constructor(
    code: ErrorCode,
    message: string,
    detail: Readonly<Record<string, unknown>> & { problems?: readonly Problem[] } = {},
    cause?: unknown,
  ) {
    super(message, cause === undefined ? undefined : { cause });
    this.name = 'PlatformError';
    this.code = code;
    const { problems, ...rest } = detail;
    this.problems = problems ?? [];
    this.detail = rest;
  }

  get status(): number {
    return errorCodes[this.code].status;
  }

  get retryable(): boolean {
    return errorCodes[this.code].retryable;
  }
}

/** Anything thrown, as a PlatformError: what is not one is a mistake of ours. */
export const asPlatformError = (thrown: unknown): PlatformError =>
  thrown instanceof PlatformError ? thrown : new PlatformError('bug', 'Something went wrong on our side', {}, thrown);

/** A short text of the whole cause chain, for logs and for `detail`. */
export const causeChain = (thrown: unknown): string => {
  const parts: string[] = [];
  for (let at: unknown = thrown, depth = 0; at !== undefined && at !== null && depth < 10; depth += 1) {
    parts.push(at instanceof Error ? `${at.name}: ${at.message}` : textOf(at));
    at = at instanceof Error ? at.cause : undefined;
  }
  return parts.join(' ← ');
};

// Anything can be thrown; an object without a text of its own is told as JSON.
const textOf = (thrown: unknown): string =>
  typeof thrown === 'string' ? thrown : (JSON.stringify(thrown) ?? typeof thrown);
