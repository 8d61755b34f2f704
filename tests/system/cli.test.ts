// The whole command line against a real server and a real engine, as a person and as a script use it.
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type {
  Application,
  ApplicationSummary,
  Operation,
  Preview,
  RevisionDiff,
} from '@berth/contract/applications.ts';
import type { Container } from '@berth/contract/containers.ts';
import type { Job, Run } from '@berth/contract/jobs.ts';
import { closeAll } from '#harness/close-all.ts';
import { adminName, adminPassword, startBerth, type Berth } from '#harness/berth.ts';
import { makeCommandLine, type CommandLine } from '#harness/command-line.ts';
import { fetchText, untilAnswers } from '#harness/http.ts';
import { idleImage, inspect, objectsOf, openLab, type Lab } from '#harness/lab.ts';

let lab: Lab;
let berth: Berth;
let cli: CommandLine;
let folder = '';
before(async () => {
  lab = await openLab();
  berth = await startBerth({ engineSocket: lab.engine.socket });
  folder = join(lab.folder, 'person');
  cli = makeCommandLine(folder);
  mkdirSync(join(folder, 'shop'));
  writeFileSync(join(folder, 'shop/docker-compose.yml'), compose);
  writeFileSync(join(folder, 'shop/web.env'), 'TEXT=from the file\n');
  writeFileSync(join(folder, 'shop/.env'), 'PORT=18701\nNAME=from .env\n');
});
after(() => closeAll(cli, berth, lab));

const compose = `
services:
  web:
    image: lab/web:1
    env_file: web.env
    environment: {WHO: "\${NAME}"}
    ports: ["\${PORT}-\${TO:-18703}:80"]
  worker:
    image: lab/idle:1
    volumes: ["data:/data"]
volumes: {data: {}}
`;
const shop = () => ({ folder: join(folder, 'shop') });
const terminal = { rows: 40, columns: 120 };

test('before signing in, commands say so and end with 3', async () => {
  const { code, out, err } = await cli.run(['apps']);
  assert.deepEqual([code, out], [3, '']);
  assert.match(err, /berth login/);
});

