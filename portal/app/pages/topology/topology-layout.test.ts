import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Application } from '@berth/contract/applications.ts';
import { layoutTopology, type Box, type Layout } from './topology-layout.ts';

type Topology = Application['topology'];

const topology = (
  needs: Readonly<Record<string, readonly string[]>>,
  keeps: Readonly<Record<string, string>> = {},
): Topology => ({
  services: Object.entries(needs).map(([name, others]) => ({
    name,
    needs: [...others],
    networks: ['default'],
    volumes: keeps[name] === undefined ? [] : [{ name: keeps[name], target: '/data', readOnly: false }],
  })),
  networks: [{ name: 'default', engineName: 'shop_default', external: false }],
  volumes: [...new Set(Object.values(keeps))].map((name) => ({ name, engineName: `shop_${name}`, external: false })),
});
const boxOf = (layout: Layout, name: string): Box => {
  const box = layout.boxes.find((one) => one.name === name);
  assert.ok(box, `there is a box ${name}`);
  return box;
};
const overlap = (a: Box, b: Box): boolean =>
  a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height;

test('layoutTopology puts a service below those that need it, and volumes below all', () => {
  const layout = layoutTopology(topology({ web: ['api', 'db'], api: ['db'], db: [] }, { db: 'data' }));
  const y = (name: string) => boxOf(layout, name).y;
  assert.ok(y('web') < y('api') && y('api') < y('db') && y('db') < y('data'));
  assert.deepEqual(layout.edges.map(({ kind, from, to }) => `${kind} ${from} ${to}`).sort(), [
    'keeps db volume data',
    'needs api db',
    'needs web api',
    'needs web db',
  ]);
});

test('layoutTopology of thirty services keeps every box within the picture and off the others', () => {
  const names = Array.from({ length: 30 }, (_, index) => `s${index}`);
  const layout = layoutTopology(
    topology(
      Object.fromEntries(names.map((name, index) => [name, index > 3 ? [`s${index % 4}`] : []])),
      Object.fromEntries(names.map((name, index) => [name, `v${index % 5}`])),
    ),
  );
  assert.equal(layout.boxes.length, 35);
  for (const [index, box] of layout.boxes.entries()) {
    assert.ok(box.x >= 0 && box.y >= 0 && box.x + box.width <= layout.width && box.y + box.height <= layout.height);
    assert.ok(!layout.boxes.slice(index + 1).some((other) => overlap(box, other)), `${box.name} stands alone`);
  }
});

test('layoutTopology ends for services that need each other in a circle', () =>
  assert.equal(layoutTopology(topology({ a: ['b'], b: ['a'] })).boxes.length, 2));

test('layoutTopology draws no line to what is not there', () =>
  assert.deepEqual(layoutTopology(topology({ a: ['gone'] })).edges, []));

test('layoutTopology of nothing is nothing', () =>
  assert.deepEqual(layoutTopology(topology({})), { boxes: [], edges: [], width: 24, height: 0 }));
