import assert from 'node:assert/strict';
import { test, type TestContext } from 'node:test';
import type { Operation } from '@berth/contract/applications.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { sendJson, startFakeServer } from '#testing/fake-server.ts';
import { sampleOperation } from '#testing/sample-operation.ts';
import { followAccepted, type FollowFlags } from './follow-accepted.ts';

const place = { tenant: 'main', environment: 'local' };
const finishedAt = '2026-01-01T12:00:09.000Z';
const condition = {
  type: 'Degraded',
  reason: 'exits_at_once',
  message: 'web-1 ended with code 3',
  since: finishedAt,
  service: 'web',
  remedy: 'Mend the command.',
  logLines: ['going down'],
};
const services = [
  {
    name: 'web',
    endpoints: [
      { address: '192.0.2.2', hostPort: 8080, target: 80, protocol: 'tcp' },
      { address: 'fd00::2', hostPort: 8080, target: 80, protocol: 'tcp' },
    ],
  },
];

/** Follows an operation that has ended; the application answers like that, or is gone. */
const follow = async (
  t: TestContext,
  operation: Operation,
  application: object | undefined,
  flags: FollowFlags = {},
) => {
  const server = await startFakeServer((_path, _request, response) => {
    if (application === undefined) sendJson(response, { error: { code: 'not_found', message: 'Gone' } }, 404);
    else sendJson(response, application);
  });
  t.after(server.close);
  const machine = makeFakeMachine();
  const exitCode = await followAccepted(server.session(machine), place, { operation }, flags);
  return { exitCode, out: machine.printed(), err: machine.complained() };
};

test('followAccepted ends a publish with where it answers', async (t) => {
  const { exitCode, out } = await follow(t, sampleOperation({ state: 'succeeded', finishedAt }), {
    services,
    conditions: [],
  });
  assert.equal(exitCode, 0);
  assert.match(
    out,
    /done: Publish of shop in 9s\n {2}web {2}192\.0\.2\.2:8080 -> 80\/tcp\n {2}web {2}\[fd00::2\]:8080/,
  );
});

test('followAccepted ends a failure with its reason once, what to do, and the last log lines', async (t) => {
  const operation = sampleOperation({ state: 'failed', finishedAt, message: condition.message });
  const { exitCode, err } = await follow(t, operation, { services, conditions: [condition] });
  assert.equal(exitCode, 1);
  assert.equal(
    err,
    'failed: Publish of shop in 9s: web-1 ended with code 3\n  what to do: Mend the command.\n  last log lines:\n    going down\n',
  );
});

test('followAccepted ends a removal although the application is gone', async (t) => {
  const operation = sampleOperation({ kind: 'remove', state: 'succeeded', finishedAt });
  const { exitCode, out } = await follow(t, operation, undefined);
  assert.equal(exitCode, 0);
  assert.match(out, /done: Removal of shop/);
});

test('followAccepted takes an operation that gave way to another for a failure', async (t) => {
  const { exitCode, err } = await follow(t, sampleOperation({ state: 'superseded', finishedAt }), {
    services,
    conditions: [],
  });
  assert.equal(exitCode, 1);
  assert.match(err, /gave way/);
});

test('followAccepted prints nothing but one JSON document for programs', async (t) => {
  const operation = sampleOperation({ state: 'succeeded', finishedAt });
  const { out, err } = await follow(t, operation, { services, conditions: [] }, { json: true });
  assert.deepEqual(JSON.parse(out), { operation, application: { services, conditions: [] } });
  assert.equal(err, '');
});

test('followAccepted does not wait when told so', async (t) => {
  const { exitCode, out } = await follow(t, sampleOperation(), undefined, { detach: true });
  assert.equal(exitCode, 0);
  assert.match(out, /has begun as opn_/);
});
