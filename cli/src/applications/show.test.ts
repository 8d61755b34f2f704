import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runBerth } from '#testing/run-berth.ts';

const application = {
  name: 'shop',
  phase: 'degraded',
  desiredState: 'running',
  revision: 2,
  containers: { desired: 2, running: 2 },
  createdAt: '2026-01-01T12:00:00.000Z',
  conditions: [],
  services: [],
  operation: null,
  upgrade: null,
};
const show = (t: Parameters<typeof runBerth>[0], more: object) =>
  runBerth(t, ['show', 'shop'], { answers: { 'GET /applications/shop': { ...application, ...more } } });

test('show says how far an upgrade is, and why it stopped', async (t) => {
  const upgrade = {
    state: 'rolled_back',
    from: 1,
    to: 2,
    message: 'web-1 is not healthy',
    services: [{ name: 'web', total: 3, moved: 1, ready: 0 }],
  };
  const { code, out } = await show(t, { upgrade });
  assert.equal(code, 0);
  assert.match(
    out,
    /\nUpgrade from revision 1 to 2, rolled back: web-1 is not healthy\n {2}web: 1 of 3 moved, 0 good\n/,
  );
});

test('show says nothing of an upgrade that is accepted', async (t) =>
  assert.doesNotMatch((await show(t, {})).out, /Upgrade/));
