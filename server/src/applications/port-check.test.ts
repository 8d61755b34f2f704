import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import type { Listener } from '@berth/contract/engine-objects.ts';
import {
  aService,
  applicationId,
  aSpec,
  foreign,
  otherApplicationId,
  ownerOfContainer,
  publish,
  up,
} from '#testing/applications.ts';
import { findPortProblems, type PortFacts } from './port-check.ts';

const bound = (hostPort: number, hostIp?: string) => ({
  target: 80,
  protocol: 'tcp' as const,
  hostPort,
  ...(hostIp === undefined ? {} : { hostIp }),
});
const listener = (port: number, more: Partial<Listener> = {}): Listener => ({
  protocol: 'tcp',
  address: '0.0.0.0',
  port,
  ...more,
});
const services = (...ports: ServiceSpec['ports']) => ({ web: aService({ ports }) });
const problems = (
  own: ReturnType<typeof services>,
  more: Partial<PortFacts> & { scale?: Record<string, number> } = {},
) => {
  const { scale = {}, ...facts } = more;
  return findPortProblems({
    application: { id: applicationId, spec: aSpec(own), scale },
    host: 'alpha',
    containers: [],
    others: [],
    listeners: [],
    ...facts,
  });
};
const theirs = up('api', 0, {
  owner: ownerOfContainer('api', 0, { application: otherApplicationId, applicationName: 'blog' }),
  ports: [bound(8080)],
});

const rows: Record<string, { found: ReturnType<typeof problems>; messages: RegExp[] }> = {
  'nothing when the port is free': { found: problems(services(publish(8080))), messages: [] },
  'a foreign container': {
    found: problems(services(publish(8080)), { containers: [foreign('nginx', { ports: [bound(8080)] })] }),
    messages: [/Port 8080\/tcp of host alpha is taken by the container nginx, which is not Berth’s/],
  },
  'a container of another application': {
    found: problems(services(publish(8080)), { containers: [theirs] }),
    messages: [/the service api of the application blog/],
  },
  'another application that is to run and has no container yet': {
    found: problems(services(publish(8080)), {
      others: [{ name: 'blog', spec: aSpec({ api: aService({ ports: [publish(8080)] }) }), scale: {} }],
    }),
    messages: [/the service api of the application blog/],
  },
  'no service that is scaled to nothing': {
    found: problems(services(publish(8080)), {
      others: [{ name: 'blog', spec: aSpec({ api: aService({ ports: [publish(8080)] }) }), scale: { api: 0 } }],
    }),
    messages: [],
  },
  'a program of the host': {
    found: problems(services(publish(8080)), { listeners: [listener(8080, { program: 'sshd' })] }),
    messages: [/the program sshd on the host itself/],
  },
  'a program of the host without a name': {
    found: problems(services(publish(8080)), { listeners: [listener(8080)] }),
    messages: [/the program \(unknown\)/],
  },
  'nothing in our own container, nor in the proxy the engine put before it': {
    found: problems(services(publish(8080)), {
      containers: [up('web', 0, { ports: [bound(8080)] })],
      listeners: [listener(8080, { program: 'docker-proxy' })],
    }),
    messages: [],
  },
  'a foreign container behind one of our own on another address': {
    found: problems(services(publish(8080)), {
      containers: [
        up('web', 0, { ports: [bound(8080, '127.0.0.1')] }),
        foreign('nginx', { ports: [bound(8080, '10.0.0.1')] }),
      ],
    }),
    messages: [/the container nginx/],
  },
  'nothing on another protocol, port or address': {
    found: problems(services(publish(8080, { hostIp: '127.0.0.1' })), {
      listeners: [listener(8080, { protocol: 'udp' }), listener(8081), listener(8080, { address: '10.0.0.1' })],
    }),
    messages: [],
  },
  'the same address': {
    found: problems(services(publish(8080, { hostIp: '127.0.0.1' })), {
      listeners: [listener(8080, { address: '127.0.0.1' })],
    }),
    messages: [/on the host itself/],
  },
  'every address, of either family': {
    found: problems(services(publish(8080, { hostIp: '127.0.0.1' })), {
      listeners: [listener(8080, { address: '::' })],
    }),
    messages: [/on the host itself/],
  },
  'a port asked for twice': {
    found: findPortProblems({
      application: {
        id: undefined,
        spec: aSpec({ web: aService({ ports: [publish(80)] }), api: aService({ ports: [publish(80)] }) }),
        scale: {},
      },
      host: 'alpha',
      containers: [],
      others: [],
      listeners: [],
    }),
    messages: [/Port 80\/tcp is asked for twice, by web and api/],
  },
  'more containers than ports': {
    found: problems(services(publish(8080)), { scale: { web: 2 } }),
    messages: [/web is to have 2 containers, but alpha has only one port 8080 for them/],
  },
  'more containers than a range holds': {
    found: problems(services(publish(8080, { published: { from: 8080, to: 8082 } })), { scale: { web: 4 } }),
    messages: [/only 3 ports 8080-8082/],
  },
  'room in a range': {
    found: problems(services(publish(8080, { published: { from: 8080, to: 8082 } })), { scale: { web: 3 } }),
    messages: [],
  },
  'nothing when no container is wanted': {
    found: problems(services(publish(8080)), { scale: { web: 0 }, listeners: [listener(8080)] }),
    messages: [],
  },
  'nothing when the engine picks the port': {
    found: problems(services({ target: 80, protocol: 'tcp' }), { listeners: [listener(80)], scale: { web: 5 } }),
    messages: [],
  },
};
for (const [name, { found, messages }] of Object.entries(rows))
  test(`findPortProblems finds ${name}`, () => {
    assert.equal(found.length, messages.length, JSON.stringify(found));
    for (const [index, message] of messages.entries()) {
      assert.match(found[index]?.message ?? '', message);
      assert.equal(found[index]?.code, 'port_taken');
      assert.match(found[index]?.path ?? '', /^services\.\w+\.ports\[0\]$/);
    }
  });
