// What is wrong is refused at its place before anything is touched: wrong Compose files, what policy forbids, ports and
// names that are taken. Nothing is left in the database or on the engine, and the server goes on.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type AddressInfo } from 'node:net';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, before, suite, test } from 'node:test';
import { wrongFiles } from '@berth/compose/conformance/wrong-files.ts';
import { ApiError } from '@berth/contract/client.ts';
import type { Publication } from '@berth/contract/applications.ts';
import type { Problem } from '@berth/contract/problems.ts';
import { closeAll } from '#harness/close-all.ts';
import { publishWell, refusedWith, removeWell } from '#harness/application.ts';
import { publication, waitForOperation } from '#harness/berth.ts';
import { untilAnswers } from '#harness/http.ts';
import { idleImage, listObjects, objectsOf, openLab, webImage, type Lab } from '#harness/lab.ts';
import { openAllInOneSite, type AllInOneSite } from '#harness/processes.ts';
import { policyVectors } from './policy-vectors.ts';

const answerLimitMs = 10_000;
// The route's own limits on a publication: what is longer is refused before any file is read.
const fileTextMaximum = 262_144;
const bodyMaximum = 32 * 1024 * 1024;
const variableTextMaximum = 32_768;
// Over the API the request names the application, as `-p` does, and a name in the file is not asked.
const rightOverTheApi = new Set(['project-name']);

let lab: Lab;
let site: AllInOneSite;
let pid = 0;
before(async () => {
  lab = await openLab();
  site = await openAllInOneSite(lab, 'refusals');
  ({ pid } = site.process);
  await lab.engine.docker('volume', 'create', 'vdata');
  await lab.engine.docker('run', '-d', '--name', 'victim', '-p', '18901:80', '-e', 'TEXT=victim', webImage);
});
after(() => closeAll(site, lab));

const firstError = (problems: readonly Problem[]): Problem | undefined =>
  problems.find(({ severity }) => severity === 'error');

const preview = (body: Publication) =>
  site.admin.previewApplication({ params: site.place, body, signal: AbortSignal.timeout(answerLimitMs) });
const publish = (body: Publication) =>
  site.admin.publishApplication({ params: site.place, body, signal: AbortSignal.timeout(answerLimitMs) });

const nothingIsRecorded = (): void => {
  const db = new DatabaseSync(join(site.dataFolder, 'berth.sqlite'), { readOnly: true });
  try {
    for (const table of ['applications', 'revisions', 'operations', 'events'])
      assert.equal(db.prepare(`SELECT count(*) AS rows FROM ${table}`).get()?.['rows'], 0, `no row in ${table}`);
  } finally {
    db.close();
  }
};

const nothingIsMade = async (): Promise<void> => {
  const { containers, networks, volumes } = await listObjects(lab);
  assert.deepEqual(
    [containers, networks, volumes].map((objects) => objects.map(({ name }) => name)),
    [['victim'], [], ['vdata']],
  );
};

const serverIsWell = async (): Promise<void> => {
  process.kill(pid, 0);
  assert.equal(site.process.pid, pid);
  const good = await preview(publication('good', 'services: {web: {image: lab/web:1}}\n'));
  assert.deepEqual(
    [good.problems, good.steps.map(({ action }) => action)],
    [[], ['create_network', 'create_container', 'start_container']],
  );
};

