import assert from 'node:assert/strict';
import { createPublicKey, verify } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { systemClock } from '@berth/common/clock.ts';
import { makeNewId } from '@berth/common/new-id.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { openStateFolder } from './state-folder.ts';

const folder = () => join(temporaryFolder(), 'state');

test('openStateFolder makes a key that only its owner can read, once', () => {
  const path = folder();
  const state = openStateFolder(path);
  assert.equal(statSync(path).mode & 0o777, 0o700);
  for (const name of readdirSync(path)) assert.equal(statSync(join(path, name)).mode & 0o077, 0, name);
  assert.equal(openStateFolder(path).publicKey, state.publicKey);
  const key = createPublicKey({ key: Buffer.from(state.publicKey, 'base64'), format: 'der', type: 'spki' });
  assert.equal(key.asymmetricKeyType, 'ed25519');
  assert.ok(verify(null, Buffer.from('message'), key, Buffer.from(state.sign('message'), 'base64')));
});

test('openStateFolder keeps who it is', () => {
  const path = folder();
  assert.equal(openStateFolder(path).identity(), undefined);
  const identity = { host: makeNewId(systemClock)('host'), name: 'host-1' };
  openStateFolder(path).keepIdentity(identity);
  assert.deepEqual(openStateFolder(path).identity(), identity);
});

test('openStateFolder refuses a folder that was copied from another machine', () => {
  const path = folder();
  openStateFolder(path, 'one machine');
  assert.throws(() => openStateFolder(path, 'another machine'), { code: 'wrong_state' });
  openStateFolder(path, 'one machine');
});
