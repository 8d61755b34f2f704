import { hookSchema, hookSpecSchema, type HookSpec } from '@berth/contract/hooks.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { areLimitsBad, draftOfHook, hookOf, newHook, specOfHook, type HookDraft } from './hook-draft.ts';
import { hookAddress, hookExample } from './hook-example.ts';

const draft = (change: Partial<HookDraft> = {}): HookDraft => ({ ...newHook('web'), name: 'ci', ...change });
const hookWith = (spec: HookSpec | undefined) =>
  hookSchema.parse({
    ...spec,
    id: `hok_${'a'.repeat(26)}`,
    createdBy: 'ada',
    createdAt: '2026-01-01T00:00:00.000Z',
    lastCallAt: null,
    lastOutcome: null,
  });

test('hookOf gives what the API takes for an upgrade', () =>
  assert.deepEqual(hookSpecSchema.parse(hookOf(draft({ variables: ['TAG'], expires: '2026-12-31' }))), {
    name: 'ci',
    does: { kind: 'upgrade', variables: ['TAG'] },
    coolDownMs: 60_000,
    expiresAt: '2026-12-31T23:59:59.999Z',
    enabled: true,
  }));

test('hookOf gives what the API takes for a scale', () =>
  assert.deepEqual(hookSpecSchema.parse(hookOf(draft({ kind: 'scale', min: 2, max: 4 }))).does, {
    kind: 'scale',
    service: 'web',
    min: 2,
    max: 4,
  }));

const bad: Record<string, Partial<HookDraft>> = {
  'without a name': { name: '' },
  'whose most is below its least': { kind: 'scale', min: 3, max: 2 },
  'with an empty number': { kind: 'scale', max: '' },
  'without a pause': { coolDownSeconds: '' },
};
for (const [name, change] of Object.entries(bad))
  test(`hookOf gives nothing for a hook ${name}`, () => assert.equal(hookOf(draft(change)), undefined));

test('areLimitsBad is said of scaling only', () => {
  assert.equal(areLimitsBad(draft({ kind: 'scale', min: 3, max: 2 })), true);
  assert.equal(areLimitsBad(draft({ kind: 'upgrade', min: 3, max: 2 })), false);
});

for (const change of [
  { variables: ['A', 'B'], expires: '2027-01-31' },
  { kind: 'scale' as const, min: 0, max: 9 },
])
  test(`draftOfHook and hookOf undo each other for ${JSON.stringify(change)}`, () => {
    const spec = hookOf(draft(change));
    const hook = hookWith(spec);
    assert.deepEqual(hookOf(draftOfHook(hook, 'web')), spec);
    assert.deepEqual(specOfHook(hook), spec);
  });

test('hookExample signs what it sends, to the address of the hook, and holds no secret', () => {
  const hook = hookWith(hookOf(draft({ variables: ['TAG'] })));
  const text = hookExample('https://berth.example', hook);
  assert.equal(hookAddress('https://berth.example', hook), `https://berth.example/v1/hooks/${hook.id}`);
  assert.match(text, new RegExp(hookAddress('https://berth.example', hook)));
  assert.match(text, /body='\{"variables":\{"TAG":"value"\}\}'/);
  assert.match(text, /berth-signature: t=\$time,v1=\$signature/);
  assert.match(text, /hmac "\$BERTH_SECRET"/);
});
