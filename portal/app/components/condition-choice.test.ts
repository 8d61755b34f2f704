import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Condition } from '@berth/contract/applications.ts';
import { worthSaying, type Shown } from './condition-choice.ts';

const condition = (type: Condition['type'], reason: string, service?: string): Condition => ({
  type,
  reason,
  message: reason,
  since: '2026-01-01T00:00:00.000Z',
  ...(service === undefined ? {} : { service }),
});

const alone: Shown = { isBusy: false, hasUpgrade: false };
const available = condition('Available', 'all_running');
const starting = condition('Progressing', 'starting', 'web');
const blocked = condition('Blocked', 'image_not_found', 'web');
const held = condition('Degraded', 'upgrade_held');

const table: Record<string, { conditions: Condition[]; shown: Shown; said: Condition[] }> = {
  'says nothing when all is well': { conditions: [available], shown: alone, said: [] },
  'says what is going on': { conditions: [starting], shown: alone, said: [starting] },
  'leaves progress to the operation that is shown': {
    conditions: [starting],
    shown: { ...alone, isBusy: true },
    said: [],
  },
  'does not say that a blocked service is being started': {
    conditions: [starting, blocked],
    shown: alone,
    said: [blocked],
  },
  'says that another service is being started, after what is worse': {
    conditions: [{ ...starting, service: 'db' }, blocked],
    shown: alone,
    said: [blocked, { ...starting, service: 'db' }],
  },
  'says that an upgrade is held where no banner does': { conditions: [held], shown: alone, said: [held] },
  'says first what waits for a decision': {
    conditions: [{ ...held, reason: 'unhealthy' }, held],
    shown: alone,
    said: [held, { ...held, reason: 'unhealthy' }],
  },
  'leaves the upgrade to its banner, and trouble of services not': {
    conditions: [held, blocked],
    shown: { ...alone, hasUpgrade: true },
    said: [blocked],
  },
};
for (const [name, { conditions, shown, said }] of Object.entries(table))
  test(`worthSaying ${name}`, () => assert.deepEqual(worthSaying(conditions, shown), said));
