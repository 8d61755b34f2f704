// `./start` as a newcomer runs it, on a private engine and data of its own: proves itself with --check, comes up with the
// sample answering, stops on ctrl-C, and is quick the second time.
import assert from 'node:assert/strict';
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import { listObjects, openLab, type Lab } from '#harness/lab.ts';

const root = resolve(import.meta.dirname, '../..');
const upWithinMs = 120_000;

let lab: Lab;
before(async () => {
  lab = await openLab();
});
after(async () => lab?.close());

interface Run {
  readonly out: () => string;
  readonly err: () => string;
  readonly code: Promise<number | null>;
  readonly kill: (signal: NodeJS.Signals) => void;
}

const children = new Set<ChildProcess>();
after(() => {
  for (const child of children) child.kill('SIGKILL');
});

/** In the network of the lab's host, where the published port is on the loopback as on a person's machine. */
const start = (...args: string[]): Run => {
  const enter = ['--pdeathsig', 'KILL', 'nsenter', '-t', String(lab.engine.pid), '-n', '--'];
  const child = spawn('setpriv', [...enter, './start', '--no-pull', ...args], {
    cwd: root,
    env: { ...process.env, DOCKER_HOST: `unix://${lab.engine.socket}` },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.add(child);
  const seen = { out: '', err: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => (seen.out += text));
  child.stderr.setEncoding('utf8').on('data', (text: string) => (seen.err += text));
  const code = once(child, 'close').then(([ended]) => (typeof ended === 'number' ? ended : null));
  return { out: () => seen.out, err: () => seen.err, code, kill: (signal) => void child.kill(signal) };
};

const untilUp = (run: Run): Promise<true> =>
  eventually(
    () => {
      if (run.err() !== '') throw new Error(run.err());
      return run.out().includes('ctrl-C stops Berth');
    },
    { withinMs: upWithinMs, because: `./start should come up: ${run.out()}` },
  );

const inHost = async (url: string): Promise<string> => {
  const args = ['-t', String(lab.engine.pid), '-n', '--', 'busybox', 'wget', '-qO-', url];
  const child = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'ignore'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (part: string) => (text += part));
  await once(child, 'close');
  return text;
};

suite('./start', () => {
  test('--check proves itself, says in one line of JSON what it did, and leaves nothing behind', async (t) => {
    const run = start('--check');
    assert.equal(await run.code, 0, `${run.out()}\n${run.err()}`);
    const lines = run.out().trim().split('\n');
    const result = JSON.parse(lines.at(-1) ?? '') as {
      ok: boolean;
      portal: string;
      sample: string;
      tookMs: Record<string, number>;
    };
    assert.equal(result.ok, true);
    assert.match(result.portal, /^http:\/\/127\.0\.0\.1:\d+$/);
    assert.match(result.sample, /^http:\/\/127\.0\.0\.1:\d+\/$/);
    for (const part of ['engine', 'server', 'publish', 'answer'])
      assert.equal(typeof result.tookMs[part], 'number', part);
    assert.ok(
      lines.length > 5 && lines.slice(0, -1).every((line) => line.startsWith('· ')),
      'progress that a person can follow',
    );
    t.diagnostic(lines.at(-1) ?? '');
    const { containers, networks, volumes } = await listObjects(lab);
    assert.deepEqual([containers, networks, volumes], [[], [], []]);
  });

  test('comes up with the sample, stops on ctrl-C, leaves the containers, and is quick the second time', async (t) => {
    const data = join(lab.folder, 'start-data');
    const args = ['--port', '8123', '--data', data];
    const startedMs = performance.now();
    const first = start(...args);
    await untilUp(first);
    t.diagnostic(`the first start took ${Math.round(performance.now() - startedMs)} ms`);
    assert.match(first.out(), /Portal {7}http:\/\/127\.0\.0\.1:8123\n/);
    assert.match(first.out(), /Set-up code {2}[0-9A-Z]{4}(-[0-9A-Z]{4})+ /);
    const sample = /Sample {7}(http:\S+)/.exec(first.out())?.[1] ?? '';
    assert.match(await inHost(sample), /This page comes from a container/);
    assert.match(await inHost('http://127.0.0.1:8123/'), /<html/i);

    const other = start('--port', '8124', '--data', data);
    assert.equal(await other.code, 1);
    assert.match(other.err(), /^start: Berth already runs on \S+ \(process \d+\)[^\n]*\n$/);
    const taken = start('--port', '8123', '--data', `${data}-other`);
    assert.equal(await taken.code, 1);
    assert.match(taken.err(), /^start: Port 8123 is taken; [^\n]*\n$/);

    first.kill('SIGINT');
    assert.equal(await first.code, 0);
    assert.equal(first.err(), '');
    assert.ok(!existsSync(join(data, 'berth.pid')));
    assert.match(await inHost(sample), /This page comes from a container/, 'the sample goes on without Berth');
    const before = (await listObjects(lab)).containers.map(({ id }) => id);

    const againMs = performance.now();
    const second = start(...args);
    await untilUp(second);
    const tookMs = performance.now() - againMs;
    t.diagnostic(`the second start took ${Math.round(tookMs)} ms`);
    assert.doesNotMatch(second.out(), /building|pulling|publishing/, 'everything is there');
    assert.deepEqual(
      (await listObjects(lab)).containers.map(({ id }) => id),
      before,
      'no container is made anew',
    );
    second.kill('SIGTERM');
    assert.equal(await second.code, 0);
  });

  test('says in one sentence what is wrong', async () => {
    const cases: readonly (readonly [string[], RegExp])[] = [
      [['--port', 'http'], /^start: --port wants a number from 1 to 65535, not http\.\n$/],
      [['--no-such-flag'], /^start: [^\n]*no-such-flag[^\n]*--help[^\n]*\n$/],
    ];
    for (const [args, wanted] of cases) {
      const run = start(...args);
      assert.equal(await run.code, 1);
      assert.match(run.err(), wanted);
    }
  });
});
