import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { publicApi } from '@berth/contract/public-api.ts';
import { actions, resourceKinds, roleMay, tenantRoles, type Action, type ResourceKind } from '@berth/contract/roles.ts';
import { policyMatrix } from './policy-matrix.ts';

test('policyMatrix is the text that is kept: a change of policy shows as a change of policy-matrix.txt', () => {
  assert.equal(policyMatrix(), readFileSync(join(import.meta.dirname, 'policy-matrix.txt'), 'utf8'));
});

test('policyMatrix has a row for what every route needs', () => {
  const rows = new Set(
    policyMatrix()
      .split('\n')
      .map((line) => line.split(/\s+/).slice(0, 2).join(' ')),
  );
  for (const [name, { needs }] of Object.entries(publicApi))
    if (typeof needs === 'object') assert.ok(rows.has(`${needs.kind} ${needs.action}`), name);
});

test('roleMay grants no role of a tenant anything of the platform', () => {
  for (const role of tenantRoles)
    for (const kind of resourceKinds.filter((name) => /^(platform|zone)/.test(name)))
      for (const action of actions) assert.equal(roleMay(role, action, kind), false, `${role} ${action} ${kind}`);
});

test('roleMay lets a viewer change nothing and open nothing', () => {
  for (const kind of resourceKinds)
    for (const action of ['create', 'modify', 'delete'] as const)
      assert.equal(roleMay('viewer', action, kind), false, `${action} ${kind}`);
});

test('roleMay grants the platform’s administrators no look into a tenant’s applications', () => {
  const inside: [Action, ResourceKind][] = [
    ['read', 'application'],
    ['read', 'container.logs'],
    ['create', 'container.shell'],
    ['list', 'environment.applications'],
  ];
  for (const [action, kind] of inside) assert.equal(roleMay('platform_admin', action, kind), false, kind);
});
