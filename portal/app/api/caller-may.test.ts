import type { Caller } from '@berth/contract/sign-in.ts';
import type { TenantRole } from '@berth/contract/roles.ts';
import { callerSchema } from '@berth/contract/sign-in.ts';
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { callerMay } from './caller-may.ts';

const caller = (role: TenantRole | null, platform: boolean): Caller =>
  callerSchema.parse({
    user: {
      id: 'usr_00000000000000000000000000',
      name: 'ann',
      title: 'Ann',
      platformRole: platform ? 'platform_admin' : null,
    },
    memberships:
      role === null ? [] : [{ role, tenant: { id: 'ten_00000000000000000000000000', name: 'acme', title: 'Acme' } }],
    expiresAt: '2026-01-01T00:00:00.000Z',
  });

const table: Record<string, { who: Caller; tenant: string; may: boolean }> = {
  'a developer publish in the own tenant': { who: caller('developer', false), tenant: 'acme', may: true },
  'no developer publish in another tenant': { who: caller('developer', false), tenant: 'other', may: false },
  'no viewer publish': { who: caller('viewer', false), tenant: 'acme', may: false },
  'no platform administrator publish without a membership': { who: caller(null, true), tenant: 'acme', may: false },
};
for (const [name, row] of Object.entries(table))
  test(`callerMay lets ${name}`, () =>
    assert.equal(callerMay(row.who, row.tenant, 'create', 'environment.applications'), row.may));

test('callerMay lets a platform administrator add hosts everywhere', () =>
  assert.equal(callerMay(caller(null, true), 'acme', 'create', 'environment.hosts'), true));
