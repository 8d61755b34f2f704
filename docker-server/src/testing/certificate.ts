// A self-signed certificate for a name, made on the spot: a key in the repository would be a key everybody has, and a
// machine that runs the tests may have no openssl.
import { generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { toInstant } from '@berth/common/clock.ts';

/** One value of DER: tag, length, content. */
const value = (tag: number, ...content: readonly Buffer[]): Buffer => {
  const body = Buffer.concat(content);
  const length =
    body.length < 0x80
      ? Buffer.from([body.length])
      : Buffer.from([0x82, (body.length >> 8) & 0xff, body.length & 0xff]);
  return Buffer.concat([Buffer.from([tag]), length, body]);
};
const sequence = (...content: readonly Buffer[]): Buffer => value(0x30, ...content);
const hex = (text: string): Buffer => Buffer.from(text, 'hex');

const ecdsaWithSha256 = sequence(value(0x06, hex('2a8648ce3d040302')));
const commonName = value(0x06, hex('550403'));
const subjectAltName = value(0x06, hex('551d11'));
const basicConstraints = value(0x06, hex('551d13'));

const generalTime = (ms: number): Buffer => value(0x18, Buffer.from(`${toInstant(ms).replace(/[-:T]|\.\d+/g, '')}`));
const dayMs = 86_400_000;

export const makeCertificate = (
  name: string,
  nowMs: number,
): { readonly key: string; readonly certificate: string } => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const named = sequence(value(0x31, sequence(commonName, value(0x0c, Buffer.from(name)))));
  const extensions = sequence(
    sequence(basicConstraints, value(0x04, sequence(value(0x01, Buffer.from([0xff]))))),
    sequence(subjectAltName, value(0x04, sequence(value(0x82, Buffer.from(name))))),
  );
  const body = sequence(
    value(0xa0, value(0x02, Buffer.from([2]))),
    // A small first byte keeps the number positive.
    value(0x02, Buffer.concat([Buffer.from([0x01]), randomBytes(15)])),
    ecdsaWithSha256,
    named,
    sequence(generalTime(nowMs - dayMs), generalTime(nowMs + dayMs)),
    named,
    publicKey.export({ type: 'spki', format: 'der' }),
    value(0xa3, extensions),
  );
  const signature = sign('sha256', body, privateKey);
  const certificate = sequence(body, ecdsaWithSha256, value(0x03, Buffer.from([0]), signature));
  const lines = certificate.toString('base64').match(/.{1,64}/g) ?? [];
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    certificate: `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`,
  };
};
