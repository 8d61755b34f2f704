// Hooks over the API: what a call does, how often, with whose rights, and that nobody learns anything without the secret.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { after, before, suite, test } from 'node:test';
import type { Hook, HookSpec } from '@berth/contract/hooks.ts';
import type { Operation } from '@berth/contract/applications.ts';
import { publishWell, readApplication, refusedWith } from '#harness/application.ts';
import { ask, askPath, type Answer } from '#harness/ask.ts';
import { publication, waitForOperation, type ApiClient } from '#harness/berth.ts';
import { startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
before(async () => {
  berth = await startSimulatedBerth();
});
after(() => berth?.close());

const compose = 'services:\n  web:\n    image: sim/web:1\n    environment: {TAG: "${TAG:-none}"}\n';
const at = (application: string) => ({ ...berth.place, application });
const publish = (name: string) => publishWell(berth, publication(name, compose, { variables: { TAG: 'first' } }));
const scales: HookSpec['does'] = { kind: 'scale', service: 'web', min: 1, max: 4 };
const upgrades: HookSpec['does'] = { kind: 'upgrade', variables: ['TAG'] };
const hookOf = (does: HookSpec['does'], more: Partial<HookSpec> = {}): HookSpec => ({
  name: 'deploy',
  does,
  coolDownMs: 0,
  expiresAt: null,
  enabled: true,
  ...more,
});

interface Made {
  readonly hook: Hook;
  readonly secret: string;
}
const make = async (application: string, spec: HookSpec, client: ApiClient = berth.admin): Promise<Made> => {
  await publish(application);
  return client.createHook({ params: at(application), body: spec });
};

let lastSecond = 0;
/** Another second for each call: the same body in the same second is the same call. */
const nextSecond = (): number => {
  const now = Math.floor(Date.now() / 1000);
  // Backwards from now, well within the five minutes.
  lastSecond = lastSecond === 0 ? now : lastSecond - 1;
  return lastSecond;
};

const sign = (secret: string, text: string, seconds: number): string =>
  `t=${seconds},v1=${createHmac('sha256', secret).update(`${seconds}.${text}`).digest('hex')}`;

const call = (
  { hook, secret }: Made,
  body: unknown,
  more: { text?: string; signature?: string; delivery?: string; seconds?: number } = {},
): Promise<Answer> => {
  const text = more.text ?? JSON.stringify(body);
  const signature = more.signature ?? sign(secret, text, more.seconds ?? nextSecond());
  return ask(berth.url, 'callHook', {
    params: { hook: hook.id },
    text,
    headers: {
      ...(signature === '' ? {} : { 'berth-signature': signature }),
      ...(more.delivery === undefined ? {} : { 'berth-delivery': more.delivery }),
    },
  });
};

const accepted = (answer: Answer): Operation => {
  assert.equal(answer.status, 202, `${answer.code}: ${answer.message}`);
  const { operation } = answer.json as { operation: Operation | null };
  assert.ok(operation !== null, 'there is an operation to follow');
  return operation;
};
const ends = async (operation: Operation): Promise<void> => {
  const end = await waitForOperation(berth.admin, berth.place, operation.id);
  assert.equal(end.state, 'succeeded', `${end.reason} ${end.message}`);
};
const read = async (application: string): Promise<Hook> => {
  const [hook] = (await berth.admin.listHooks({ params: at(application), query: {} })).items;
  assert.ok(hook !== undefined);
  return hook;
};
const replicasOf = async (application: string) => (await readApplication(berth, application)).containers.desired;

suite('a hook', { concurrency: 8 }, () => {
  test('upgrades with the variables it may set, and says which operation to follow', async () => {
    const made = await make('up', hookOf(upgrades));
    const operation = accepted(await call(made, { variables: { TAG: 'second' } }));
    assert.deepEqual([operation.kind, operation.requestedBy], ['publish', 'ada (hook deploy)']);
    await ends(operation);
    const revision = await berth.admin.readRevision({ params: { ...at('up'), number: 2 } });
    assert.deepEqual([revision.variables, revision.note], [{ TAG: 'second' }, 'hook deploy']);
    const { lastOutcome, lastCallAt } = await read('up');
    assert.equal(lastOutcome, 'accepted');
    assert.ok(lastCallAt !== null);
    const { items } = await berth.admin.listApplicationEvents({ params: at('up'), query: {} });
    const event = items.find(({ reason }) => reason === 'hook_called');
    assert.equal(event?.actor, 'ada (hook deploy)');
    assert.match(event?.message ?? '', /called from (127\.0\.0\.1|::1|::ffff:127\.0\.0\.1): accepted/);
  });

  test('upgrades with variables from the files that the revision takes them from', async () => {
    const text = `${compose}    env_file: .env\n    hostname: "\${X:-default}"\n`;
    const bundle = { files: { 'compose.yaml': text, '.env': 'X=plain\n' }, main: ['compose.yaml'], envFiles: [] };
    await publishWell(berth, { name: 'up-env', bundle, variables: { TAG: 'first' } });
    const made = await berth.admin.createHook({ params: at('up-env'), body: hookOf(upgrades) });
    await ends(accepted(await call(made, { variables: { TAG: 'second' } })));
    const revision = await berth.admin.readRevision({ params: { ...at('up-env'), number: 2 } });
    const { environment, hostname } = revision.spec.services['web'] ?? {};
    assert.deepEqual([environment, hostname], [{ TAG: 'second', X: 'plain' }, 'default']);
    const exported = await berth.admin.exportApplication({ params: at('up-env'), query: {} });
    assert.deepEqual([revision.bundle, exported.bundle], [bundle, bundle]);
    const { resolved } = await berth.admin.diffRevisions({
      params: { ...at('up-env'), number: 2 },
      query: { against: 1 },
    });
    assert.deepEqual(
      resolved.map(({ path }) => path),
      ['services.web.environment.TAG'],
    );
  });

  test('refuses variables it was not made for', async () => {
    const made = await make('up-foreign', hookOf(upgrades));
    const answer = await call(made, { variables: { IMAGE: 'evil/miner' } });
    assert.deepEqual([answer.status, answer.code], [400, 'invalid_request']);
    assert.match(answer.message ?? '', /does not set IMAGE; it may set TAG/);
    assert.equal((await read('up-foreign')).lastOutcome, 'invalid_request');
    assert.equal((await call(made, { change: 1 })).code, 'invalid_request');
  });

  test('scales within its limits', async () => {
    const made = await make('scale', hookOf(scales));
    const go = async (body: object): Promise<number> => {
      const operation = accepted(await call(made, body));
      assert.equal(operation.kind, 'scale');
      await ends(operation);
      return replicasOf('scale');
    };
    assert.equal(await go({ replicas: 3 }), 3);
    assert.equal(await go({ change: -1 }), 2);
    assert.equal(await go({ change: 100 }), 4, 'as far as it may');
    const outside = await call(made, { replicas: 5 });
    assert.equal(outside.code, 'invalid_request');
    assert.match(outside.message ?? '', /between 1 and 4/);
    const nothing = await call(made, { change: 1 });
    assert.deepEqual([nothing.status, (nothing.json as { operation: unknown }).operation], [202, null]);
    assert.equal((await read('scale')).lastOutcome, 'nothing_to_do');
    assert.equal((await call(made, {})).code, 'invalid_request');
    assert.equal((await call(made, { variables: { TAG: 'x' } })).code, 'invalid_request');
  });

  test('does the same call once, and gives the same answer', async () => {
    const made = await make('once', hookOf(scales));
    const seconds = nextSecond();
    const first = await call(made, { change: 1 }, { delivery: 'd-1', seconds });
    await ends(accepted(first));
    const again = await call(made, { change: 1 }, { delivery: 'd-1' });
    assert.deepEqual([again.status, again.json], [first.status, first.json], 'by its delivery');
    const overheard = await call(made, { change: 1 }, { delivery: 'd-2', seconds });
    assert.deepEqual(overheard.json, first.json, 'by what was signed');
    assert.equal(await replicasOf('once'), 2);
    await ends(accepted(await call(made, { change: 1 }, { delivery: 'd-3' })));
    assert.equal(await replicasOf('once'), 3);
    assert.equal((await call(made, { change: 1 }, { delivery: 'with blank' })).code, 'invalid_request');
  });

  test('does a call that comes many times at once only once', async () => {
    const made = await make('at-once', hookOf(scales));
    const seconds = nextSecond();
    const answers = await Promise.all(
      Array.from({ length: 6 }, () => call(made, { change: 1 }, { delivery: 'one', seconds })),
    );
    for (const { status } of answers) assert.ok(status === 202 || status === 429, String(status));
    const [good] = answers.filter(({ status }) => status === 202);
    assert.ok(good !== undefined);
    await ends(accepted(good));
    assert.equal(await replicasOf('at-once'), 2);
  });

  test('tries a call again that was refused', async () => {
    const made = await make('again', hookOf(scales));
    assert.equal((await call(made, { replicas: 9 }, { delivery: 'same' })).status, 400);
    await ends(accepted(await call(made, { replicas: 2 }, { delivery: 'same' })));
  });

  test('cools down after a call that did something, and says for how long', async () => {
    const made = await make('cool', hookOf(scales, { coolDownMs: 3_600_000 }));
    assert.equal((await call(made, { change: -1 })).status, 202, 'nothing to do, and nothing to cool down from');
    await ends(accepted(await call(made, { change: 1 })));
    const answer = await call(made, { change: 1 });
    assert.deepEqual([answer.status, answer.code], [429, 'too_many_requests']);
    const seconds = Number(answer.headers.get('retry-after'));
    assert.ok(seconds > 3_000 && seconds <= 3_600, String(seconds));
    assert.equal(await replicasOf('cool'), 2);
  });

  test('keeps its address and secret when it is changed', async () => {
    const made = await make('edit', hookOf(scales));
    const params = { ...at('edit'), hook: 'deploy' };
    const changed = await berth.admin.setHook({ params, body: hookOf({ ...scales, max: 2 }, { name: 'other' }) });
    assert.deepEqual([changed.id, changed.name], [made.hook.id, 'other']);
    await publishWell(berth, publication('edit', compose, { variables: { TAG: 'edited' } }));
    await ends(accepted(await call(made, { change: 5 })));
    assert.equal(await replicasOf('edit'), 2);
    await refusedWith('invalid_request', () =>
      berth.admin.setHook({ params: { ...params, hook: 'other' }, body: hookOf({ ...scales, min: 5, max: 2 }) }),
    );
    await refusedWith('invalid_request', () =>
      berth.admin.createHook({ params: at('edit'), body: hookOf({ ...scales, service: 'nothing' }) }),
    );
    await refusedWith('conflict', () =>
      berth.admin.createHook({ params: at('edit'), body: hookOf(scales, { name: 'other' }) }),
    );
  });

  test('gets another secret on request, and the former is void at once', async () => {
    const made = await make('renew', hookOf(scales));
    const renewed = await berth.admin.renewHookSecret({ params: { ...at('renew'), hook: 'deploy' } });
    assert.notEqual(renewed.secret, made.secret);
    assert.equal(renewed.hook.id, made.hook.id);
    assert.equal((await call(made, { change: 1 })).status, 401);
    await ends(accepted(await call(renewed, { change: 1 })));
  });

  test('shows its secret once and nowhere else', async () => {
    const made = await make('secret', hookOf(scales));
    assert.match(made.secret, /^berthhook_[\w-]{43}$/);
    const params = at('secret');
    const shown = JSON.stringify([
      await berth.admin.listHooks({ params, query: {} }),
      await berth.admin.listApplicationEvents({ params, query: {} }),
      await berth.admin.setHook({ params: { ...params, hook: 'deploy' }, body: hookOf(scales) }),
    ]);
    assert.ok(!shown.includes(made.secret));
  });

  test('can never do more than the person it acts for may now', async () => {
    const person = await berth.addPerson('hooker', { main: 'developer' });
    const made = await make('rights', hookOf(scales), person.client);
    assert.equal(made.hook.createdBy, 'hooker');
    const user = { tenant: berth.place.tenant, user: 'hooker' };
    await berth.admin.setMember({ params: user, body: { role: 'viewer' } });
    const demoted = await call(made, { change: 1 });
    assert.deepEqual([demoted.status, demoted.code], [403, 'forbidden']);
    await berth.admin.removeMember({ params: user });
    const gone = await call(made, { change: 1 });
    assert.deepEqual([gone.status, gone.message], [403, demoted.message]);
    await berth.admin.setMember({ params: user, body: { role: 'developer' } });
    await ends(accepted(await call(made, { change: 1 })));
  });
});

test('whoever has no right signature gets one answer, whatever is wrong', async () => {
  const made = await make('closed', hookOf(scales));
  const off = await berth.admin.createHook({
    params: at('closed'),
    body: hookOf(scales, { name: 'off', enabled: false }),
  });
  const expired = await berth.admin.createHook({
    params: at('closed'),
    body: hookOf(scales, { name: 'expired', expiresAt: '2020-01-01T00:00:00.000Z' }),
  });
  const now = Math.floor(Date.now() / 1000);
  const text = '{"change":1}';
  const unknown = { ...made, hook: { ...made.hook, id: `${made.hook.id.slice(0, -4)}0000` as Hook['id'] } };
  const answers: Record<string, Answer> = {
    'no signature': await call(made, { change: 1 }, { signature: '' }),
    'a signature of no form': await call(made, { change: 1 }, { signature: 'sha256=abc' }),
    'another secret': await call({ ...made, secret: 'berthhook_guess' }, { change: 1 }),
    'another body': await call(made, {}, { text: '{"change":2}', signature: sign(made.secret, text, now) }),
    'the same body in other signs': await call(
      made,
      {},
      { text: '{"change": 1}', signature: sign(made.secret, text, now) },
    ),
    'a call that is too old': await call(made, { change: 1 }, { seconds: now - 400 }),
    'a call of the future': await call(made, { change: 1 }, { seconds: now + 400 }),
    'a hook that is off': await call(off, { change: 1 }),
    'a hook that has expired': await call(expired, { change: 1 }),
    'no such hook': await call(unknown, { change: 1 }),
    'its name for its id': await askPath(berth.url, 'POST', '/v1/hooks/deploy', {
      text,
      headers: { 'berth-signature': sign(made.secret, text, now) },
    }),
  };
  for (const [what, { status, code, message }] of Object.entries(answers))
    assert.deepEqual([status, code, message], [401, 'unauthenticated', answers['no signature']?.message], what);
  assert.equal(await replicasOf('closed'), 1);
  const hooks = await berth.admin.listHooks({ params: at('closed'), query: {} });
  assert.deepEqual(
    hooks.items.map(({ lastCallAt }) => lastCallAt),
    [null, null, null],
    'a stranger leaves no trace on a hook',
  );
});

test('whoever guesses is slowed down', async () => {
  const made = await make('guess', hookOf(scales));
  const statuses: number[] = [];
  for (let tries = 0; tries < 70; tries += 1)
    statuses.push((await call({ ...made, secret: `berthhook_${tries}` }, { change: 1 })).status);
  assert.deepEqual(new Set(statuses.slice(0, 50)), new Set([401]));
  assert.equal(statuses.at(-1), 429);
});
