import assert from 'node:assert/strict';
import { test } from 'node:test';
import { signatureOf, verifySignature } from './hook-signature.ts';

const secret = 'berthhook_secret';
const now = 1_800_000_000;
const body = '{"change":1}';
const headerAt = (seconds: number, text = body, key = secret): string =>
  `t=${seconds},v1=${signatureOf(key, seconds, text)}`;
const verify = (header: string | undefined, text = body): string | undefined =>
  verifySignature(secret, { header, body: text }, now * 1000);

test('signatureOf is what anybody computes with a tool of theirs', () =>
  // printf '1800000000.{}' | openssl dgst -sha256 -hmac key
  assert.equal(
    signatureOf('key', 1_800_000_000, '{}'),
    '7321475872b03ff21bdc2dfd86ea2d99ec29c479fbe4a77aa6acf4509505493f',
  ));

for (const offset of [0, -300, 300])
  test(`verifySignature takes a call of ${offset} s`, () =>
    assert.equal(verify(headerAt(now + offset)), signatureOf(secret, now + offset, body)));

const refused: Record<string, string | undefined> = {
  'no header': undefined,
  'an empty header': '',
  'a call that is too old': headerAt(now - 301),
  'a call of the future': headerAt(now + 301),
  'another body': headerAt(now, '{"change":2}'),
  'another secret': headerAt(now, body, 'berthhook_other'),
  'a time that was not signed': headerAt(now).replace(`t=${now}`, `t=${now + 1}`),
  'a signature cut short': headerAt(now).slice(0, -1),
  'a signature in capitals': headerAt(now).replace(/v1=.*/, (text) => `v1=${text.slice(3).toUpperCase()}A`),
  'more than one signature': `${headerAt(now)},v1=${'0'.repeat(64)}`,
  'nothing but zeros': `t=0,v1=${'0'.repeat(64)}`,
};
for (const [name, header] of Object.entries(refused))
  test(`verifySignature refuses ${name}`, () => assert.equal(verify(header), undefined));
