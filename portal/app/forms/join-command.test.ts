import assert from 'node:assert/strict';
import { test } from 'node:test';
import { joinCommand } from './join-command.ts';

test('joinCommand holds the portal and the token, and nothing about plain HTTP where there is TLS', () => {
  const command = joinCommand('https://berth.example', 'jtk_secret');
  assert.match(command, /BERTH_PORTAL=https:\/\/berth\.example /);
  assert.match(command, /BERTH_JOIN_TOKEN=jtk_secret /);
  assert.doesNotMatch(command, /PLAINTEXT/);
});
test('joinCommand says so where the portal speaks plain HTTP', () =>
  assert.match(joinCommand('http://10.0.0.1:8080', 'jtk_secret'), /BERTH_ALLOW_PLAINTEXT=1/));
