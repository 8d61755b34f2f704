import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { askEngine, engineCode } from './engine-error.ts';
import { EngineAnswer } from './modem.ts';

// The engine's own sentences, as 20.10 and later write them.
const sentences: readonly (readonly [number, string, string])[] = [
  [404, 'No such container: abc', 'not_found'],
  [404, 'No such image: shop/web:1', 'image_not_found'],
  [404, 'pull access denied for shop/web, repository does not exist or may require docker login', 'image_not_found'],
  [0, 'manifest for shop/web:2 not found: manifest unknown: manifest unknown', 'image_not_found'],
  [500, 'Head "http://127.0.0.1:5000/v2/shop/web/manifests/1": no basic auth credentials', 'image_denied'],
  [0, 'unauthorized: authentication required', 'image_denied'],
  [
    500,
    'driver failed programming external connectivity on endpoint web: Bind for 0.0.0.0:80 failed: port is already allocated',
    'port_taken',
  ],
  [500, 'Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use', 'port_taken'],
  [
    409,
    'Conflict. The container name "/web" is already in use by container "abc". You have to remove it',
    'name_taken',
  ],
  [409, 'network with name shop_front already exists', 'name_taken'],
  [500, 'write /var/lib/docker/tmp/x: no space left on device', 'no_space'],
  [400, 'invalid mount config for type "bind": bind source path does not exist: /nothing', 'engine_refused'],
  [500, 'OCI runtime create failed: exec: "/nothing": stat /nothing: no such file or directory', 'engine_refused'],
];
for (const [status, message, code] of sentences)
  test(`engineCode takes ${JSON.stringify(message.slice(0, 60))} for ${code}`, () =>
    assert.equal(engineCode(status, message), code));

test('askEngine turns an answer into the one error, with the engine’s own words', async () => {
  const refuse = async () => {
    throw new EngineAnswer(500, 'cannot');
  };
  await assert.rejects(
    askEngine(refuse),
    (thrown) => thrown instanceof PlatformError && thrown.code === 'engine_refused' && thrown.message === 'cannot',
  );
  assert.equal(await askEngine(refuse, { 500: () => 'known' }), 'known');
});
