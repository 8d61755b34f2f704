// Logs, figures, files and shells of real containers, through portal server and Docker Server.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { after, before, suite, test } from 'node:test';
import { setTimeout as pause } from 'node:timers/promises';
import type { Figures, LogLine } from '@berth/contract/containers.ts';
import type { LiveMessage } from '@berth/contract/live.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { usageOf } from '#bench/own-process.ts';
import { closeAll } from '#harness/close-all.ts';
import { publishWell, refusedWith, removeWell } from '#harness/application.ts';
import { publication } from '#harness/berth.ts';
import { idleImage, inspect, openLab, type Lab } from '#harness/lab.ts';
import { openAllInOneSite, type AllInOneSite } from '#harness/processes.ts';
import { connectShell, openShell } from '#harness/shell.ts';

let lab: Lab;
let site: AllInOneSite;
before(async () => {
  lab = await openLab();
  site = await openAllInOneSite(lab, 'streams');
  await publishWell(site, publication('streams', compose));
});
after(() => closeAll(site, lab));

const talk = (count: number) =>
  `["sh", "-c", "i=0; while [ $$i -lt ${count} ]; do i=$$((i+1)); echo line $$i; done; sleep 1; echo 'an Error of one kind' >&2; trap 'exit 0' TERM; while :; do sleep 1 & wait $$!; done"]`;
const compose = `
services:
  plain:
    image: ${idleImage}
    command: ${talk(100)}
  terminal:
    image: ${idleImage}
    tty: true
    command: ${talk(20)}
  busy:
    image: ${idleImage}
    mem_limit: 64m
    cpus: 0.4
    stop_grace_period: 0s
    command: ["sh", "-c", "while :; do :; done"]
  big:
    image: ${idleImage}
    command: ["sh", "-c", "yes $$(printf '%01000d' 7) | head -n 100000; echo the end; trap 'exit 0' TERM; while :; do sleep 1 & wait $$!; done"]
`;
const nameOf = (service: string) => `berth-streams-${service}-1`;
const at = (container: string) => ({ ...site.place, container });

const readAll = async (container: string, query: object): Promise<LogLine[]> => {
  const lines: LogLine[] = [];
  for await (const line of await site.admin.openLines('readLogs', { params: at(container), query })) lines.push(line);
  return lines;
};
const texts = (lines: readonly LogLine[]): string[] => lines.map(({ text }) => text);

/** Reads on in the background; `lines` grows. */
const follow = async (container: string, query: object) => {
  const ending = new AbortController();
  const lines: LogLine[] = [];
  const stream = await site.admin.openLines('readLogs', {
    params: at(container),
    query: { follow: 'true', ...query },
    signal: ending.signal,
  });
  let hasEnded = false;
  const read = async () => {
    for await (const line of stream) lines.push(line);
  };
  const done = read()
    .catch((thrown: unknown) => {
      if (!ending.signal.aborted) throw thrown;
    })
    .finally(() => (hasEnded = true));
  return { lines, done, hasEnded: () => hasEnded, stop: () => ending.abort() };
};

const untilBigIsWritten = () =>
  eventually(async () => texts(await readAll(nameOf('big'), { tail: 1 }))[0] === 'the end', {
    withinMs: 60_000,
    because: 'the big log is written',
    everyMs: 500,
  });

/** A line of the container's first program. */
const say = (container: string, text: string) =>
  lab.engine.docker('exec', container, 'sh', '-c', `echo '${text}' > /proc/1/fd/1`);

