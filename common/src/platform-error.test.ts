import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorCodes } from '@berth/contract/errors.ts';
import { makeLog } from './log.ts';
import { asPlatformError, causeChain, PlatformError } from './platform-error.ts';

test('PlatformError keeps what is for the caller apart from what is for the log', () => {
  const problem = { severity: 'error', code: 'x', message: 'y' } as const;
  const error = new PlatformError('port_taken', 'Port 80 is taken', { problems: [problem], host: 'alpha' });
  assert.deepEqual([error.message, error.problems, error.detail], ['Port 80 is taken', [problem], { host: 'alpha' }]);
  assert.deepEqual([error.status, error.retryable], [errorCodes.port_taken.status, true]);
});

test('asPlatformError takes everything else for a mistake of ours, says nothing of it, and keeps the cause', () => {
  const known = new PlatformError('conflict', 'no');
  assert.equal(asPlatformError(known), known);
  for (const thrown of [new Error('secret in here'), 'text', undefined]) {
    const error = asPlatformError(thrown);
    assert.equal(error.code, 'bug');
    assert.doesNotMatch(error.message, /secret/);
    assert.equal(error.cause, thrown);
  }
});

test('causeChain tells the whole chain and comes back from one that goes in a circle', () => {
  const cause = new Error('disk full');
  assert.equal(causeChain(new PlatformError('bug', 'no', {}, cause)), 'PlatformError: no ← Error: disk full');
  const circle = new Error('circle');
  circle.cause = circle;
  assert.ok(causeChain(circle).length < 1000);
  assert.equal(causeChain('text'), 'text');
});

test('makeLog writes one JSON line an event, with its fields, and the cause of an error', () => {
  const lines: string[] = [];
  const log = makeLog('info', { write: (line) => void lines.push(line) });
  log.debug('not shown');
  log.with({ host: 'alpha' }).info('host joined', { name: 'a\nb' });
  log.error('request failed', { requestId: 'r' }, new PlatformError('bug', 'no', {}, new Error('disk full')));
  assert.equal(lines.length, 2);
  const [first, second] = lines.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([first?.['event'], first?.['host'], first?.['name']], ['host joined', 'alpha', 'a\nb']);
  assert.match(String(second?.['why']), /disk full/);
  assert.match(String(second?.['at']), /platform-error\.test/);
});
