import assert from 'node:assert/strict';
import { test } from 'node:test';
import { aService, aSpec, dependsOn, ended, exitOf, up, want } from '#testing/applications.ts';
import { dependenciesOf, isSatisfied } from './dependencies.ts';

test('dependenciesOf gathers what is said and what is implied', () => {
  const spec = aSpec({
    web: aService({
      dependsOn: dependsOn('a', 'service_healthy'),
      links: [{ service: 'b', alias: 'x' }],
      volumesFrom: [{ service: 'c', readOnly: true }],
      networkMode: 'service:d',
    }),
    a: aService(),
    b: aService(),
    c: aService(),
    d: aService(),
  });
  assert.deepEqual(dependenciesOf(spec, 'web'), [
    { name: 'a', condition: 'service_healthy' },
    { name: 'b', condition: 'service_started' },
    { name: 'c', condition: 'service_started' },
    { name: 'd', condition: 'service_started' },
  ]);
});

test('dependenciesOf lets a said condition stand over an implied one, and names each service once', () => {
  const spec = aSpec({
    web: aService({
      dependsOn: dependsOn('db', 'service_healthy'),
      links: [
        { service: 'db', alias: 'x' },
        { service: 'db', alias: 'y' },
      ],
    }),
    db: aService(),
  });
  assert.deepEqual(dependenciesOf(spec, 'web'), [{ name: 'db', condition: 'service_healthy' }]);
});

test('dependenciesOf names neither the service itself nor one that is not there', () => {
  const spec = aSpec({ web: aService({ dependsOn: dependsOn('gone'), links: [{ service: 'web', alias: 'me' }] }) });
  assert.deepEqual(dependenciesOf(spec, 'web'), []);
  assert.deepEqual(dependenciesOf(spec, 'gone'), []);
});

const desired = want({ web: aService(), db: aService() }, { scale: { db: 2 } });
const both = [up('db', 0), up('db', 1)];
const rows: Record<
  string,
  [condition: Parameters<typeof isSatisfied>[2], containers: typeof both, satisfied: boolean]
> = {
  'started: all run': ['service_started', both, true],
  'started: one is missing': ['service_started', [up('db', 0)], false],
  'started: one is only made': ['service_started', [up('db', 0), up('db', 1, { state: 'created' })], false],
  'started: one has ended, badly': ['service_started', [up('db', 0), ended('db', 1, 1)], true],
  'started: a surplus one does not count': ['service_started', [up('db', 0), up('db', 2)], false],
  'healthy: none has a check': ['service_healthy', both, false],
  'healthy: all are': ['service_healthy', [0, 1].map((slot) => up('db', slot, { health: 'healthy' })), true],
  'healthy: one has ended': [
    'service_healthy',
    [up('db', 0, { health: 'healthy' }), ended('db', 0, 1, { health: 'healthy' })],
    false,
  ],
  'completed: all well': ['service_completed_successfully', [ended('db', 0, 0), ended('db', 0, 1)], true],
  'completed: one badly': ['service_completed_successfully', [ended('db', 0, 0), ended('db', 2, 1)], false],
  'completed: one still runs': ['service_completed_successfully', [ended('db', 0, 0), up('db', 1)], false],
  'completed: one was not even started': [
    'service_completed_successfully',
    [ended('db', 0, 0), up('db', 1, { state: 'created', exit: exitOf(0) })],
    false,
  ],
};
for (const [name, [condition, containers, satisfied]] of Object.entries(rows))
  test(`isSatisfied of ${name}`, () => {
    assert.equal(isSatisfied(desired, 'db', condition, containers, new Set(), false), satisfied);
    assert.equal(
      isSatisfied(desired, 'db', condition, containers, new Set(['db']), false),
      false,
      'never while its containers are being replaced',
    );
  });

test('isSatisfied takes a start in the same plan for started, and for nothing more', () => {
  const ask = (condition: Parameters<typeof isSatisfied>[2]) =>
    isSatisfied(desired, 'db', condition, [], new Set(['db']), true);
  assert.deepEqual(
    [ask('service_started'), ask('service_healthy'), ask('service_completed_successfully')],
    [true, false, false],
  );
});