suite('logs', { concurrency: 4 }, () => {
  test('give the last lines, oldest first, with time and stream', async () => {
    const lines = await readAll(nameOf('plain'), { tail: 3 });
    assert.deepEqual(
      lines.map(({ stream, text }) => [stream, text]),
      [
        ['out', 'line 99'],
        ['out', 'line 100'],
        ['err', 'an Error of one kind'],
      ],
    );
    for (const { at: instant } of lines) assert.match(instant, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d+Z$/);
    assert.equal((await readAll(nameOf('plain'), {})).length, 101);
    assert.deepEqual(await readAll(nameOf('plain'), { tail: 0 }), []);
  });

  test('of a container with a terminal come without its control characters', async () => {
    const lines = await readAll(nameOf('terminal'), { tail: 2 });
    assert.deepEqual(
      lines.map(({ stream, text }) => [stream, text]),
      [
        ['out', 'line 20'],
        ['out', 'an Error of one kind'],
      ],
    );
  });

  test('are searched without regard to capitals, and the tail counts what is found', async () => {
    assert.deepEqual(texts(await readAll(nameOf('plain'), { search: 'LINE 10' })), ['line 10', 'line 100']);
    assert.deepEqual(texts(await readAll(nameOf('plain'), { search: 'line 1', tail: 2 })), ['line 19', 'line 100']);
    assert.deepEqual(texts(await readAll(nameOf('plain'), { search: 'error' })), ['an Error of one kind']);
    assert.deepEqual(texts(await readAll(nameOf('plain'), { search: '.*' })), [], 'it is text, not a pattern');
  });

  test('begin and end where they are asked to', async () => {
    const all = await readAll(nameOf('plain'), {});
    const middle = all[50]?.at ?? '';
    assert.deepEqual(texts(await readAll(nameOf('plain'), { since: middle })), texts(all.slice(50)));
    assert.deepEqual(texts(await readAll(nameOf('plain'), { until: middle })), texts(all.slice(0, 51)));
    assert.deepEqual(await readAll(nameOf('plain'), { since: new Date(Date.now() + 60_000).toISOString() }), []);
    await refusedWith('invalid_request', () => readAll(nameOf('plain'), { since: 'yesterday' }));
  });

  test('are followed as they come, also when searched', async () => {
    await publishWell(site, publication('speaker', `services: {box: {image: ${idleImage}}}\n`));
    const container = 'berth-speaker-box-1';
    const [whole, found] = [await follow(container, { tail: 0 }), await follow(container, { search: 'needle' })];
    for (const text of ['hay', 'a NEEDLE in it', 'more hay']) await say(container, text);
    await eventually(() => whole.lines.length === 3 && found.lines.length === 1, {
      withinMs: 10_000,
      because: 'the lines come',
    });
    assert.deepEqual(texts(whole.lines), ['hay', 'a NEEDLE in it', 'more hay']);
    assert.deepEqual(texts(found.lines), ['a NEEDLE in it']);
    found.stop();
    await found.done;
    await removeWell(lab, site, 'speaker');
    await eventually(whole.hasEnded, { withinMs: 10_000, because: 'the stream ends with its container' });
    await whole.done;
  });

  test('of a container that is not there are not found', async () => {
    await refusedWith('not_found', () => site.admin.openLines('readLogs', { params: at('berth-streams-none-1') }));
    await lab.engine.docker('run', '-d', '--name', 'somebody-elses', idleImage);
    const { Id } = await inspect(lab, 'somebody-elses');
    for (const container of ['somebody-elses', Id])
      await refusedWith('not_found', () => site.admin.openLines('readLogs', { params: at(container) }));
  });

  test('that are large wait for a slow reader and fill no memory', async (t) => {
    const container = nameOf('big');
    await untilBigIsWritten();
    const before = usageOf(site.process.pid).rssMb;
    const ending = new AbortController();
    const response = await site.admin.open('readLogs', {
      params: at(container),
      query: { tail: 100_000 },
      signal: ending.signal,
    });
    const reader = response.body?.getReader();
    await reader?.read();
    let most = before;
    for (let second = 0; second < 6; second += 1) {
      await pause(500);
      most = Math.max(most, usageOf(site.process.pid).rssMb);
    }
    ending.abort();
    t.diagnostic(
      `a reader that stands still before 100 MB of log: ${(most - before).toFixed(0)} MB more in the server`,
    );
    assert.ok(most - before < 80, `${most - before} MB more`);
    const answered = await readAll(nameOf('plain'), { tail: 1 });
    assert.equal(answered.length, 1, 'others are served meanwhile');
  });

  test('that are large come whole to a reader that takes them', async () => {
    await untilBigIsWritten();
    let count = 0;
    for await (const { text } of await site.admin.openLines('readLogs', {
      params: at(nameOf('big')),
      query: { tail: 20_000 },
    })) {
      count += 1;
      if (count < 20_000) assert.equal(text.length, 1_000);
      else assert.equal(text, 'the end');
    }
    assert.equal(count, 20_000);
  });
});

