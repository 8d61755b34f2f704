import assert from 'node:assert/strict';
import { test } from 'node:test';
import { plainWords } from './plain-words.ts';

const sentences: readonly (readonly [string, string])[] = [
  [
    'failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "none": executable file not found in $PATH: unknown',
    'exec: "none": executable file not found in $PATH',
  ],
  [
    'OCI runtime create failed: container_linux.go:380: starting container process caused: exec: "/x": permission denied: unknown',
    'exec: "/x": permission denied',
  ],
  [
    'OCI runtime create failed: exec: "/nothing": stat /nothing: no such file',
    'exec: "/nothing": stat /nothing: no such file',
  ],
  [
    'driver failed programming external connectivity on endpoint web (04f1): Bind for 0.0.0.0:80 failed: port is already allocated',
    'Port 80 of the host is already allocated to another container',
  ],
  [
    'driver failed programming external connectivity on endpoint web (04f1): Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use',
    'Port 80/tcp of the host is already in use by a program',
  ],
  [
    'Error starting userland proxy: listen udp6 [::]:53: bind: address already in use',
    'Port 53/udp of the host is already in use by a program',
  ],
  ['the image is unknown: unknown', 'the image is unknown: unknown'],
  ['', ''],
];
for (const [told, plain] of sentences)
  test(`plainWords makes ${JSON.stringify(plain.slice(0, 40))} of what the engine says`, () =>
    assert.equal(plainWords(told), plain));
