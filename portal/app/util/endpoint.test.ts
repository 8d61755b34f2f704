import assert from 'node:assert/strict';
import { test } from 'node:test';
import { distinctEndpoints, endpointText, endpointUrl, type Endpoint } from './endpoint.ts';

const web = (change: Partial<Endpoint> = {}): Endpoint => ({
  target: 80,
  protocol: 'tcp',
  hostPort: 8080,
  address: '10.0.0.7',
  ...change,
});

const table: Record<string, { endpoint: Endpoint; text: string | undefined; url: string | undefined }> = {
  'a port on all addresses': {
    endpoint: web({ hostIp: '0.0.0.0' }),
    text: '10.0.0.7:8080',
    url: 'http://10.0.0.7:8080',
  },
  'a port on one address': {
    endpoint: web({ hostIp: '127.0.0.1' }),
    text: '127.0.0.1:8080',
    url: 'http://127.0.0.1:8080',
  },
  'an IPv6 address': { endpoint: web({ address: 'fd00::1' }), text: '[fd00::1]:8080', url: 'http://[fd00::1]:8080' },
  'a TLS port': {
    endpoint: web({ target: 443, hostPort: 30443 }),
    text: '10.0.0.7:30443',
    url: 'https://10.0.0.7:30443',
  },
  'a UDP port': { endpoint: web({ protocol: 'udp' }), text: '10.0.0.7:8080/udp', url: undefined },
  'a port that is not bound': { endpoint: web({ hostPort: undefined }), text: undefined, url: undefined },
};
for (const [name, row] of Object.entries(table))
  test(`endpointText and endpointUrl know ${name}`, () => {
    assert.equal(endpointText(row.endpoint), row.text);
    assert.equal(endpointUrl(row.endpoint), row.url);
  });

test('distinctEndpoints drops the IPv6 twin and orders by port', () => {
  const list = distinctEndpoints([web({ hostPort: 9000 }), web({ hostIp: '0.0.0.0' }), web({ hostIp: '::' })]);
  assert.deepEqual(
    list.map((endpoint) => endpoint.hostPort),
    [8080, 9000],
  );
});
