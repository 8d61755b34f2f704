import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { readServerUrl } from './server-url.ts';

const taken: Record<string, { text: string; url: string; insecureHttp?: boolean }> = {
  'takes an address as it is': { text: 'https://berth.example.com', url: 'https://berth.example.com' },
  'cuts off a path and a slash': {
    text: 'https://berth.example.com:8443/portal/',
    url: 'https://berth.example.com:8443',
  },
  'means https by a bare name': { text: 'berth.example.com', url: 'https://berth.example.com' },
  'means http by a bare name of this machine': { text: 'localhost:8080', url: 'http://localhost:8080' },
  'allows http to this machine': { text: 'http://127.0.0.1:8080', url: 'http://127.0.0.1:8080' },
  'allows http to this machine by IPv6': { text: 'http://[::1]:8080', url: 'http://[::1]:8080' },
  'allows http elsewhere when told so': { text: 'http://10.0.0.5', url: 'http://10.0.0.5', insecureHttp: true },
};
for (const [name, { text, url, insecureHttp = false }] of Object.entries(taken))
  test(`readServerUrl ${name}`, () => assert.equal(readServerUrl(text, { insecureHttp }), url));

const refused: Record<string, { text: string; message: RegExp }> = {
  'refuses http to another machine': { text: 'http://berth.example.com', message: /--insecure-http/ },
  'refuses http to a name that only begins like this machine': {
    text: 'http://127.example.com',
    message: /--insecure-http/,
  },
  'refuses http to a name that only ends like this machine': { text: 'http://mylocalhost', message: /--insecure-http/ },
  'refuses other schemes': { text: 'ftp://berth.example.com', message: /no address/ },
  'refuses a password in the address': { text: 'https://ada:secret@berth.example.com', message: /no name or password/ },
  'refuses nothing': { text: '', message: /no address/ },
};
for (const [name, { text, message }] of Object.entries(refused))
  test(`readServerUrl ${name}`, () =>
    assert.throws(
      () => readServerUrl(text, { insecureHttp: false }),
      (thrown) => thrown instanceof PlatformError && thrown.code === 'invalid_request' && message.test(thrown.message),
    ));
