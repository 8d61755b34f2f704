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
  ['Bind for 0.0.0.0:80 failed: port is already allocated', 'Bind for 0.0.0.0:80 failed: port is already allocated'],
  ['the image is unknown: unknown', 'the image is unknown: unknown'],
  ['', ''],
];
for (const [told, plain] of sentences)
  test(`plainWords makes ${JSON.stringify(plain.slice(0, 40))} of what the engine says`, () =>
    assert.equal(plainWords(told), plain));
