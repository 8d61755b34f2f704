import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dropService, fieldsOf, setUpdate } from './upgrade-draft.ts';

test('setUpdate sets for all services what is filled in, in milliseconds', () =>
  assert.deepEqual(setUpdate({}, undefined, { order: 'start-first', batch: 0, intervalSeconds: 1.5 }), {
    all: { order: 'start-first', batch: 0, intervalMs: 1_500 },
  }));

test('setUpdate of one service leaves the others as they are', () =>
  assert.deepEqual(setUpdate({ all: { batch: 1 }, services: { db: { batch: 2 } } }, 'web', { onFailure: 'rollback' }), {
    all: { batch: 1 },
    services: { db: { batch: 2 }, web: { onFailure: 'rollback' } },
  }));

test('setUpdate takes an emptied field away, and with the last the whole', () => {
  const set = setUpdate({}, undefined, { batch: 3, deadlineSeconds: 60 });
  assert.deepEqual(setUpdate(set, undefined, { batch: '' }), { all: { deadlineMs: 60_000 } });
  assert.deepEqual(setUpdate(setUpdate(set, undefined, { batch: '' }), undefined, { deadlineSeconds: '' }), {});
});

test('fieldsOf and setUpdate undo each other', () => {
  const update = {
    order: 'stop-first' as const,
    batch: 2,
    intervalMs: 500,
    deadlineMs: 9_000,
    onFailure: 'hold' as const,
  };
  assert.deepEqual(setUpdate({}, undefined, fieldsOf(update)), { all: update });
});

test('dropService takes one service out, and with the last the whole', () => {
  assert.deepEqual(dropService({ services: { a: {}, b: {} } }, 'a'), { services: { b: {} } });
  assert.deepEqual(dropService({ all: { batch: 1 }, services: { a: {} } }, 'a'), { all: { batch: 1 } });
});
