import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { test } from 'node:test';
import { hookSchema, type Hook } from '@berth/contract/hooks.ts';
import { refusal, runBerth } from '#testing/run-berth.ts';
import { sampleOperation } from '#testing/sample-operation.ts';

const sampleHook = (more: Partial<Hook> = {}): Hook => ({
  ...hookSchema.parse({
    id: 'hok_01m889t91000y4xckvwypz5d2d',
    name: 'deploy',
    does: { kind: 'upgrade', variables: ['TAG'] },
    coolDownMs: 60_000,
    expiresAt: null,
    enabled: true,
    createdBy: 'ada',
    createdAt: '2026-01-01T12:00:00.000Z',
    lastCallAt: null,
    lastOutcome: null,
  }),
  ...more,
});
const hook = sampleHook();
const scales = sampleHook({ name: 'load', does: { kind: 'scale', service: 'web', min: 1, max: 4 } });
const path = '/applications/shop/hooks';
const made = { hook, secret: 'berthhook_hush' };

const effects: Record<string, { words: readonly string[]; body: object }> = {
  'that upgrades': {
    words: ['--upgrade', '--allow', 'TAG', '--allow', 'B', '--cool-down', '1m'],
    body: { does: { kind: 'upgrade', variables: ['TAG', 'B'] }, coolDownMs: 60_000 },
  },
  'that scales until some day': {
    words: ['--scale', 'web', '--max', '4', '--expires', '2127-01-31T12:00:00Z'],
    body: { does: { kind: 'scale', service: 'web', min: 1, max: 4 }, expiresAt: '2127-01-31T12:00:00.000Z' },
  },
};
for (const [name, { words, body }] of Object.entries(effects))
  test(`hooks create makes a hook ${name}, and shows its secret with its address`, async (t) => {
    const answers = { [`POST ${path}`]: made };
    const { code, out, err, asked, url } = await runBerth(t, ['hooks', 'create', 'shop', 'deploy', ...words], {
      answers,
    });
    assert.equal(code, 0, err);
    assert.deepEqual(asked[0]?.body, { name: 'deploy', coolDownMs: 0, expiresAt: null, enabled: true, ...body });
    assert.match(out, new RegExp(`address +${url}/v1/hooks/${hook.id}\n +secret +berthhook_hush\n`));
  });

test('hooks renew prints the new secret as JSON with the address', async (t) => {
  const answers = { [`POST ${path}/deploy/secret`]: made };
  const { out, url } = await runBerth(t, ['hooks', 'renew', 'shop', 'deploy', '--json'], { answers });
  assert.deepEqual(JSON.parse(out), { ...made, address: `${url}/v1/hooks/${hook.id}` });
});

const wrong: Record<string, readonly string[]> = {
  'a hook that does nothing': [],
  'a hook that does both': ['--upgrade', '--scale', 'web', '--max', '2'],
  'a limit of containers on an upgrade': ['--upgrade', '--max', '2'],
  'variables on scaling': ['--scale', 'web', '--max', '2', '--allow', 'A'],
  'no most containers': ['--scale', 'web'],
  'an end that is no time': ['--upgrade', '--expires', 'some day'],
  'a cool-down that is no duration': ['--upgrade', '--cool-down', '5'],
};
for (const [name, words] of Object.entries(wrong))
  test(`hooks create takes ${name} for wrong usage`, async (t) => {
    const { code, asked } = await runBerth(t, ['hooks', 'create', 'shop', 'deploy', ...words]);
    assert.deepEqual([code, asked], [2, []]);
  });

const changes: Record<string, { hook: Hook; words: readonly string[]; change: object }> = {
  'whether it takes calls': { hook, words: ['--disable'], change: { enabled: false } },
  'what may be set': { hook, words: ['--allow', 'B'], change: { does: { kind: 'upgrade', variables: ['B'] } } },
  'how far it scales': {
    hook: scales,
    words: ['--max', '9', '--name', 'more'],
    change: { name: 'more', does: { kind: 'scale', service: 'web', min: 1, max: 9 } },
  },
};
for (const [name, row] of Object.entries(changes))
  test(`hooks set changes ${name}`, async (t) => {
    const answers = { [`GET ${path}`]: { items: [row.hook], total: 1 }, [`PUT ${path}/${hook.id}`]: row.hook };
    const words = ['hooks', 'set', 'shop', row.hook.name, ...row.words];
    const { code, err, asked } = await runBerth(t, words, { answers });
    assert.equal(code, 0, err);
    const { name: called, does, coolDownMs, expiresAt, enabled } = row.hook;
    assert.deepEqual(asked[1]?.body, { name: called, does, coolDownMs, expiresAt, enabled, ...row.change });
  });

