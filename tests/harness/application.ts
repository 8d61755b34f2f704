// One application of a system test, from publishing to the proof that nothing of it is left.
import assert from 'node:assert/strict';
import { ApiError } from '@berth/contract/client.ts';
import type { Application, Operation, Publication } from '@berth/contract/applications.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import {
  publication,
  publishAndWait,
  removeAndWait,
  waitForOperation,
  type ApiClient,
  type Berth,
  type Place,
} from './berth.ts';
import { objectsOf, type Lab } from './lab.ts';

/** What a test needs of a Berth, however it runs. */
export type Site = Pick<Berth, 'url' | 'admin' | 'adminKey' | 'place'>;

export const publishWell = async (site: Site, body: Publication): Promise<Operation> => {
  const operation = await publishAndWait(site.admin, site.place, body);
  assert.equal(operation.state, 'succeeded', `publishing ${body.name}: ${operation.reason} ${operation.message}`);
  return operation;
};

/** Waits for what was asked for, which must end well. */
export const endsWell = async (
  site: Pick<Site, 'admin' | 'place'>,
  wish: Promise<{ operation: Operation }>,
): Promise<Operation> => {
  const { operation } = await wish;
  const ended = await waitForOperation(site.admin, site.place, operation.id);
  assert.equal(ended.state, 'succeeded', `${ended.kind}: ${ended.reason} ${ended.message}`);
  return ended;
};

/** Publishes, lets the test look, removes, and holds that nothing of it is on the engine or in the API. */
export const withApplication = async (
  lab: Lab,
  site: Site,
  body: Publication,
  look: (application: Application) => Promise<void>,
): Promise<void> => {
  await publishWell(site, body);
  await look(await site.admin.readApplication({ params: { ...site.place, application: body.name } }));
  await removeWell(lab, site, body.name);
};

export const removeWell = async (lab: Lab, site: Site, name: string): Promise<void> => {
  const operation = await removeAndWait(site.admin, site.place, name);
  assert.equal(operation.state, 'succeeded', `removing ${name}: ${operation.reason} ${operation.message}`);
  assert.deepEqual(await objectsOf(lab, name), [], `nothing of ${name} is left on the engine`);
  await refusedWith('not_found', () => site.admin.readApplication({ params: { ...site.place, application: name } }));
};

/** The error of a call that must be refused with this code. */
export const refusedWith = async (code: string, call: () => Promise<unknown>): Promise<ApiError> => {
  const thrown = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(
    thrown instanceof ApiError,
    `a refusal with ${code}, not ${thrown instanceof Error ? thrown.stack : 'a good answer'}`,
  );
  assert.equal(thrown.code, code, thrown.message);
  return thrown;
};

export const readApplication = (site: { admin: ApiClient; place: Place }, application: string): Promise<Application> =>
  site.admin.readApplication({ params: { ...site.place, application } });

/** Waits until the application's word is this. */
export const untilPhase = (
  site: Site,
  name: string,
  phase: Application['phase'],
  withinMs = 20_000,
): Promise<Application> =>
  eventually(
    async () => {
      const application = await readApplication(site, name);
      if (application.phase === phase) return application;
      throw new Error(`${application.phase}: ${JSON.stringify(application.conditions)}`);
    },
    { withinMs, because: `${name} should be ${phase}` },
  );

/** Several files as a publication; the first is the Compose file. */
export const bundle = (
  name: string,
  files: Readonly<Record<string, string>>,
  more: Partial<Publication> = {},
): Publication => {
  const [main = ''] = Object.keys(files);
  return { ...publication(name, ''), bundle: { files: { ...files }, main: [main] }, ...more };
};
