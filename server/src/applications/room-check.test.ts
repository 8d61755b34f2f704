import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { ServiceSpec } from '@berth/contract/application-spec.ts';
import { aService, aSpec } from '#testing/applications.ts';
import { findRoomProblems } from './room-check.ts';

const mib = 1024 * 1024;
const host = { name: 'alpha', memoryBytes: 1000 * mib, cpus: 2 };
const of = (more: Partial<ServiceSpec>, scale: Record<string, number> = {}) => ({
  spec: aSpec({ web: aService(more) }),
  scale,
});

const table: Record<string, { own: ReturnType<typeof of>; others?: ReturnType<typeof of>[]; found: string[] }> = {
  'nothing against one that asks for nothing': {
    own: of({}),
    others: [of({ memoryReservationBytes: 2000 * mib })],
    found: [],
  },
  'nothing against what just fits': { own: of({ memoryReservationBytes: 1000 * mib }), found: [] },
  'reservations that do not fit together': {
    own: of({ memoryReservationBytes: 600 * mib }),
    others: [of({ memoryReservationBytes: 500 * mib })],
    found: ['error 1100 MiB of memory would be reserved on alpha, which has 1000 MiB'],
  },
  'reservations counted by container': {
    own: of({ memoryReservationBytes: 300 * mib }, { web: 4 }),
    found: ['error 1200 MiB of memory would be reserved on alpha, which has 1000 MiB'],
  },
  'limits that add up to more, as a warning': {
    own: of({ memoryBytes: 600 * mib }),
    others: [of({ memoryBytes: 600 * mib })],
    found: [
      'warning The memory limits on alpha add up to 1200 MiB, more than its 1000 MiB; not all can use theirs at once',
    ],
  },
  'CPU limits that add up to more, as a warning': {
    own: of({ nanoCpus: 1.5e9, replicas: 2 }),
    found: ['warning The CPU limits on alpha add up to 3, more than its 2 CPUs; not all can use theirs at once'],
  },
};
for (const [what, { own, others = [], found }] of Object.entries(table))
  test(`findRoomProblems tells ${what}`, () =>
    assert.deepEqual(
      findRoomProblems(own, others, host).map(({ severity, message }) => `${severity} ${message}`),
      found,
    ));