suite('a shell', { concurrency: 3 }, () => {
  test('with a terminal has its size, takes another, and ends with the code of its program', async () => {
    const shell = await openShell(site, nameOf('plain'), { command: ['/bin/sh'], size: { rows: 33, columns: 101 } });
    shell.type('stty size\n');
    await shell.until(/33 101/);
    shell.resize(50, 80);
    await eventually(
      () => {
        shell.type('stty size\n');
        return shell.seen().out.includes('50 80');
      },
      { withinMs: 10_000, because: 'the terminal takes its new size', everyMs: 200 },
    );
    shell.type('echo $TERM 世界; test -t 0 && echo "a terminal"\n');
    await shell.until(/xterm-256color 世界\r\na terminal/);
    shell.type('exit 7\n');
    assert.equal(await shell.ended(), 7);
  });

  test('without a command is the best there is, and stops a program on ctrl-C', async () => {
    const shell = await openShell(site, nameOf('terminal'), {});
    await shell.until(/# /);
    shell.type('sleep 600\n');
    await eventually(async () => (await lab.engine.docker('exec', nameOf('terminal'), 'ps')).includes('sleep 600'), {
      withinMs: 10_000,
      because: 'the program runs',
    });
    shell.type('\u0003');
    shell.type('echo back-$?\n');
    await shell.until(/back-130/);
    shell.type('\u0004');
    assert.equal(typeof (await shell.ended()), 'number');
  });

  test('without a terminal keeps output and errors apart and ends its input', async () => {
    const shell = await openShell(site, nameOf('plain'), {
      command: ['sh', '-c', 'echo to out; echo to err >&2; cat; exit 3'],
      tty: false,
    });
    shell.type('typed\n');
    shell.endInput();
    assert.equal(await shell.ended(), 3);
    assert.deepEqual(shell.seen(), { out: 'to out\ntyped\n', err: 'to err\n' });
  });

  test('carries a megabyte both ways unchanged', async () => {
    const shell = await openShell(site, nameOf('plain'), { command: ['cat'], tty: false });
    const text = 'abcdefghijklmnopqrstuvwxyz 0123456789\n'.repeat(28_000);
    for (let from = 0; from < text.length; from += 64 * 1024) shell.type(text.slice(from, from + 64 * 1024));
    shell.endInput();
    assert.equal(await shell.ended(), 0);
    assert.equal(shell.seen().out.length, text.length);
    assert.ok(shell.seen().out === text);
  });

  test('of a program that is not there says so', async () => {
    const shell = await openShell(site, nameOf('plain'), { command: ['no-such-program'], tty: false });
    const end = await shell.ended();
    assert.ok(end === 'engine_refused' || end === 126 || end === 127, String(end));
  });

  test('is opened once by its ticket, and not without one', async () => {
    const { path } = await site.admin.openShell({
      params: at(nameOf('plain')),
      body: { command: ['cat'], tty: false },
    });
    const shell = await connectShell(site, path, false);
    await assert.rejects(connectShell(site, path, false), /refused/);
    await assert.rejects(connectShell(site, `${path}x`, false), /refused/);
    await assert.rejects(connectShell({ ...site, adminKey: 'berthkey_none' }, path, false), /refused/);
    shell.endInput();
    assert.equal(await shell.ended(), 0);
  });

  test('ends with an input that ends at once, before the program has begun', async () => {
    const ends = Array.from({ length: 10 }, async () => {
      const body = { command: ['cat'], tty: false };
      const { path } = await site.admin.openShell({ params: at(nameOf('plain')), body });
      const shell = await connectShell(site, path, false);
      shell.endInput();
      return shell.ended();
    });
    assert.deepEqual(
      await Promise.all(ends),
      Array.from({ length: 10 }, () => 0),
    );
  });

  test('whose page is closed leaves no program behind', async () => {
    const shell = await openShell(site, nameOf('plain'), { command: ['sh', '-c', 'echo ready; cat'], tty: true });
    await shell.until(/ready/);
    const count = async () =>
      (await lab.engine.docker('exec', nameOf('plain'), 'ps'))
        .split('\n')
        .filter((line) => line.trim().endsWith(' cat')).length;
    assert.ok((await count()) >= 1);
    shell.close();
    await eventually(async () => (await count()) === 0, {
      withinMs: 10_000,
      because: 'the program ends with its page',
    });
  });
});

suite('figures and files', { concurrency: 3 }, () => {
  test('figures are those of the container', async () => {
    const taken: Figures[] = [];
    for await (const figures of site.admin.lines('followFigures', { params: at(nameOf('busy')) }))
      if (taken.push(figures) === 3) break;
    const last = taken[2];
    assert.ok(last !== undefined);
    assert.equal(last.memoryLimitBytes, 64 * 2 ** 20);
    assert.ok(last.memoryBytes > 10_000 && last.memoryBytes < 64 * 2 ** 20, String(last.memoryBytes));
    assert.ok(last.cpuCores > 0.02 && last.cpuCores < 0.6, `${last.cpuCores} of a core, of 0.4 it may use`);
    assert.equal(last.processes, 1);
    assert.ok(taken.every(({ at: instant }, index) => index === 0 || instant > (taken[index - 1]?.at ?? '')));
  });

  test('a folder comes as an archive, without what a person could be hurt by', async () => {
    const container = nameOf('plain');
    await lab.engine.docker(
      'exec',
      container,
      'sh',
      '-c',
      'mkdir -p /tmp/out/deep; echo one > /tmp/out/a.txt; echo two > /tmp/out/deep/b.txt; busybox ln -s /etc/passwd /tmp/out/link; busybox mkfifo /tmp/out/pipe',
    );
    const response = await site.admin.open('readFiles', { params: at(container), query: { path: '/tmp/out' } });
    assert.equal(response.headers.get('content-type'), 'application/x-tar');
    assert.match(response.headers.get('content-disposition') ?? '', /^attachment;.*out\.tar/);
    const archive = Buffer.from(await response.arrayBuffer());
    const list = execFileSync('tar', ['-tf', '-'], { input: archive }).toString().trim().split('\n').toSorted();
    assert.deepEqual(list, ['out/', 'out/a.txt', 'out/deep/', 'out/deep/b.txt']);
    assert.equal(execFileSync('tar', ['-xOf', '-', 'out/deep/b.txt'], { input: archive }).toString(), 'two\n');
    for (const path of ['/proc/1/environ', '/none', 'relative', '/tmp/../etc'])
      await assert.rejects(site.admin.open('readFiles', { params: at(container), query: { path } }), path);
  });

  test('live updates tell the progress of an operation, and what changed', async () => {
    const ending = new AbortController();
    const response = await site.admin.open('followEnvironment', { params: site.place, signal: ending.signal });
    const messages: LiveMessage[] = [];
    const read = async () => {
      const decoder = new TextDecoder();
      let rest = '';
      for await (const bytes of response.body ?? []) {
        const parts = (rest + decoder.decode(bytes as Uint8Array, { stream: true })).split('\n\n');
        rest = parts.pop() ?? '';
        for (const part of parts)
          if (part.startsWith('data: ')) messages.push(JSON.parse(part.slice(6)) as LiveMessage);
      }
    };
    const done = read().catch(() => undefined);
    await publishWell(site, publication('live', `services: {box: {image: ${idleImage}}}\n`));
    await removeWell(lab, site, 'live');
    const operations = () =>
      messages.flatMap((message) =>
        message.type === 'operation' && message.operation.application.name === 'live' ? [message.operation] : [],
      );
    await eventually(() => operations().some(({ kind, state }) => kind === 'remove' && state === 'succeeded'), {
      withinMs: 5_000,
      because: 'the end is told',
    });
    assert.equal(messages[0]?.type, 'alive');
    assert.ok(
      operations().some(({ progress }) =>
        progress.some(({ action, state }) => action === 'create_container' && state === 'running'),
      ),
    );
    assert.ok(operations().some(({ kind, state }) => kind === 'publish' && state === 'succeeded'));
    for (const what of ['applications', 'containers', 'events'])
      assert.ok(
        messages.some((message) => message.type === 'changed' && message.what === what),
        what,
      );
    ending.abort();
    await done;
  });
});

test('streams end when their container is removed', async () => {
  const container = nameOf('plain');
  const logs = await follow(container, { tail: 0 });
  const shell = await openShell(site, container, { command: ['cat'], tty: false });
  let figuresEnded = false;
  const figures = (async () => {
    for await (const _ of site.admin.lines('followFigures', { params: at(container) })) if (figuresEnded) break;
  })().then(
    () => (figuresEnded = true),
    () => (figuresEnded = true),
  );
  await removeWell(lab, site, 'streams');
  await eventually(() => logs.hasEnded() && figuresEnded, { withinMs: 10_000, because: 'logs and figures end' });
  await Promise.all([logs.done, figures]);
  assert.notEqual(await shell.ended(), 0);
  assert.doesNotMatch(site.process.log(), /"code":"bug"/, 'no mistake of ours in the log');
});
