// The signature of a call: `t=<seconds since 1970>,v1=<hex>`, HMAC-SHA256 with the hook's secret over `<t>.<body>`. The time
// in it bounds how long a call that was overheard is good for.
import { createHmac, timingSafeEqual } from 'node:crypto';

export interface SignedCall {
  /** The header as it came. */
  readonly header: string | undefined;
  /** The body as it came. */
  readonly body: string;
}

const validMs = 5 * 60_000;
const form = /^t=(\d{1,12}),v1=([0-9a-f]{64})$/;

export const signatureOf = (secret: string, seconds: number, body: string): string =>
  createHmac('sha256', secret).update(`${seconds}.${body}`).digest('hex');

/** The signature itself when it is right and fresh. Takes the same time for every wrong one. */
export const verifySignature = (secret: string, call: SignedCall, nowMs: number): string | undefined => {
  const [, time = '0', given = '0'.repeat(64)] = form.exec(call.header ?? '') ?? [];
  const seconds = Number(time);
  const right = Buffer.from(signatureOf(secret, seconds, call.body), 'hex');
  const isRight = timingSafeEqual(right, Buffer.from(given, 'hex'));
  const isFresh = Math.abs(nowMs - seconds * 1000) <= validMs;
  return isRight && isFresh ? given : undefined;
};
