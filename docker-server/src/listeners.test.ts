import assert from 'node:assert/strict';
import { createServer, type AddressInfo } from 'node:net';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { listListeners, parseTable } from './listeners.ts';

const head = '  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode\n';
const row = (local: string, state: string) =>
  `   0: ${local} 00000000:0000 ${state} 00000000:00000000 00:00000000 00000000     0        0 4711 1 0 100 0 0 10 0\n`;

const table: Record<string, { local: string; address: string; port: number }> = {
  'an address of IPv4': { local: '0100007F:1F90', address: '127.0.0.1', port: 8080 },
  'all addresses of IPv4': { local: '00000000:0050', address: '0.0.0.0', port: 80 },
  'all addresses of IPv6': { local: '00000000000000000000000000000000:0050', address: '::', port: 80 },
  'the loopback of IPv6': { local: '00000000000000000000000001000000:0050', address: '::1', port: 80 },
  'IPv4 within IPv6': { local: '0000000000000000FFFF00000100007F:0050', address: '127.0.0.1', port: 80 },
};
for (const [name, { local, address, port }] of Object.entries(table))
  test(`parseTable reads ${name}`, () =>
    assert.deepEqual(parseTable(head + row(local, '0A'), 'tcp', '0A'), [
      { protocol: 'tcp', address, port, inode: '4711' },
    ]));

test('parseTable leaves out connections', () =>
  assert.deepEqual(parseTable(head + row('0100007F:1F90', '01'), 'tcp', '0A'), []));

test('listListeners finds a port of ours with our name', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const found = (await listListeners()).find((listener) => listener.port === port && listener.protocol === 'tcp');
  server.close();
  assert.deepEqual(found, {
    protocol: 'tcp',
    address: '127.0.0.1',
    port,
    program: readFileSync('/proc/self/comm', 'utf8').trim(),
  });
});
