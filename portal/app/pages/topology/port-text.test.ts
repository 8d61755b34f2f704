import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { PublishedPort } from '@berth/contract/application-spec.ts';
import { portText } from './port-text.ts';

const table: readonly [port: PublishedPort, text: string][] = [
  [{ target: 80, protocol: 'tcp', published: { from: 8080, to: 8080 } }, '8080 → 80'],
  [{ target: 80, protocol: 'tcp', published: { from: 8080, to: 8090 } }, '8080–8090 → 80'],
  [{ target: 53, protocol: 'udp' }, '* → 53/udp'],
  [{ target: 80, protocol: 'tcp', published: { from: 1, to: 1 }, hostIp: '127.0.0.1' }, '127.0.0.1:1 → 80'],
];
for (const [port, text] of table) test(`portText says ${text}`, () => assert.equal(portText(port), text));
