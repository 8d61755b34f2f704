import assert from 'node:assert/strict';
import type { ServerResponse } from 'node:http';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import type { Operation } from '@berth/contract/applications.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { sendJson, startFakeServer } from '#testing/fake-server.ts';
import { sampleOperation, sampleStep } from '#testing/sample-operation.ts';
import { followOperation } from './follow-operation.ts';

const place = { tenant: 'main', environment: 'local' };
const done = sampleOperation({ state: 'succeeded', finishedAt: '2026-01-01T12:00:09.000Z' });

const openLive = (response: ServerResponse): ((message: object) => void) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' });
  const tell = (message: object): void => void response.write(`data: ${JSON.stringify(message)}\n\n`);
  tell({ type: 'alive' });
  return tell;
};

test('followOperation shows what the live messages tell, and ends with the last', async (t) => {
  let reads = 0;
  let tell: ((message: object) => void) | undefined;
  const server = await startFakeServer((path, _request, response) => {
    if (path.endsWith('/live')) tell = openLive(response);
    else {
      reads += 1;
      sendJson(response, sampleOperation());
      tell?.({ type: 'operation', operation: sampleOperation({ progress: [sampleStep({ state: 'running' })] }) });
      tell?.({ type: 'operation', operation: { ...done, id: 'opn_01m889t9117azjwfncra7zt7ng' } });
      tell?.({ type: 'operation', operation: done });
    }
  });
  t.after(server.close);
  const seen: string[] = [];
  const last = await followOperation(server.session(makeFakeMachine()), place, sampleOperation(), (operation) =>
    seen.push(`${operation.state} ${operation.progress.map(({ state }) => state).join()}`.trim()),
  );
  assert.equal(last.id, done.id);
  assert.equal(last.state, 'succeeded');
  assert.equal(reads, 1);
  assert.equal(seen.at(-1), 'succeeded');
  assert.ok(seen.includes('running running'));
});

test('followOperation finds the end by reading when it came before the line stood', async (t) => {
  const server = await startFakeServer((path, _request, response) => {
    if (path.endsWith('/live')) openLive(response);
    else sendJson(response, done);
  });
  t.after(server.close);
  const last = await followOperation(server.session(makeFakeMachine()), place, sampleOperation(), () => undefined);
  assert.equal(last.state, 'succeeded');
});

test('followOperation takes up again when the line breaks or the server is away', async (t) => {
  let opened = 0;
  const server = await startFakeServer((path, _request, response) => {
    if (!path.endsWith('/live')) {
      sendJson(response, opened < 4 ? sampleOperation() : done);
      return;
    }
    opened += 1;
    if (opened === 1) response.destroy();
    else if (opened === 2) sendJson(response, { error: { code: 'unavailable', message: 'Not ready' } }, 503);
    else if (opened === 3) {
      openLive(response);
      response.end();
    } else openLive(response);
  });
  t.after(server.close);
  const last = await followOperation(server.session(makeFakeMachine()), place, sampleOperation(), () => undefined);
  assert.equal(last.state, 'succeeded');
  assert.equal(opened, 4);
});

test('followOperation gives up when the server refuses it', async (t) => {
  const server = await startFakeServer((_path, _request, response) =>
    sendJson(response, { error: { code: 'unauthenticated', message: 'Sign in first' } }, 401),
  );
  t.after(server.close);
  await assert.rejects(
    followOperation(server.session(makeFakeMachine()), place, sampleOperation(), () => undefined),
    (thrown) => thrown instanceof ApiError && thrown.status === 401,
  );
});

test('followOperation does not wait for ever past the deadline', async () => {
  const late: Operation = sampleOperation({ deadlineAt: '2026-01-01T12:00:00.000Z' });
  const server = await startFakeServer(() => assert.fail('nothing is asked any more'));
  await assert.rejects(
    followOperation(server.session(makeFakeMachine()), place, late, () => undefined),
    (thrown) => thrown instanceof PlatformError && thrown.code === 'deadline_exceeded',
  );
  await server.close();
});
