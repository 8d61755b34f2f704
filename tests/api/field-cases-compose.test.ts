// What people met with on platforms before this one because of what their Compose files said: cases 27 to 32 of the list the
// project keeps, through the API on a simulated engine. Cases 1 to 12 are in field-cases.test.ts.
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import { bundle, endsWell, publishWell, readApplication, refusedWith } from '#harness/application.ts';
import { adminName, containersOf, publication, removeAndWait, type Place } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { makeCommandLine, type CommandLine } from '#harness/command-line.ts';
import {
  objectsOn,
  onEngine,
  startSimulatedBerth,
  type SimulatedBerth,
  type SimulatedHost,
} from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
let elsewhere: SimulatedHost;
let commandLine: CommandLine;
const folder = mkdtempSync(join(tmpdir(), 'berth-cases-'));
before(async () => {
  berth = await startSimulatedBerth();
  elsewhere = await berth.addHost({ tenant: 'east', environment: 'local' });
  await berth.admin.setMember({ params: { tenant: 'east', user: adminName }, body: { role: 'developer' } });
  commandLine = makeCommandLine(folder);
});
after(async () => {
  commandLine?.close();
  await closeAll(berth);
  rmSync(folder, { recursive: true, force: true });
});

const at = (application: string, place: Place = berth.place) => ({ ...place, application });
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);
const bodyOf = (name: string) => onEngine(berth.engine, name).body;
const exportOf = (application: string, form: 'files' | 'resolved'): Promise<Publication> =>
  berth.admin
    .exportApplication({ params: at(application), query: { form } })
    .then(({ name, bundle: files, variables, profiles }) => ({ name, bundle: files, variables, profiles }));
/** `berth config` of that file: what it prints, or what it says against it. */
const configOf = async (name: string, compose: string, environment: Readonly<Record<string, string>> = {}) => {
  const place = join(folder, name);
  mkdirSync(place, { recursive: true });
  writeFileSync(join(place, 'compose.yaml'), compose);
  return commandLine.run(['config', '--format', 'json'], { folder: place, environment });
};
const specOf = async (application: string, place: Place = berth.place) => {
  const { revision } = await readApplication({ admin: berth.admin, place }, application);
  return (await berth.admin.readRevision({ params: { ...at(application, place), number: revision } })).spec;
};

const dollars: Readonly<Record<string, string>> = {
  HASH: 'u:$apr1$a$b.0',
  ENDS: 'example:$',
  DOUBLE: 'pa$$word',
  COMMAND: "$(wg|awk '{print $5}')",
  BRACES: '${HASH} ${NOWHERE:?no} $HASH',
};

