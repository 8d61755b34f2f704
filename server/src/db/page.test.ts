import assert from 'node:assert/strict';
import { test } from 'node:test';
import * as fc from 'fast-check';
import { PlatformError } from '@berth/common/platform-error.ts';
import { authorize } from '#authz/authorize.ts';
import { listTenants } from '#tenants/tenant-store.ts';
import { openPlace } from '#testing/database.ts';
import { makePage, pageLimit, readCursor } from './page.ts';

const pageOf = (rows: readonly string[], limit: number) =>
  makePage(
    rows,
    limit,
    99,
    (row) => row,
    (row) => row.toUpperCase(),
  );

test('makePage shows as many as were asked for, and a cursor only when there are more', () => {
  assert.deepEqual(pageOf(['a', 'b'], 2), { items: ['A', 'B'], total: 99 });
  assert.deepEqual(pageOf([], 2), { items: [], total: 99 });
  const page = pageOf(['a', 'b', 'c'], 2);
  assert.deepEqual(page.items, ['A', 'B']);
  assert.equal(readCursor(page.next), 'b');
});

test('readCursor gives back every value that makePage put in', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 60 }), (value) => {
      assert.equal(readCursor(pageOf([value, 'more'], 1).next), value);
    }),
  );
});

test('readCursor refuses what is no cursor', () => {
  assert.equal(readCursor(undefined), undefined);
  for (const text of ['!!', 'YQ==', 'a', '_w'])
    assert.throws(
      () => readCursor(text),
      (thrown: unknown) => thrown instanceof PlatformError && thrown.code === 'invalid_request',
      text,
    );
});

test('pageLimit is fifty unless asked, and never more than two hundred', () => {
  assert.deepEqual([pageLimit(undefined), pageLimit(10), pageLimit(100_000)], [50, 10, 200]);
});

test('pages of a list that grows meanwhile repeat no row and miss none that was there', async (t) => {
  const place = await openPlace();
  t.after(() => place.db.destroy());
  for (let number = 0; number < 25; number += 1) await place.tenant(`tenant-${String(number).padStart(2, '0')}`);
  const allowed = await authorize(place.systemContext('installer'), place.db, 'list', 'platform.tenants', {});
  const seen: string[] = [];
  for (let cursor: string | undefined, pages = 0; pages < 10; pages += 1) {
    const { rows, limit, total } = await listTenants(place.db, allowed, { limit: 4, cursor });
    const page = makePage(
      rows,
      limit,
      total,
      (row) => row.name,
      (row) => row.name,
    );
    seen.push(...page.items);
    await place.tenant(`a-new-one-${pages}`);
    if (page.next === undefined) break;
    cursor = page.next;
  }
  assert.equal(new Set(seen).size, seen.length);
  assert.equal(seen.filter((name) => name.startsWith('tenant-')).length, 25);
});

test('contains takes signs of the search as they are', async (t) => {
  const place = await openPlace();
  t.after(() => place.db.destroy());
  for (const name of ['plain', 'with_line', 'without', 'withXline', 'hundred%', 'hey!']) await place.tenant(name);
  const allowed = await authorize(place.systemContext('installer'), place.db, 'list', 'platform.tenants', {});
  const search = async (text: string) =>
    (await listTenants(place.db, allowed, { search: text })).rows.map((row) => row.name);
  assert.deepEqual(await search('with_'), ['with_line']);
  assert.deepEqual(await search('%'), ['hundred%']);
  assert.deepEqual(await search('lain'), ['plain']);
  assert.deepEqual(await search('!'), ['hey!']);
});
