import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { test } from 'node:test';
import { makeFolder } from '#testing/temporary-folder.ts';
import {
  configPath,
  findServer,
  readConfig,
  withServer,
  writeConfig,
  type Config,
  type Server,
} from './config-file.ts';

const server = (url: string): Server => ({ url, user: 'ada', key: 'k', expiresAt: '2027-01-01T00:00:00.000Z' });
const two: Config = {
  servers: [server('https://one.example.com'), server('https://two.example.com:8443')],
  current: 'https://one.example.com',
};

test('writeConfig keeps the keys from everybody else, also in a file that was open before', (t) => {
  const machine = { environment: { XDG_CONFIG_HOME: makeFolder(t) } };
  mkdirSync(dirname(configPath(machine)));
  writeFileSync(configPath(machine), '{"servers":[]}');
  chmodSync(configPath(machine), 0o644);
  writeConfig(machine, two);
  assert.equal(statSync(configPath(machine)).mode & 0o777, 0o600);
  assert.deepEqual(readConfig(machine), two);
  assert.deepEqual(readdirSync(dirname(configPath(machine))), ['config.json']);
});

test('readConfig knows no server where there is no file', (t) =>
  assert.deepEqual(readConfig({ environment: { XDG_CONFIG_HOME: makeFolder(t) } }), { servers: [] }));

test('readConfig names a damaged file', (t) => {
  const folder = makeFolder(t, { 'berth/config.json': '{"servers":' });
  assert.throws(() => readConfig({ environment: { XDG_CONFIG_HOME: folder } }), /config\.json is damaged/);
});

test('configPath falls back to the home folder', () =>
  assert.equal(configPath({ environment: { HOME: '/home/ada' } }), '/home/ada/.config/berth/config.json'));

const searches: Record<string, { config: Config; named: string | undefined; url: string | undefined }> = {
  'means the current one': { config: two, named: undefined, url: 'https://one.example.com' },
  'means the only one': {
    config: { servers: two.servers.slice(1) },
    named: undefined,
    url: 'https://two.example.com:8443',
  },
  'does not guess between two': { config: { servers: two.servers }, named: undefined, url: undefined },
  'goes by URL': { config: two, named: 'https://two.example.com:8443/', url: 'https://two.example.com:8443' },
  'goes by host': { config: two, named: 'two.example.com:8443', url: 'https://two.example.com:8443' },
  'goes by a part that tells it apart': { config: two, named: 'two', url: 'https://two.example.com:8443' },
  'refuses a part that does not tell it apart': { config: two, named: 'example', url: undefined },
};
for (const [name, { config, named, url }] of Object.entries(searches))
  test(`findServer ${name}`, () => assert.equal(findServer(config, named)?.url, url));

test('withServer puts a new key in the place of the old one', () => {
  const { servers } = withServer(two, { ...server('https://one.example.com'), key: 'new' });
  assert.deepEqual(
    servers.map(({ url, key }) => [url, key]),
    [
      ['https://one.example.com', 'new'],
      ['https://two.example.com:8443', 'k'],
    ],
  );
});
