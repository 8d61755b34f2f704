// The life of applications on a real engine: upgraded beside what runs, held, rolled back with their data, built from the
// files of the bundle, and given configs and secrets.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import { bundle, endsWell, publishWell, readApplication, removeWell } from '#harness/application.ts';
import { containersOf, publication, publishAndWait, startBerth, type Berth } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { fetchText, untilAnswers } from '#harness/http.ts';
import { inspect, openLab, type Lab } from '#harness/lab.ts';

let lab: Lab;
let berth: Berth;
before(async () => {
  lab = await openLab();
  berth = await startBerth({ engineSocket: lab.engine.socket });
});
after(() => closeAll(berth, lab));

const inside = (container: string, ...command: string[]): Promise<string> =>
  lab.engine.docker('exec', container, ...command);
const at = (application: string) => ({ ...berth.place, application });
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);

suite('on a real engine', { concurrency: 3 }, () => {
  test('an upgrade starts beside what runs: at every moment one of its ports answers', async () => {
    const files = (text: string): Publication =>
      publication(
        'beside',
        `
services:
  web:
    image: lab/web:1
    environment: {TEXT: ${text}}
    ports: ["18210-18212:80"]
    healthcheck: {test: [CMD, wget, -qO-, "http://127.0.0.1/"], interval: 500ms, retries: 20}
    deploy: {replicas: 2, update_config: {order: start-first, parallelism: 1}}
  bystander:
    image: lab/idle:1
`,
      );
    await publishWell(berth, files('one'));
    const before = await inspect(lab, 'berth-beside-bystander-1');
    const ports = [18210, 18211, 18212].map((port) => `http://${lab.engine.address}:${port}/`);
    const asking = new AbortController();
    const answers = { one: 0, two: 0, away: 0 };
    const client = (async () => {
      while (!asking.signal.aborted) {
        const text = await Promise.any(ports.map(fetchText)).catch(() => 'away');
        if (text in answers) answers[text as keyof typeof answers] += 1;
      }
    })();
    try {
      await publishWell(berth, files('two'));
    } finally {
      asking.abort();
      await client;
    }
    assert.equal(answers.away, 0, JSON.stringify(answers));
    assert.ok(answers.one > 0 && answers.two > 0, JSON.stringify(answers));
    const names = (await containersOf(berth.admin, berth.place, 'beside')).map(({ name }) => name).sort();
    assert.deepEqual(names, ['berth-beside-bystander-1', 'berth-beside-web-1', 'berth-beside-web-2']);
    const after = await inspect(lab, 'berth-beside-bystander-1');
    assert.deepEqual([after.Id, after.State.StartedAt], [before.Id, before.State.StartedAt]);
    assert.equal((await readApplication(berth, 'beside')).upgrade?.state, 'done');
    await removeWell(lab, berth, 'beside');
  });

  test('data in named and anonymous volumes outlives an upgrade that fails and a rollback', async () => {
    const files = (command: string): Publication =>
      publication(
        'keeper',
        `
services:
  db:
    image: lab/idle:1
    volumes: ["data:/data", /cache]
    ${command}
volumes: {data: {}}
`,
      );
    await publishWell(berth, files(''));
    await inside('berth-keeper-db-1', 'sh', '-c', 'echo named > /data/x; echo nameless > /cache/x');
    const read = () => inside('berth-keeper-db-1', 'cat', '/data/x', '/cache/x');
    await publishWell(berth, files('environment: {V: two}'));
    assert.equal(await read(), 'named\nnameless\n');
    const failed = await publishAndWait(berth.admin, berth.place, files('command: [sh, -c, "exit 9"]'));
    assert.deepEqual([failed.state, failed.reason], ['failed', 'upgrade_held']);
    assert.match(failed.message ?? '', /code 9/);
    await succeeded(berth.admin.rollBackApplication({ params: { ...at('keeper'), number: 1 }, body: {} }));
    assert.equal(await read(), 'named\nnameless\n');
    assert.equal((await inspect(lab, 'berth-keeper-db-1')).Config.Env.includes('V=two'), false);
    await succeeded(berth.admin.removeApplication({ params: at('keeper'), body: { removeVolumes: true } }));
  });

  test('an image is built from the files of the bundle, and another one when a file changes', async () => {
    const files = (text: string): Publication =>
      bundle('built', {
        'compose.yaml': 'services:\n  web:\n    build: ./site\n    ports: ["18201:80"]\n',
        'site/Dockerfile':
          'FROM lab/web:1\nCOPY text /text\nENV TEXT=unused\nCMD ["/bin/sh", "-c", "mkdir -p /www; cp /text /www/index.html; httpd -f -p 80 -h /www & trap \'kill %1; exit 0\' TERM INT; wait"]\n',
        'site/text': text,
      });
    await publishWell(berth, files('from a file'));
    await untilAnswers(lab, 18201, 'from a file');
    await publishWell(berth, files('from another'));
    await untilAnswers(lab, 18201, 'from another');
    await succeeded(berth.admin.rollBackApplication({ params: { ...at('built'), number: 1 }, body: {} }));
    await untilAnswers(lab, 18201, 'from a file');
    const broken = await publishAndWait(
      berth.admin,
      berth.place,
      bundle('built', {
        'compose.yaml': 'services:\n  web:\n    build: ./site\n    ports: ["18201:80"]\n',
        'site/Dockerfile': 'FROM lab/web:1\nRUN echo no such luck; exit 4\n',
      }),
    );
    assert.equal(broken.state, 'failed');
    assert.match(broken.message ?? '', /Building web failed/);
    await untilAnswers(lab, 18201, 'from a file');
    await removeWell(lab, berth, 'built');
  });

  test('configs and secrets are files with their modes, and are not told by the engine or the API', async () => {
    const files = bundle('given', {
      'compose.yaml': `
services:
  web:
    image: lab/idle:1
    configs: [settings, {source: settings, target: /etc/app.conf, mode: 0440}]
    secrets: [{source: password, mode: 0400}]
configs:
  settings: {content: "a = 1\\n"}
secrets:
  password: {file: ./password.txt}
`,
      'password.txt': 'canary-7f3a',
    });
    await publishWell(berth, files);
    assert.equal(await inside('berth-given-web-1', 'cat', '/settings', '/etc/app.conf'), 'a = 1\na = 1\n');
    assert.equal(await inside('berth-given-web-1', 'cat', '/run/secrets/password'), 'canary-7f3a');
    const modes = await inside('berth-given-web-1', 'ls', '-l', '/etc/app.conf', '/run/secrets/password');
    assert.match(modes, /^-r--r----- [^\n]*app\.conf\n-r-------- [^\n]*password\n$/);
    assert.doesNotMatch(await lab.engine.docker('inspect', 'berth-given-web-1'), /canary-7f3a/);
    const revision = await berth.admin.readRevision({ params: { ...at('given'), number: 1 } });
    assert.doesNotMatch(JSON.stringify(revision), /canary-7f3a|Y2FuYXJ5LTdmM2E/);
    await publishWell(berth, {
      ...files,
      bundle: { ...files.bundle, files: { ...files.bundle.files, 'password.txt': 'canary-9b1c' } },
    });
    assert.equal(await inside('berth-given-web-1', 'cat', '/run/secrets/password'), 'canary-9b1c');
    await removeWell(lab, berth, 'given');
  });

  test('a held upgrade heals what is old and what is new, and a restart keeps the container', async () => {
    const files = (command: string): Publication =>
      publication('held', `services:\n  web:\n    image: lab/idle:1\n    ${command}\n    deploy: {replicas: 2}\n`);
    await publishWell(berth, files('environment: {V: one}'));
    const failed = await publishAndWait(berth.admin, berth.place, files('command: [sh, -c, "exit 3"]'));
    assert.equal(failed.reason, 'upgrade_held');
    const old = (await containersOf(berth.admin, berth.place, 'held')).find(({ revision }) => revision === 1);
    assert.ok(old !== undefined, 'one of them was left alone');
    await lab.engine.docker('rm', '-f', old.name);
    await eventually(async () => (await inspect(lab, old.name)).State.Running, {
      withinMs: 30_000,
      because: 'it heals',
    });
    assert.ok((await inspect(lab, old.name)).Config.Env.includes('V=one'), 'as its own revision wants it');
    await succeeded(berth.admin.abortUpgrade({ params: at('held') }));
    const first = await inspect(lab, 'berth-held-web-1');
    await succeeded(berth.admin.restartApplication({ params: at('held'), body: { services: ['web'] } }));
    const again = await inspect(lab, 'berth-held-web-1');
    assert.equal(again.Id, first.Id);
    assert.notEqual(again.State.StartedAt, first.State.StartedAt);
    await removeWell(lab, berth, 'held');
  });
});
