import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ApplicationSpec, Mount } from '@berth/contract/application-spec.ts';
import { aService, aSpec, publish } from '#testing/applications.ts';
import { findLosses } from './losses.ts';

const data: Mount = { kind: 'volume', volume: 'data', target: '/data', readOnly: false };
const anonymous: Mount = { kind: 'volume', target: '/cache', readOnly: false };
const volume = { external: false, labels: {} };
const network = { external: false, labels: {} };
const web = aService({ image: 'sim/web:1' });

const table: Record<string, { before?: ApplicationSpec; after: ApplicationSpec; losses: string[] }> = {
  'nothing on a first publish': { after: aSpec({ web }), losses: [] },
  'nothing when only an image changes': {
    before: aSpec({ web }),
    after: aSpec({ web: aService({ image: 'sim/web:2' }) }),
    losses: [],
  },
  'nothing when a service is added': { before: aSpec({ web }), after: aSpec({ web, more: web }), losses: [] },
  'a removed service': {
    before: aSpec({ web, db: aService({ image: 'sim/db:1' }) }),
    after: aSpec({ web }),
    losses: ['service_removed db: db is removed, with what its containers wrote outside volumes'],
  },
  'the anonymous volumes of a removed service': {
    before: aSpec({ web, db: aService({ image: 'sim/db:1', mounts: [anonymous] }) }),
    after: aSpec({ web }),
    losses: [
      'service_removed db: db is removed, with what its containers wrote outside volumes; its anonymous volumes stay on the host unused',
    ],
  },
  'a service renamed, known by its image': {
    before: aSpec({ web: aService({ mounts: [anonymous] }) }),
    after: aSpec({ front: aService({ mounts: [anonymous] }) }),
    losses: [
      'service_renamed web: web looks renamed to front: new containers take its place; its anonymous volumes do not follow',
    ],
  },
  'a service renamed, known by its port': {
    before: aSpec({ web: aService({ ports: [publish(8080)] }) }),
    after: aSpec({ front: aService({ image: 'sim/web:2', ports: [publish(8080)] }) }),
    losses: ['service_renamed web: web looks renamed to front: new containers take its place'],
  },
  'one renamed and one removed of two alike': {
    before: aSpec({ a: web, b: web }),
    after: aSpec({ c: web }),
    losses: [
      'service_renamed a: a looks renamed to c: new containers take its place',
      'service_removed b: b is removed, with what its containers wrote outside volumes',
    ],
  },
  'a volume that nobody uses any more, declared or not': {
    before: aSpec({ web: aService({ mounts: [data] }) }, { volumes: { data: volume } }),
    after: aSpec({ web }, { volumes: { data: volume } }),
    losses: ['volume_left_behind data: The volume data is no longer used; it is kept on the host as berth-shop_data'],
  },
  'nothing of a volume that another service uses now': {
    before: aSpec({ web: aService({ mounts: [data] }), db: web }, { volumes: { data: volume } }),
    after: aSpec({ web, db: aService({ mounts: [data] }) }, { volumes: { data: volume } }),
    losses: [],
  },
  'a volume of another making': {
    before: aSpec({ web: aService({ mounts: [data] }) }, { volumes: { data: volume } }),
    after: aSpec(
      { web: aService({ mounts: [data] }) },
      { volumes: { data: { ...volume, driverOptions: { o: 'x' } } } },
    ),
    losses: [
      'volume_differs data: The volume data is asked for with another driver or options; berth-shop_data is kept as it is',
    ],
  },
  'a network that is made anew, with who stops': {
    before: aSpec({ web }, { networks: { default: network } }),
    after: aSpec({ web }, { networks: { default: { ...network, internal: true } } }),
    losses: ['network_replaced default: The network default is made anew; web stop at once meanwhile'],
  },
  'nothing of a network under another name': {
    before: aSpec({ web }, { networks: { default: network } }),
    after: aSpec({ web }, { networks: { default: { ...network, name: 'other' } } }),
    losses: [],
  },
};
for (const [what, { before, after, losses }] of Object.entries(table))
  test(`findLosses tells ${what}`, () =>
    assert.deepEqual(
      findLosses('shop', before, after).map(({ kind, name, message }) => `${kind} ${name}: ${message}`),
      losses,
    ));
