import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pb, safeNext } from './path-builder.ts';

const place = { tenant: 'acme', environment: 'prod', application: 'shop', container: 'shop-web-1' };
const table: Record<string, string> = {
  [pb.home()]: '/',
  [pb.signIn()]: '/sign-in',
  [pb.signIn('/t/acme?x=1')]: '/sign-in?next=%2Ft%2Facme%3Fx%3D1',
  [pb.tenant('acme')]: '/t/acme',
  [pb.applications(place)]: '/t/acme/e/prod/applications',
  [pb.hosts(place)]: '/t/acme/e/prod/hosts',
  [pb.publish(place)]: '/t/acme/e/prod/publish',
  [pb.publishRevision(place)]: '/t/acme/e/prod/publish?application=shop',
  [pb.applicationTab(place, 'services')]: '/t/acme/e/prod/applications/shop',
  [pb.applicationTab(place, 'events')]: '/t/acme/e/prod/applications/shop/events',
  [pb.applicationTab(place, 'topology')]: '/t/acme/e/prod/applications/shop/topology',
  [pb.imports(place)]: '/t/acme/e/prod/import',
  [pb.compare(place, 1, 3)]: '/t/acme/e/prod/applications/shop/compare?from=1&to=3',
  [pb.run(place, 'run_a')]: '/t/acme/e/prod/applications/shop/runs/run_a',
  [pb.revision(place, 3)]: '/t/acme/e/prod/applications/shop/revisions/3',
  [pb.logs(place)]: '/t/acme/e/prod/applications/shop/containers/shop-web-1/logs',
  [pb.shell({ ...place, container: 'a/b' })]: '/t/acme/e/prod/applications/shop/containers/a%2Fb/shell',
};
for (const [made, expected] of Object.entries(table)) test(`pb makes ${expected}`, () => assert.equal(made, expected));

const nexts: readonly [next: unknown, goes: string][] = [
  ['/t/acme/e/prod/hosts?x=1', '/t/acme/e/prod/hosts?x=1'],
  [undefined, '/'],
  ['https://elsewhere.example/', '/'],
  ['//elsewhere.example/', '/'],
  ['/\\elsewhere.example/', '/'],
  ['/\t/elsewhere.example/', '/'],
  ['javascript:alert(1)', '/'],
  ['/sign-in?next=/x', '/'],
];
for (const [next, goes] of nexts)
  test(`safeNext takes ${JSON.stringify(next)} to ${goes}`, () => assert.equal(safeNext(next), goes));