suite('before anything is published', () => {
  test('every wrong Compose file is refused at its place, as a dry run and as a publish', async (t) => {
    let slowest = { id: '', tookMs: 0 };
    for (const row of wrongFiles) {
      const body: Publication = {
        name: 'wrong',
        bundle: { files: { ...row.files }, main: [...row.main] },
        ...(row.variables === undefined ? {} : { variables: { ...row.variables } }),
      };
      const startedMs = performance.now();
      const tooLong =
        Object.values(row.files).some((text) => text.length > fileTextMaximum) ||
        Object.values(row.variables ?? {}).some((text) => text.length > variableTextMaximum);
      if (rightOverTheApi.has(row.id)) assert.equal(firstError((await preview(body)).problems), undefined);
      else if (row.exceedsBody === true || tooLong || row.main.length === 0) await refusesBody(row.id, body, false);
      else await refusesFile(row, body);
      const tookMs = performance.now() - startedMs;
      if (tookMs > slowest.tookMs) slowest = { id: row.id, tookMs };
    }
    const enormous = { files: { 'compose.yaml': 'x'.repeat(bodyMaximum) }, main: ['compose.yaml'] };
    await refusesBody('a body over the limit', { name: 'wrong', bundle: enormous }, true);
    t.diagnostic(
      `${wrongFiles.length} wrong files, each twice; the slowest, ${slowest.id}, took ${Math.round(slowest.tookMs)} ms for both`,
    );
    await nothingIsMade();
    nothingIsRecorded();
    await serverIsWell();
  });

  test('deep brackets again and again do not end the server', async () => {
    for (const text of ['['.repeat(830), '{a: '.repeat(830), '- '.repeat(830), '['.repeat(830)])
      for (let times = 0; times < 3; times += 1)
        await refusedWith('invalid_compose', () => publish(publication('deep', text)));
    await serverIsWell();
  });

  test('what policy forbids is refused with its rule and its place, and reaches nothing', async (t) => {
    for (const row of policyVectors) {
      const body = publication('attack', row.compose);
      const dry = firstError((await preview(body)).problems);
      const thrown = await refused(row.id, () => publish(body));
      assert.equal(thrown.status, 422, row.id);
      for (const error of [dry, firstError(thrown.problems)])
        assert.deepEqual(
          [error?.code, placeOf(error, row.place), error?.cis],
          [row.code, row.place, row.cis],
          `${row.id}: ${error?.message}`,
        );
    }
    t.diagnostic(`${policyVectors.length} attacks, each twice`);
    await nothingIsMade();
    nothingIsRecorded();
  });

  test('T2: keys that the API does not know, in any letters, and doubled keys are refused', async () => {
    const good = JSON.stringify(publication('smuggled', 'services: {web: {image: lab/web:1}}\n')).slice(0, -1);
    const bodies = [
      '"hostconfig":{"privileged":true}',
      '"HostConfig":{},"hostConfig":{"PRIVILEGED":true}',
      '"Bundle":{}',
      '"name":"other"',
      '"__proto__":{"note":"x"}',
      '"constructor":1',
    ];
    for (const more of bodies) {
      const response = await send(`${good},${more}}`);
      assert.deepEqual([response.status, response.code], [400, 'invalid_request'], more);
    }
    assert.equal((await send(good)).status, 400, 'half a body');
    assert.equal((await send(`${good}}`, 'text/plain')).status, 415);
    nothingIsRecorded();
  });

  test('a volume or network of somebody else is not found by guessing its name', async () => {
    await lab.engine.docker('network', 'create', 'vnet');
    const compose =
      'services: {web: {image: lab/idle:1, volumes: ["x:/x"], networks: [n]}}\nvolumes: {x: {external: true, name: vdata}}\nnetworks: {n: {external: true, name: vnet}}\n';
    const codes = (await preview(publication('guess', compose))).problems.map(({ code }) => code);
    assert.deepEqual(codes.toSorted(), ['network_not_found', 'volume_not_found']);
    await lab.engine.docker('network', 'rm', 'vnet');
    await nothingIsMade();
  });

  test('a name on the engine that is not Berth’s is not taken', async () => {
    await lab.engine.docker('run', '-d', '--name', 'berth-named-web-1', idleImage);
    const thrown = await refusedWith('impossible_plan', () =>
      publish(publication('named', 'services: {web: {image: lab/web:1}}\n')),
    );
    assert.equal(thrown.problems[0]?.code, 'name_taken');
    assert.match(thrown.message, /berth-named-web-1/);
    await lab.engine.docker('rm', '-f', 'berth-named-web-1');
    nothingIsRecorded();
  });

  test('a port that a foreign container or a program of the host holds is refused, and its holder named', async () => {
    const program = createServer().listen(0, '0.0.0.0');
    await once(program, 'listening');
    try {
      const held = {
        18901: /container victim/,
        [(program.address() as AddressInfo).port]: /the program \S+ on the host/,
      };
      for (const [port, holder] of Object.entries(held)) {
        const body = publication('taken', `services: {web: {image: lab/web:1, ports: ["${port}:80"]}}\n`);
        const thrown = await refusedWith('impossible_plan', () => publish(body));
        assert.equal(thrown.status, 422);
        assert.deepEqual([thrown.problems[0]?.code, thrown.problems[0]?.path], ['port_taken', 'services.web.ports[0]']);
        assert.match(thrown.message, holder);
        assert.match(thrown.message, new RegExp(`Port ${port}/tcp of host \\S+ is taken by`));
        assert.equal(firstError((await preview(body)).problems)?.code, 'port_taken');
      }
    } finally {
      program.close();
    }
    nothingIsRecorded();
    await nothingIsMade();
  });
});