suite('in Compose files', { concurrency: 3 }, () => {
  suite('a dollar', { concurrency: 4 }, () => {
    test('case 27: in the value of a variable is never read again, from publishing to removing', async () => {
      const web = (tag: number) => `services:
  web:
    image: sim/web:${tag}
    environment:
      - PLAIN=\${HASH}
${Object.keys(dollars)
  .map((name) => `      - ${name}\n`)
  .join('')}    labels: {all: "\${ENDS} \${DOUBLE} \${COMMAND}"}
    command: [serve, "\${BRACES}"]
`;
      const holds = () => {
        const { Env = [], Labels = {}, Cmd } = bodyOf('berth-dollars-web-1');
        for (const [name, value] of Object.entries(dollars))
          assert.ok(Env.includes(`${name}=${value}`), Env.join('\n'));
        assert.ok(Env.includes(`PLAIN=${dollars['HASH']}`));
        assert.equal(Labels['all'], `${dollars['ENDS']} ${dollars['DOUBLE']} ${dollars['COMMAND']}`);
        assert.deepEqual(Cmd, ['serve', dollars['BRACES']]);
      };
      await publishWell(berth, publication('dollars', web(1), { variables: dollars }));
      holds();
      // The portal opens the form with what it gets here, and sends that back.
      const { variables } = await berth.admin.readRevision({ params: { ...at('dollars'), number: 1 } });
      assert.deepEqual(variables, dollars);
      await publishWell(berth, publication('dollars', web(2), { variables }));
      holds();
      for (const form of ['files', 'resolved'] as const) {
        const exported = await exportOf('dollars', form);
        const preview = await berth.admin.previewApplication({ params: berth.place, body: exported });
        assert.deepEqual([preview.problems, preview.steps], [[], []], form);
        await publishWell(berth, exported);
        holds();
      }
      await succeeded(berth.admin.rollBackApplication({ params: { ...at('dollars'), number: 1 }, body: {} }));
      holds();
      await succeeded(berth.admin.stopApplication({ params: at('dollars') }));
      await succeeded(berth.admin.startApplication({ params: at('dollars') }));
      assert.equal((await removeAndWait(berth.admin, berth.place, 'dollars')).state, 'succeeded');
      assert.deepEqual(objectsOn(berth.engine, 'dollars'), []);
    });

    test('case 27: that is doubled in a file is one, and an export doubles it again', async () => {
      const compose = `services:
  web:
    image: sim/web:1
    environment: {BRACED: "$\${X}", BARE: "$$X", FILLED: "$\${X}-\${X}", THREE: "$$\${X}", LAST: "five$$"}
    command: ["sh", "-c", "echo $$HOME $$(id)"]
`;
      await publishWell(berth, publication('doubled', compose, { variables: { X: 'x$y' } }));
      const wanted = ['BRACED=${X}', 'BARE=$X', 'FILLED=${X}-x$y', 'THREE=$x$y', 'LAST=five$'];
      const holds = () => {
        const { Env = [], Cmd } = bodyOf('berth-doubled-web-1');
        assert.deepEqual(
          Env.filter((line) => /^(BRACED|BARE|FILLED|THREE|LAST)=/.test(line)).sort(),
          wanted.toSorted(),
        );
        assert.deepEqual(Cmd, ['sh', '-c', 'echo $HOME $(id)']);
      };
      holds();
      const { bundle: resolved, variables } = await exportOf('doubled', 'resolved');
      assert.deepEqual(variables, {});
      const text = resolved.files[resolved.main[0] ?? ''] ?? '';
      for (const line of ['$${X}-x$$y', 'five$$', 'echo $$HOME $$(id)']) assert.ok(text.includes(line), text);
      await publishWell(berth, { name: 'doubled', bundle: resolved, variables });
      holds();
      assert.equal((await removeAndWait(berth.admin, berth.place, 'doubled')).state, 'succeeded');
    });
  });

  suite('a value of a file', { concurrency: 4 }, () => {
    const typed = `services:
  web:
    image: sim/web:1
    environment:
      QUOTED: "True"
      OCTAL: "0123"
      TEXT: Y
      WORD: no
      TIME: 22:22
      FLAG: True
      NUMBER: 0123
      VERSION: "1.10"
    ports: [22:22]
    privileged: \${P}
    read_only: \${R}
    init: \${I}
    deploy: {replicas: "\${N}", update_config: {parallelism: "\${N}"}}
`;
    // Words that only look like others stay as they are written. Plain true and numbers are what Compose makes of them.
    const environment = {
      QUOTED: 'True',
      OCTAL: '0123',
      TEXT: 'Y',
      WORD: 'no',
      TIME: '22:22',
      FLAG: 'true',
      NUMBER: '83',
      VERSION: '1.10',
    };

    test('case 28: keeps its spelling in the environment, and has its type elsewhere, published and in berth config', async () => {
      const variables = { P: 'false', R: 'Yes', I: 'off', N: '1' };
      const compose = typed.replace('[22:22]', '[22022:22]');
      await publishWell(berth, publication('typed', compose, { variables }));
      const { web } = (await specOf('typed')).services;
      assert.deepEqual(web?.environment, environment);
      assert.deepEqual([web?.privileged, web?.readOnly, web?.init, web?.replicas], [false, true, false, 1]);
      assert.deepEqual(web?.ports, [{ target: 22, protocol: 'tcp', published: { from: 22022, to: 22022 } }]);
      const { Env = [], HostConfig } = bodyOf('berth-typed-web-1');
      for (const [name, value] of Object.entries(environment))
        assert.ok(Env.includes(`${name}=${value}`), Env.join('\n'));
      assert.ok(HostConfig?.Privileged !== true);
      assert.deepEqual(HostConfig?.PortBindings, { '22/tcp': [{ HostIp: '', HostPort: '22022' }] });

      const config = await configOf('typed', typed, variables);
      assert.equal(config.code, 0, config.err);
      const service = JSON.parse(config.out).services.web;
      assert.deepEqual(service.environment, environment);
      assert.deepEqual(
        [service.privileged ?? false, service.read_only, service.init, service.deploy.replicas],
        [false, true, false, 1],
      );
      assert.deepEqual(
        service.ports.map(({ target, published }: { target: number; published: string }) => [target, published]),
        [[22, '22']],
      );
    });

    test('case 28: of the wrong type after it is filled in is refused with its place and what it was, and not guessed', async () => {
      const variables = { P: 'false', R: 'maybe', I: 'off', N: '1' };
      const body = publication('untyped', typed, { variables });
      const refusal = await refusedWith('invalid_compose', () =>
        berth.admin.publishApplication({ params: berth.place, body }),
      );
      assert.equal(refusal.message, '"read_only" is "maybe" (from "${R}"); it must be true or false.');
      assert.deepEqual(
        refusal.problems.map(({ file, line, path }) => [file, line, path]),
        [['compose.yaml', 15, 'services.web.read_only']],
      );
      const config = await configOf('untyped', typed, variables);
      assert.notEqual(config.code, 0);
      assert.match(config.err, /compose\.yaml:15:\d+.*"read_only" is "maybe"/);
      const privileged = publication('untyped', typed, { variables: { ...variables, R: 'false', P: 'true' } });
      const policy = await refusedWith('policy_violation', () =>
        berth.admin.publishApplication({ params: berth.place, body: privileged }),
      );
      assert.deepEqual(
        policy.problems.map(({ code }) => code),
        ['privileged'],
        'the policy sees what it becomes, not what is written',
      );
    });
  });

  suite('depends_on', { concurrency: 4 }, () => {
    const startedMs = (name: string) => onEngine(berth.engine, name).startedMs ?? Number.NaN;

    test('case 29: without links is followed, at the first start and at every later one', async () => {
      const compose = `services:
  c:
    image: sim/web:1
    depends_on: [b]
  b:
    image: sim/web:1
    depends_on: {a: {condition: service_healthy}}
  a:
    image: sim/healthy-after-1s:1
    healthcheck: {test: [CMD, "true"], interval: 1s}
`;
      const inOrder = () => {
        const [a, b, c] = ['a', 'b', 'c'].map((name) => startedMs(`berth-order-${name}-1`));
        assert.ok(a !== undefined && b !== undefined && c !== undefined);
        assert.ok(b - a >= 1_000 && c >= b, `a ${a}, b ${b}, c ${c}`);
      };
      await publishWell(berth, publication('order', compose));
      inOrder();
      await succeeded(berth.admin.stopApplication({ params: at('order') }));
      await succeeded(berth.admin.startApplication({ params: at('order') }));
      inOrder();
    });

    test('case 29: on what never gets healthy holds back what needs it, and says so', async () => {
      const compose = `services:
  app:
    image: sim/web:1
    depends_on: {db: {condition: service_healthy}}
  db:
    image: sim/unhealthy:1
    healthcheck: {test: [CMD, "true"], interval: 1s}
`;
      const { operation } = await berth.admin.publishApplication({
        params: berth.place,
        body: publication('held-back', compose),
      });
      await eventually(
        async () => {
          const { conditions } = await readApplication(berth, 'held-back');
          const reasons = conditions.map(({ reason, service }) => `${service} ${reason}`);
          assert.deepEqual(reasons.toSorted(), ['app waits_for_dependency', 'db unhealthy']);
          return true;
        },
        { withinMs: 30_000, because: 'both are told' },
      );
      assert.equal(onEngine(berth.engine, 'berth-held-back-app-1').startedMs, undefined);
      assert.equal((await removeAndWait(berth.admin, berth.place, 'held-back')).state, 'succeeded');
      const ended = await berth.admin.readOperation({ params: { ...berth.place, operation: operation.id } });
      assert.notEqual(ended.state, 'running');
    });

    const wrong: Readonly<Record<string, readonly [string, RegExp]>> = {
      'on a service that is not there': ['depends_on: [nobody]', /nobody/],
      'with a condition that is none': ['depends_on: {db: {condition: service_happy}}', /service_happy|condition/],
      'on itself': ['depends_on: [web]', /web/],
    };
    for (const [what, [line, words]] of Object.entries(wrong))
      test(`case 29: ${what} is refused, not dropped`, async () => {
        const compose = `services:\n  web:\n    image: sim/web:1\n    ${line}\n  db:\n    image: sim/web:1\n`;
        const refusal = await refusedWith('invalid_compose', () =>
          berth.admin.publishApplication({ params: berth.place, body: publication('wrong-order', compose) }),
        );
        assert.match(JSON.stringify(refusal.problems), words);
        assert.ok(refusal.problems.every(({ file, line: number }) => file === 'compose.yaml' && (number ?? 0) > 1));
      });
  });

  suite('an export', { concurrency: 2 }, () => {
    const lossy = `services:
  web:
    image: sim/web:1
    logging: {driver: json-file, options: {max-size: "10m", max-file: "3"}}
    cap_add: [NET_BIND_SERVICE]
    cap_drop: [ALL]
    ulimits: {nofile: {soft: 1024, hard: 2048}, nproc: 100}
    sysctls: {net.ipv4.tcp_syncookies: 0}
    volumes:
      - /only/here
      - type: volume
        source: kept
        target: /kept
        read_only: true
        volume: {nocopy: true}
      - type: tmpfs
        target: /scratch
        tmpfs: {size: 1m, mode: 0700}
    healthcheck: {test: "true", interval: 1m30s, start_period: 2s, retries: 7}
    deploy: {replicas: 2, update_config: {parallelism: 1, delay: 1s, order: start-first}}
    extra_hosts: ["db.example:192.0.2.7"]
    stop_signal: SIGQUIT
    configs: [{source: site, target: /etc/site.conf, mode: 0440}]
  helper:
    image: sim/web:1
    profiles: [debug]
    depends_on: {web: {condition: service_healthy}}
    volumes_from: ["web:ro"]
volumes:
  kept: {labels: {owner: "somebody"}}
configs:
  site: {content: "listen \${PORT}\\n"}
`;

    test('case 30: published elsewhere is the same application, with nothing lost', async () => {
      const body = publication('whole', lossy, { variables: { PORT: '80' }, profiles: ['debug'] });
      await publishWell(berth, body);
      const wanted = await specOf('whole');
      assert.deepEqual(Object.keys(wanted.services), ['web', 'helper']);
      assert.deepEqual(wanted.services['web']?.logging, {
        driver: 'json-file',
        options: { 'max-size': '10m', 'max-file': '3' },
      });
      const there = { admin: berth.admin, place: elsewhere.place };
      for (const form of ['files', 'resolved'] as const) {
        const name = `whole-${form}`;
        const exported = await exportOf('whole', form);
        await publishWell({ ...berth, ...there }, { ...exported, name });
        assert.deepEqual(await specOf(name, there.place), wanted, form);
        const copied = await berth.admin.exportApplication({ params: at(name, there.place), query: { form } });
        const preview = await berth.admin.previewApplication({
          params: berth.place,
          body: { name: 'whole', bundle: copied.bundle, variables: copied.variables, profiles: copied.profiles },
        });
        assert.deepEqual(
          [preview.problems, preview.losses, preview.steps, preview.services.map(({ change }) => change)],
          [[], [], [], ['unchanged', 'unchanged']],
          `${form}, brought back`,
        );
        // What the engine is asked for is the same there and here.
        for (const service of ['web', 'helper']) {
          const here = onEngine(berth.engine, `berth-whole-${service}-1`).body;
          const copy = onEngine(elsewhere.engine, `berth-${name}-${service}-1`).body;
          const same = (value: unknown) =>
            JSON.parse(
              JSON.stringify(value)
                .replaceAll(`berth-${name}`, 'berth-whole')
                // Where a host keeps the bytes of a config is its own affair.
                .replaceAll(/"Source":"\/[^"]*"/g, '"Source":"a file"'),
            );
          assert.deepEqual(same(copy.HostConfig), same(here.HostConfig), `${form} ${service}`);
          assert.deepEqual(same(copy.Healthcheck ?? null), same(here.Healthcheck ?? null));
        }
        assert.equal((await removeAndWait(berth.admin, there.place, name)).state, 'succeeded');
      }
      const published = await publishWell(berth, await exportOf('whole', 'resolved'));
      assert.deepEqual(published.progress, []);
      const diff = await berth.admin.diffRevisions({ params: { ...at('whole'), number: 2 }, query: { against: 1 } });
      assert.deepEqual(diff.resolved, []);
    });
  });

  suite('a name', { concurrency: 4 }, () => {
    const one = (name: string) => publication(name, 'services:\n  web:\n    image: sim/web:1\n');

    test('case 31: that is none is refused with the rule, by every tenant, and nothing is made of it', async () => {
      for (const place of [berth.place, elsewhere.place])
        for (const name of ['My App', 'my_app', 'MY-APP', '-app', 'app-', 'äpp', '']) {
          const refusal = await refusedWith('invalid_request', () =>
            berth.admin.publishApplication({ params: place, body: one(name) }),
          );
          assert.match(refusal.message, /body\.name: must be 1–40 lower-case letters, digits or hyphens/);
        }
      const { items } = await berth.admin.listApplications({ params: elsewhere.place, query: { search: 'app' } });
      assert.deepEqual(items, []);
    });

    test('case 31: is an application’s own in each environment of each tenant, and no twin comes of publishing again', async () => {
      const third = await berth.addHost({ tenant: 'east', environment: 'second' });
      const places = [
        { place: berth.place, engine: berth.engine },
        { place: elsewhere.place, engine: elsewhere.engine },
        { place: third.place, engine: third.engine },
      ];
      const ids = await Promise.all(
        places.map(async ({ place, engine }) => {
          await publishWell({ ...berth, place }, one('my-app'));
          await publishWell({ ...berth, place }, one('my-app'));
          const { items } = await berth.admin.listApplications({ params: place, query: { search: 'my-app' } });
          assert.deepEqual(
            items.map(({ name, revision }) => [name, revision]),
            [['my-app', 2]],
          );
          assert.deepEqual(
            (await containersOf(berth.admin, place, 'my-app')).map(({ name }) => name),
            ['berth-my-app-web-1'],
          );
          assert.equal(onEngine(engine, 'berth-my-app-web-1').state, 'running');
          return items[0]?.id;
        }),
      );
      assert.equal(new Set(ids).size, places.length);
      assert.equal((await removeAndWait(berth.admin, elsewhere.place, 'my-app')).state, 'succeeded');
      for (const { place, engine } of [places[0], places[2]].filter((kept) => kept !== undefined)) {
        assert.equal((await readApplication({ admin: berth.admin, place }, 'my-app')).phase, 'running');
        assert.equal(onEngine(engine, 'berth-my-app-web-1').state, 'running');
      }
    });

    test('case 31: that two people give at the same moment makes one application', async () => {
      const answers = await Promise.allSettled(
        ['1', '2', '3'].map((note) =>
          berth.admin.publishApplication({ params: berth.place, body: { ...one('at-once'), note } }),
        ),
      );
      const ids = answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value.application.id] : []));
      assert.ok(ids.length >= 1 && new Set(ids).size === 1, JSON.stringify(answers));
      const { total } = await berth.admin.listApplications({ params: berth.place, query: { search: 'at-once' } });
      assert.equal(total, 1);
      const containers = () => objectsOn(berth.engine, 'at-once').filter((name) => name.endsWith('-web-1'));
      await eventually(() => containers().length === 1, { withinMs: 30_000, because: 'one container runs' });
    });
  });

  suite('a variable', { concurrency: 4 }, () => {
    test('case 32: comes from the publication, else from .env beside the file, else from its default, published and in berth config', async () => {
      const compose = `services:
  web:
    image: sim/web:1
    env_file: [web.env]
    environment:
      BOTH: \${BOTH:-default}
      ONLY_FILE: \${ONLY_FILE:-default}
      ONLY_GIVEN: \${ONLY_GIVEN:-default}
      NEITHER: \${NEITHER:-default}
      EMPTY: \${EMPTY-default}
      BARE:
`;
      const dotenv = 'BOTH=file\nONLY_FILE="from file"\nBARE=bare file\nUNASKED=never\nEMPTY=file\n';
      const given = { BOTH: 'given', ONLY_GIVEN: 'given', EMPTY: '' };
      const serviceFile = 'BOTH=service\nOWN=${BOTH}-own\n';
      await publishWell(
        berth,
        bundle('sources', { 'compose.yaml': compose, '.env': dotenv, 'web.env': serviceFile }, { variables: given }),
      );
      const wanted = {
        BOTH: 'given',
        ONLY_FILE: 'from file',
        ONLY_GIVEN: 'given',
        NEITHER: 'default',
        EMPTY: '',
        BARE: 'bare file',
        OWN: 'given-own',
      };
      assert.deepEqual((await specOf('sources')).services['web']?.environment, wanted);
      const place = join(folder, 'sources');
      mkdirSync(place);
      for (const [name, text] of [
        ['.env', dotenv],
        ['web.env', serviceFile],
      ] as const)
        writeFileSync(join(place, name), text);
      const config = await configOf('sources', compose, given);
      assert.equal(config.code, 0, config.err);
      assert.deepEqual(JSON.parse(config.out).services.web.environment, wanted);
      // Other values with the same files: what is given wins again, and what is no longer given falls back.
      await publishWell(
        berth,
        bundle('sources', { 'compose.yaml': compose, '.env': dotenv, 'web.env': serviceFile }, { variables: {} }),
      );
      const fallen = (await specOf('sources')).services['web']?.environment;
      assert.deepEqual([fallen?.['BOTH'], fallen?.['ONLY_GIVEN'], fallen?.['EMPTY']], ['file', 'default', 'file']);
    });
  });
});
