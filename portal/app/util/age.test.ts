import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ageText } from './age.ts';

const table: Record<string, { ms: number; en: string; zh: string }> = {
  'a clock ahead of ours as no time': { ms: -5_000, en: '0 sec', zh: '0秒' },
  'less than a second as no time': { ms: 999, en: '0 sec', zh: '0秒' },
  'seconds up to a minute': { ms: 59_999, en: '59 sec', zh: '59秒' },
  'whole minutes': { ms: 3 * 60_000 + 59_000, en: '3 min', zh: '3分钟' },
  'hours from sixty minutes': { ms: 3_600_000, en: '1 hr', zh: '1小时' },
  'days without an upper end': { ms: 400 * 86_400_000, en: '400 days', zh: '400天' },
};
for (const [name, row] of Object.entries(table))
  test(`ageText gives ${name}`, () => {
    assert.equal(ageText(row.ms, 'en'), row.en);
    assert.equal(ageText(row.ms, 'zh'), row.zh);
  });
