// What the engine says, as one of our codes. The engine has no codes of its own, only HTTP statuses and sentences.
import type { ErrorCode } from '@berth/contract/errors.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { EngineAnswer } from './modem.ts';
import { plainWords } from './plain-words.ts';

const sentences: readonly (readonly [RegExp, ErrorCode])[] = [
  [/no space left on device|disk quota exceeded/i, 'no_space'],
  [/port is already allocated|address already in use|bind: .*in use|ports are not available/i, 'port_taken'],
  [
    /no such image|manifest (?:for .* )?(?:unknown|not found)|repository .* not found|pull access denied/i,
    'image_not_found',
  ],
  [/unauthorized: |denied: requested access|no basic auth credentials|authentication required/i, 'image_denied'],
  [/is already in use by container|network with name .* already exists/i, 'name_taken'],
];

/** The code for a sentence of the engine that came with that HTTP status; 0: in a stream. */
export const engineCode = (status: number, message: string): ErrorCode => {
  for (const [pattern, code] of sentences) if (pattern.test(message)) return code;
  return status === 404 ? 'not_found' : 'engine_refused';
};

/** Anything thrown by a call to the engine, as the one error. */
export const toPlatformError = (thrown: unknown): unknown => {
  if (hasBroken(thrown)) return new PlatformError('engine_unavailable', 'The engine broke off its answer', {}, thrown);
  if (!(thrown instanceof EngineAnswer)) return thrown;
  const code = engineCode(thrown.statusCode, thrown.message);
  return new PlatformError(code, plainWords(thrown.message), { engineStatus: thrown.statusCode }, thrown);
};

const hasBroken = (thrown: unknown): boolean =>
  thrown instanceof Error &&
  'code' in thrown &&
  ['ECONNRESET', 'EPIPE', 'ERR_STREAM_PREMATURE_CLOSE'].includes(String(thrown.code));

/** Runs a call to the engine; what it throws is a PlatformError, or `otherwise` for one of the statuses named. */
export const askEngine = async <T, U = never>(
  call: () => Promise<T>,
  otherwise: Readonly<Partial<Record<number, () => U | Promise<U>>>> = {},
): Promise<T | U> => {
  try {
    return await call();
  } catch (thrown) {
    const handle = thrown instanceof EngineAnswer ? otherwise[thrown.statusCode] : undefined;
    if (handle !== undefined) return handle();
    throw toPlatformError(thrown);
  }
};