test('hooks list shows what each does and where it is called', async (t) => {
  const items = [sampleHook({ lastCallAt: '2026-01-02T12:00:00.000Z', lastOutcome: 'accepted' }), scales];
  const { out, url } = await runBerth(t, ['hooks', 'list', 'shop'], {
    answers: { [`GET ${path}`]: { items, total: 2 } },
  });
  assert.match(out, /deploy +upgrade with TAG +1m +2026-01-02 \S+ +accepted +ada +http/);
  assert.match(out, new RegExp(`load +scale web to 1–4 +1m +ada +${url}/v1/hooks/${hook.id}\n$`));
});

test('hooks remove takes --yes, and ends with 4 for one that is not there', async (t) => {
  const answers = { [`DELETE ${path}/deploy`]: {} };
  assert.equal((await runBerth(t, ['hooks', 'remove', 'shop', 'deploy'], { answers })).code, 2);
  assert.equal((await runBerth(t, ['hooks', 'remove', 'shop', 'deploy', '-y'], { answers })).code, 0);
  assert.equal((await runBerth(t, ['hooks', 'remove', 'shop', 'none', '-y'], { answers })).code, 4);
});

const callPath = `POST /v1/hooks/${hook.id}`;
const secret = { machine: { environment: { BERTH_HOOK_SECRET: 'hush', TAG: '3' } } };

test('call-hook signs what it sends, and sends no key of an account', async (t) => {
  const answers = { [callPath]: { operation: sampleOperation(), message: 'shop is published anew' } };
  const words = ['call-hook', hook.id, '--var', 'A=1', '--var', 'TAG', '--delivery', 'build-7'];
  const { code, out, err, asked } = await runBerth(t, words, { answers, ...secret });
  assert.equal(code, 0, err);
  assert.match(out, /^shop is published anew \(opn_\w+\)\n$/);
  const [call] = asked;
  assert.deepEqual(call?.body, { variables: { A: '1', TAG: '3' } });
  const { 'berth-signature': signature, 'berth-delivery': delivery, authorization } = call.headers;
  const [, seconds, given] = /^t=(\d+),v1=([0-9a-f]{64})$/.exec(String(signature)) ?? [];
  assert.equal(given, createHmac('sha256', 'hush').update(`${seconds}.${call.text}`).digest('hex'));
  assert.deepEqual([delivery, authorization], ['build-7', undefined]);
});

const bodies: Record<string, { words: readonly string[]; body: object }> = {
  'a number': { words: ['--replicas', '3'], body: { replicas: 3 } },
  more: { words: ['--change', '+2'], body: { change: 2 } },
  fewer: { words: ['--change', '-1'], body: { change: -1 } },
  nothing: { words: [], body: {} },
};
for (const [name, { words, body }] of Object.entries(bodies))
  test(`call-hook asks for ${name}`, async (t) => {
    const answers = { [callPath]: { operation: null, message: 'There is nothing to do' } };
    const { code, out, asked } = await runBerth(t, ['call-hook', hook.id, ...words], { answers, ...secret });
    assert.deepEqual([code, out, asked[0]?.body], [0, 'There is nothing to do\n', body]);
  });

test('call-hook needs a secret, an address that is one, and a number that is one', async (t) => {
  const codes = await Promise.all(
    [
      { words: [hook.id], machine: {} },
      { words: ['https://example.com/elsewhere'], ...secret },
      { words: [hook.id, '--change', 'many'], ...secret },
    ].map(async ({ words, machine }) => (await runBerth(t, ['call-hook', ...words], { machine })).code),
  );
  assert.deepEqual(codes, [2, 2, 2]);
});

test('call-hook tells a refusal, and asks nobody to sign in', async (t) => {
  const call = (status: number, code: string, message: string) =>
    runBerth(t, ['call-hook', hook.id], { answers: { [callPath]: refusal(status, code, message) }, ...secret });
  const unsigned = await call(
    401,
    'unauthenticated',
    'There is no such hook, or the call is not signed with its secret',
  );
  assert.equal(unsigned.code, 1);
  assert.match(unsigned.err, /not signed with its secret\. Check the secret/);
  assert.doesNotMatch(unsigned.err, /berth login/);
  const cooling = await call(429, 'too_many_requests', 'The hook is cooling down after its last call');
  assert.equal(cooling.code, 1);
  assert.match(cooling.err, /cooling down/);
});