test('login refuses a wrong password and what is no Berth, and keeps the key for its owner alone', async () => {
  const wrong = await cli.run(['login', berth.url, '--name', adminName, '--password-stdin'], {
    input: 'not it at all\n',
  });
  assert.equal(wrong.code, 1);
  assert.match(wrong.err, /wrong/);
  const away = await cli.run(['login', 'http://127.0.0.1:9', '--name', adminName, '--password-stdin'], {
    input: 'x\n',
  });
  assert.equal(away.code, 5);
  const good = await cli.run(['login', berth.url, '--name', adminName, '--password-stdin'], {
    input: `${adminPassword}\n`,
  });
  assert.equal(good.code, 0, good.err);
  assert.match(good.out, new RegExp(`^Signed in to ${berth.url} as ${adminName}`));
  const file = join(folder, '.config/berth/config.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  assert.doesNotMatch(readFileSync(file, 'utf8') + good.out + good.err, new RegExp(adminPassword));
  const { user } = await cli.json<{ user: { name: string } }>('whoami');
  assert.equal(user.name, adminName);
});

test('login asks on a terminal, and shows nothing of the password', async () => {
  const other = makeCommandLine(join(lab.folder, 'other'));
  const running = other.start(['login', berth.url], { terminal });
  await running.until(/Name: /);
  running.type(`${adminName}\n`);
  await running.until(/Password: /);
  running.type(`${adminPassword}\n`);
  const { code, out } = await running.ended;
  assert.equal(code, 0, out);
  assert.doesNotMatch(out, new RegExp(adminPassword));
  assert.equal((await other.run(['logout'])).code, 0);
  assert.equal((await other.run(['whoami'])).code, 3);
});

test('environments lists where one may work, and use chooses', async () => {
  const { code, out } = await cli.run(['environments']);
  assert.equal(code, 0);
  assert.match(out, /main\/local/);
  assert.equal((await cli.run(['use', 'main/local'])).code, 0);
  assert.equal((await cli.run(['use', 'main/none'])).code, 4);
  const hosts = await cli.run(['hosts']);
  assert.match(hosts.out, /active/);
});

suite('an application', () => {
  test('is tried dry: the plan is shown and nothing is touched', async () => {
    const { code, out } = await cli.run(['publish', '--dry-run'], shop());
    assert.equal(code, 0, out);
    for (const words of [/web/, /worker/, /lab\/web:1/, /berth-shop_data/]) assert.match(out, words);
    const result = await cli.run(['publish', '--dry-run', '--json'], shop());
    const { problems, steps } = JSON.parse(result.out) as Preview;
    assert.deepEqual([problems, steps.length], [[], 6]);
    assert.deepEqual(await objectsOf(lab, 'shop'), []);
  });

  test('is published with its folder’s name, its env files and .env; progress comes a line at a time', async () => {
    const { code, out, err } = await cli.run(['publish'], shop());
    assert.equal(code, 0, err);
    assert.match(out, /^Publish of shop in main\/local\n/);
    for (const words of [/^done +.*berth-shop-web-1/m, /^done: Publish of shop in /m, /18701/])
      assert.match(out, words);
    assert.equal(err, '');
    const answers = await Promise.allSettled(
      [18701, 18702, 18703].map((port) => fetchText(`http://${lab.engine.address}:${port}/`)),
    );
    assert.deepEqual(
      answers.flatMap((answer) => (answer.status === 'fulfilled' ? [answer.value] : [])),
      ['from the file'],
    );
    assert.ok((await inspect(lab, 'berth-shop-web-1')).Config.Env.includes('WHO=from .env'));
  });

  test('is published again after a yes to its plan; on a terminal the progress is drawn in place', async () => {
    const words = ['publish', '--var', 'NAME=from the flag', '--note', 'second'];
    const unwanted = cli.start(words, { ...shop(), terminal });
    await unwanted.until(/web +changed[^]*Go on\? \[y\/N\]/);
    unwanted.type('\n');
    assert.equal((await unwanted.ended).code, 1);
    const running = cli.start(words, { ...shop(), terminal });
    await running.until(/Go on\? \[y\/N\]/);
    running.type('y\n');
    const { code, out } = await running.ended;
    assert.equal(code, 0, out);
    assert.match(out, /✓/);
    assert.ok(
      out.split('\u001B[').some((part) => /^\d+A/.test(part)),
      'lines are drawn anew',
    );
    assert.ok((await inspect(lab, 'berth-shop-web-1')).Config.Env.includes('WHO=from the flag'));
    const revisions = await cli.json<{ number: number; note: string }[]>('revisions', 'shop');
    assert.deepEqual(
      revisions.map(({ number, note }) => [number, note]),
      [
        [2, 'second'],
        [1, ''],
      ],
    );
  });

  test('is listed, shown, and its containers too, for people and for programs', async () => {
    assert.match((await cli.run(['apps'])).out, /^NAME .*\nshop +running +2\/2 +2 /);
    const [app] = await cli.json<ApplicationSummary[]>('apps');
    assert.deepEqual([app?.name, app?.phase], ['shop', 'running']);
    const shown = await cli.run(['show', 'shop']);
    for (const words of [/shop/, /running/, /lab\/web:1/, /worker/]) assert.match(shown.out, words);
    assert.deepEqual((await cli.json<Application>('show', 'shop')).services.map(({ name }) => name).toSorted(), [
      'web',
      'worker',
    ]);
    assert.match((await cli.run(['ps'])).out, /berth-shop-web-1.*running/);
    const containers = await cli.json<Container[]>('ps', 'shop/web');
    assert.deepEqual(
      containers.map(({ name, state }) => [name, state]),
      [['berth-shop-web-1', 'running']],
    );
    assert.match((await cli.run(['events', 'shop'])).out, /Started berth-shop-web-1/);
    const operations = await cli.json<Operation[]>('operations', 'shop');
    assert.deepEqual(
      operations.map(({ kind, state }) => [kind, state]),
      [
        ['publish', 'succeeded'],
        ['publish', 'succeeded'],
      ],
    );
  });

  test('is scaled, and the new containers answer', async () => {
    const { code, out, err } = await cli.run(['scale', 'shop', 'web=3']);
    assert.equal(code, 0, err);
    assert.match(out, /done: Scaling of shop/);
    for (const port of [18701, 18702, 18703]) await untilAnswers(lab, port, 'from the file');
    const impossible = await cli.run(['scale', 'shop', 'web=9']);
    assert.equal(impossible.code, 1);
    assert.match(impossible.err, /port/i);
    assert.equal((await cli.run(['scale', 'shop', 'web'])).code, 2);
    assert.equal((await cli.run(['scale', 'shop', 'web=1'])).code, 0);
  });

  test('tells what lies between two revisions', async () => {
    const { code, out } = await cli.run(['diff', 'shop', '1']);
    assert.equal(code, 0);
    assert.match(out, /~ NAME: from \.env -> from the flag/);
    assert.match(out, /~ services\.web\.environment\.WHO: from \.env -> from the flag/);
    const { files, resolved } = await cli.json<RevisionDiff>('diff', 'shop', '1', '2');
    assert.deepEqual([files, resolved.length], [[], 1]);
  });

  for (const form of [[], ['--resolved']])
    test(`is exported${form.length > 0 ? ' resolved' : ''} as files that publish to an empty plan`, async () => {
      const to = `exported${form.length}`;
      const { code, out, err } = await cli.run(['export', 'shop', ...form, '--to', to]);
      assert.equal(code, 0, err);
      const words = out.trim().split('\n').at(-1)?.trim().split(' ').slice(1) ?? [];
      const dry = await cli.run([...words, '--dry-run', '--json']);
      assert.equal(dry.code, 0, dry.err);
      const { problems, losses, steps, services } = JSON.parse(dry.out) as Preview;
      assert.deepEqual([problems, losses, steps], [[], [], []]);
      assert.deepEqual(
        services.map(({ change }) => change),
        ['unchanged', 'unchanged'],
      );
    });

  test('runs a task, and the exit code is that of its program', async () => {
    const script = 'echo "$TEXT, $EXTRA"; echo bad >&2; exit 7';
    const words = ['run', 'shop', 'web', '--env', 'EXTRA=of the task', '--', '/bin/sh', '-c', script];
    const { code, out, err } = await cli.run(words);
    assert.equal(code, 7, err);
    assert.match(out, /^from the file, of the task$/m);
    assert.match(out + err, /^bad$/m);
    assert.match(err, /^failed: .*code 7/m);
    const good = await cli.run(['run', 'shop', 'worker', '--json', '--', 'true']);
    assert.deepEqual([good.code, (JSON.parse(good.out) as Run).state], [0, 'succeeded']);
  });

  test('shows what a task prints as it comes, and ctrl-C ends the task', async () => {
    const script = 'trap "exit 0" TERM; echo begun; sleep 300 & wait';
    const running = cli.start(['run', 'shop', 'worker', '--', '/bin/sh', '-c', script]);
    await running.until(/begun/);
    running.kill('SIGINT');
    assert.equal((await running.ended).code, 130);
    const [last] = (await cli.json<Run[]>('jobs', 'history', 'shop')).slice(-1);
    assert.equal(last?.state, 'cancelled');
  });

  test('has jobs that are made, changed, run, looked at and removed', async () => {
    const schedule = ['--service', 'worker', '--schedule', '0 3 1 1 *', '--zone', 'Asia/Shanghai'];
    const made = await cli.run(['jobs', 'create', 'shop', 'save', ...schedule, '--', 'sh', '-c', 'echo saved; exit 5']);
    assert.equal(made.code, 0, made.err);
    assert.equal((await cli.run(['jobs', 'set', 'shop', 'save', '--schedule', 'never'])).code, 1);
    assert.equal((await cli.run(['jobs', 'set', 'shop', 'save', '--disable'])).code, 0);
    assert.match(
      (await cli.run(['jobs', 'list', 'shop'])).out,
      /save +worker +0 3 1 1 \* \(Asia\/Shanghai\) +disabled/,
    );
    const run = await cli.run(['jobs', 'run', 'shop', 'save']);
    assert.deepEqual([run.code, run.out], [5, 'saved\n']);
    const [{ id, exitCode } = { id: '', exitCode: null }] = await cli.json<Run[]>('jobs', 'history', 'shop', 'save');
    assert.equal(exitCode, 5);
    assert.equal((await cli.run(['jobs', 'log', 'shop', id])).out, 'saved\n');
    assert.equal((await cli.run(['jobs', 'remove', 'shop', 'save', '-y'])).code, 0);
    assert.deepEqual(await cli.json<Job[]>('jobs', 'list', 'shop'), []);
  });

  test('has hooks that scale it for whoever knows the secret', async () => {
    const words = ['hooks', 'create', 'shop', 'load', '--scale', 'worker', '--max', '2'];
    const { address, secret } = await cli.json<{ address: string; secret: string }>(...words);
    const stranger = makeCommandLine(join(lab.folder, 'caller'));
    const call = (key: string, ...more: string[]) =>
      stranger.run(['call-hook', address, ...more], { environment: { BERTH_HOOK_SECRET: key } });
    const workers = (count: number) =>
      eventually(async () => (await cli.json<Container[]>('ps', 'shop/worker')).length === count, {
        withinMs: 60_000,
        because: `the hook scales to ${count}`,
      });
    assert.equal((await call('berthhook_wrong', '--replicas', '2')).code, 1);
    const { code, out, err } = await call(secret, '--replicas', '2');
    assert.equal(code, 0, err);
    assert.match(out, /\(opn_\w+\)$/m);
    await workers(2);
    assert.equal((await call(secret, '--change', '-1')).code, 0);
    await workers(1);
    assert.match((await cli.run(['hooks', 'list', 'shop'])).out, /load +scale worker to 1–2 .*accepted/);
    assert.equal((await cli.run(['hooks', 'remove', 'shop', 'load', '-y'])).code, 0);
  });

  test('tells its log, past and as it comes, and ctrl-C ends that', async () => {
    assert.equal(
      (await cli.run(['logs', 'shop/web', '--tail', '1'])).out.replace(/^.*\| ?/, ''),
      'serving from the file\n',
    );
    assert.match(
      (await cli.run(['logs', 'shop', '--search', 'SERVING', '-t'])).out,
      /\d{4}-\d\d-\d\dT.*serving from the file/,
    );
    const running = cli.start(['logs', '-f', 'shop/worker', '--tail', '0']);
    const say = () => lab.engine.docker('exec', 'berth-shop-worker-1', 'sh', '-c', 'echo something new > /proc/1/fd/1');
    const talking = setInterval(() => void say().catch(() => undefined), 500);
    await running.until(/something new/).finally(() => clearInterval(talking));
    running.kill('SIGINT');
    assert.equal((await running.ended).code, 130);
  });

  test('runs a command inside, with its streams apart and its exit code', async () => {
    const { code, out, err } = await cli.run([
      'exec',
      'shop/worker',
      '--',
      'sh',
      '-c',
      'echo out; echo err >&2; exit 9',
    ]);
    assert.deepEqual([code, out, err], [9, 'out\n', 'err\n']);
    const piped = await cli.run(['exec', '-i', 'shop/worker', '--', 'sh', '-c', 'cat > /data/file; cat /data/file'], {
      input: 'through the pipe 世界\n',
    });
    assert.deepEqual([piped.code, piped.out], [0, 'through the pipe 世界\n']);
  });

  test('gives a shell on a terminal, in its size', async () => {
    const running = cli.start(['exec', 'shop/worker'], { terminal: { rows: 31, columns: 97 } });
    await running.until(/# /);
    running.type('stty size; echo "in $((40 + 2))"\n');
    await running.until(/31 97[^]*in 42/);
    running.type('exit 4\n');
    assert.equal((await running.ended).code, 4);
  });

  test('hands out its files', async () => {
    const { code, err } = await cli.run(['download', 'shop/worker:/data/file', '-o', 'taken.txt']);
    assert.equal(code, 0, err);
    assert.equal(readFileSync(join(folder, 'taken.txt'), 'utf8'), 'through the pipe 世界\n');
  });

  test('is stopped and started', async () => {
    assert.equal((await cli.run(['stop', 'shop'])).code, 0);
    assert.match((await cli.run(['apps'])).out, /shop +stopped +0\/0/);
    const started = await cli.run(['start', 'shop', '--json']);
    assert.equal(started.code, 0);
    const { operation } = JSON.parse(started.out) as { operation: Operation };
    assert.equal(operation.state, 'succeeded');
    const [container] = await cli.json<Container[]>('ps', 'shop/web');
    // Of a range, the engine takes another port at each start.
    await untilAnswers(lab, container?.ports[0]?.hostPort ?? 0, 'from the file');
  });

  test('is removed only when that is confirmed', async () => {
    const unasked = await cli.run(['rm', 'shop']);
    assert.notEqual(unasked.code, 0);
    assert.match(unasked.err, /--yes|-y/);
    const refused = cli.start(['rm', 'shop'], { terminal });
    await refused.until(/shop/);
    refused.type('no\n');
    assert.notEqual((await refused.ended).code, 0);
    assert.equal((await objectsOf(lab, 'shop')).length, 4);
    const { code, out, err } = await cli.run(['rm', 'shop', '--volumes', '-y']);
    assert.equal(code, 0, err);
    assert.match(out, /done: Removal of shop/);
    assert.deepEqual(await objectsOf(lab, 'shop'), []);
  });
});

suite('what is elsewhere', () => {
  test('is built from: its folder goes along, bytes and all, but for what is ignored', async () => {
    const where = join(folder, 'built');
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 7) % 256);
    mkdirSync(join(where, 'app/packages'), { recursive: true });
    writeFileSync(join(where, 'compose.yaml'), 'services: {web: {build: app}}\n');
    writeFileSync(join(where, 'app/Dockerfile'), 'FROM lab/idle:1\nCOPY . /app\n');
    writeFileSync(join(where, 'app/.dockerignore'), 'packages\n');
    writeFileSync(join(where, 'app/packages/big'), 'big');
    writeFileSync(join(where, 'app/logo.bin'), bytes);
    const { code, err } = await cli.run(['publish'], { folder: where });
    assert.equal(code, 0, err);
    const found = await cli.run(['exec', 'built/web', '--', 'sh', '-c', 'cd /app; ls; sha256sum < logo.bin']);
    const digest = createHash('sha256').update(bytes).digest('hex');
    assert.equal(found.out, `Dockerfile\nlogo.bin\n${digest}  -\n`);
    assert.equal((await cli.run(['rm', 'built', '-y'])).code, 0);
  });

  test('runs already: it is listed, looked at and taken over as it is', async () => {
    await lab.engine.docker('network', 'create', 'by-hand');
    await lab.engine.docker('run', '-d', '--name', 'lone', '--network', 'by-hand', '-e', 'TEXT=mine', idleImage);
    const before = await inspect(lab, 'lone');
    assert.match((await cli.run(['import', 'list'])).out, /lone +lab\/idle:1 +running/);
    const preview = await cli.run(['import', 'preview', 'taken', 'lone']);
    assert.equal(preview.code, 0, preview.err);
    assert.match(preview.out, /lone +\S+\/1 +as the files say[^]*TEXT: *"?mine/);
    const { code, out, err } = await cli.run(['import', 'run', 'taken', 'lone']);
    assert.equal(code, 0, err);
    assert.match(out, /done: Import of taken/);
    const [container] = await cli.json<Container[]>('ps', 'taken');
    assert.deepEqual(
      [container?.id, (await inspect(lab, 'lone')).State.StartedAt],
      [before.Id, before.State.StartedAt],
    );
    assert.equal((await cli.run(['rm', 'taken', '-y'])).code, 0);
  });
});

suite('what goes wrong', () => {
  const write = (name: string, text: string): string => {
    mkdirSync(join(folder, name), { recursive: true });
    writeFileSync(join(folder, name, 'compose.yaml'), text);
    return join(folder, name);
  };

  test('in a file is told with file, line and column, and nothing is published', async () => {
    const where = write('wrong', 'services:\n  web:\n    image: lab/web:1\n    ports: ["99999:80"]\n');
    const { code, out, err } = await cli.run(['publish'], { folder: where });
    assert.deepEqual([code, out], [1, '']);
    assert.match(err, /compose\.yaml:4:\d+: /);
    const dry = await cli.run(['publish', '--dry-run', '--json'], { folder: where });
    assert.deepEqual([dry.code, dry.err], [1, '']);
    assert.equal((JSON.parse(dry.out) as Preview).problems[0]?.line, 4);
  });

  test('with policy is told with its rule', async () => {
    const { code, err } = await cli.run([
      'publish',
      '-f',
      join(write('root', 'services: {web: {image: lab/web:1, privileged: true}}\n'), 'compose.yaml'),
    ]);
    assert.equal(code, 1);
    assert.match(err, /privileged/);
  });

  test('with a program is told with its last lines and what to do, and the exit code is 1', async () => {
    const where = write(
      'falls',
      'services: {web: {image: lab/idle:1, command: [sh, -c, "echo no configuration; exit 2"]}}\n',
    );
    const { code, err } = await cli.run(['publish'], { folder: where });
    assert.equal(code, 1);
    assert.match(err, /failed: Publish of falls.*ended with code 2/);
    assert.match(err, /no configuration/);
    assert.match(err, /publish again/);
    assert.equal((await cli.run(['rm', 'falls', '-y'])).code, 0);
  });

  test('with what is asked for has its own exit code', async () => {
    const codes: readonly (readonly [string[], number])[] = [
      [['show', 'none'], 4],
      [['logs', 'none'], 4],
      [['exec', 'none', '--', 'true'], 4],
      [['rm', 'none', '-y'], 4],
      [['apps', '-e', 'main/none'], 4],
      [['apps', '--no-such-flag'], 2],
      [['no-such-command'], 2],
      [['scale'], 2],
      [['--help'], 0],
    ];
    for (const [args, wanted] of codes) {
      const { code, err } = await cli.run(args);
      assert.equal(code, wanted, `berth ${args.join(' ')}: ${err}`);
      assert.doesNotMatch(err, /\n +at /, 'no stack is shown');
    }
  });

  test('with config is told without any server, and a right file is printed in long form', async () => {
    const stranger = makeCommandLine(join(lab.folder, 'stranger'));
    const good = await stranger.run(['config', '-f', join(folder, 'shop/docker-compose.yml'), '--format', 'json']);
    assert.equal(good.code, 0, good.err);
    const model = JSON.parse(good.out) as {
      name: string;
      services: Record<string, { environment: Record<string, string>; ports: unknown[] }>;
    };
    assert.equal(model.name, 'shop');
    assert.deepEqual(model.services['web']?.environment, { TEXT: 'from the file', WHO: 'from .env' });
    const wrong = await stranger.run(['config', '-f', join(folder, 'wrong/compose.yaml')]);
    assert.notEqual(wrong.code, 0);
    assert.match(wrong.err, /compose\.yaml:4:\d+/);
  });

  test('with the server, once it is gone, is exit code 5', async () => {
    const other = makeCommandLine(join(lab.folder, 'left'));
    const gone = await startBerth({ engineSocket: lab.engine.socket });
    try {
      const login = ['login', gone.url, '--name', adminName, '--password-stdin'];
      assert.equal((await other.run(login, { input: `${adminPassword}\n` })).code, 0);
    } finally {
      await gone.close();
    }
    const { code, err } = await other.run(['apps']);
    assert.equal(code, 5, err);
    assert.match(err, /cannot be reached|not be reached|unreachable/i);
  });
});