suite('beside another application', () => {
  test('its ports are refused to others, and free once it is gone', async () => {
    await publishWell(
      site,
      publication('first', 'services: {web: {image: lab/web:1, ports: ["18902:80"], environment: {TEXT: first}}}\n'),
    );
    const second = publication(
      'second',
      'services: {web: {image: lab/web:1, ports: ["18902:80"], environment: {TEXT: second}}}\n',
    );
    const thrown = await refusedWith('impossible_plan', () => publish(second));
    assert.match(thrown.message, /the service web of the application first/);
    const scaled = await refusedWith('impossible_plan', () =>
      site.admin.scaleApplication({ params: { ...site.place, application: 'first' }, body: { services: { web: 2 } } }),
    );
    assert.equal(scaled.problems[0]?.code, 'port_taken');
    await refusedWith('not_found', () =>
      site.admin.readApplication({ params: { ...site.place, application: 'second' } }),
    );
    await untilAnswers(lab, 18902, 'first');
    await removeWell(lab, site, 'first');
    await publishWell(site, second);
    await untilAnswers(lab, 18902, 'second');
    await removeWell(lab, site, 'second');
  });

  test('a granted folder can be mounted, and nothing beside it', async () => {
    const settings = { policyProfile: 'baseline' as const, bindRoots: [join(lab.engine.folder, 'granted')] };
    await site.admin.setEnvironmentSettings({ params: site.place, body: settings });
    const mount = (folder: string) =>
      publication(
        'bound',
        `services: {web: {image: lab/idle:1, volumes: [{type: bind, source: ${folder}, target: /b, bind: {create_host_path: true}}]}}\n`,
      );
    await refusedWith('policy_violation', () => publish(mount(`${settings.bindRoots[0]}/../data`)));
    await refusedWith('policy_violation', () => publish(mount(`${settings.bindRoots[0]}-more`)));
    await publishWell(site, mount(`${settings.bindRoots[0]}/below`));
    await removeWell(lab, site, 'bound');
    await site.admin.setEnvironmentSettings({ params: site.place, body: { ...settings, bindRoots: [] } });
  });

  test('a volume that somebody made beforehand under our name is not used', async () => {
    await lab.engine.docker('volume', 'create', 'berth-squat_data');
    const { operation } = await publish(
      publication('squat', 'services: {web: {image: lab/idle:1, volumes: ["data:/d"]}}\nvolumes: {data: {}}\n'),
    );
    const ended = await waitForOperation(site.admin, site.place, operation.id);
    assert.deepEqual([ended.state, ended.reason], ['failed', 'name_taken'], ended.message ?? '');
    assert.match(ended.message ?? '', /berth-squat_data/);
    await removeWell(lab, site, 'squat');
    assert.ok(
      (await listObjects(lab)).volumes.some(({ name }) => name === 'berth-squat_data'),
      'it is not ours to delete',
    );
    await lab.engine.docker('volume', 'rm', 'berth-squat_data');
  });
});

test('at the end the same server still answers, and the stranger was not touched', async () => {
  await serverIsWell();
  await nothingIsMade();
  await untilAnswers(lab, 18901, 'victim');
  assert.deepEqual(await objectsOf(lab, 'wrong'), []);
  assert.doesNotMatch(site.process.log(), /"code":"bug"/, 'no mistake of ours in the log');
});

const refused = async (id: string, call: () => Promise<unknown>): Promise<ApiError> => {
  const thrown = await call().then(
    () => undefined,
    (error: unknown) => error,
  );
  assert.ok(thrown instanceof ApiError, `${id} is refused, not ${String(thrown)}`);
  return thrown;
};

const placeOf = (error: Problem | undefined, wanted: string): string =>
  /^\d+:\d+$/.test(wanted) ? `${error?.line}:${error?.column}` : (error?.path ?? '');

const refusesFile = async (row: (typeof wrongFiles)[number], body: Publication): Promise<void> => {
  const dry = firstError((await preview(body)).problems);
  const thrown = await refused(row.id, () => publish(body));
  assert.deepEqual([thrown.status, thrown.code], [422, 'invalid_compose'], row.id);
  for (const error of [dry, firstError(thrown.problems)]) {
    assert.deepEqual(
      [error?.code, error?.file, error?.line, error?.column],
      [row.code, row.file, row.line, row.column],
      `${row.id}: ${error?.message}`,
    );
    assert.ok(error?.message.includes(row.mustSay), `${row.id} says ${error?.message}`);
  }
};

/** Too large to be read, or not in the form of a publication: refused before any file is looked at. */
const refusesBody = async (id: string, body: Publication, isTooLarge: boolean): Promise<void> => {
  for (const call of [preview, publish]) {
    const { status, code } = await refused(id, () => call(body));
    assert.deepEqual([status, code], isTooLarge ? [413, 'too_large'] : [400, 'invalid_request'], id);
  }
};

const send = async (body: string, type = 'application/json'): Promise<{ status: number; code: string | undefined }> => {
  const response = await fetch(`${site.url}/v1/tenants/main/environments/local/applications`, {
    method: 'POST',
    headers: { 'content-type': type, authorization: `Bearer ${site.adminKey}` },
    body,
  });
  const answer = (await response.json()) as { error?: { code: string } };
  return { status: response.status, code: answer.error?.code };
};
