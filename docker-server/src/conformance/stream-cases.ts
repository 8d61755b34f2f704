// Conformance: events, logs, figures, programs run by a person, files.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { extract, pack } from 'tar-stream';
import { Readable } from 'node:stream';
import type { Client } from '@berth/contract/client.ts';
import type { DockerServerApi } from '@berth/contract/docker-server-api.ts';
import type { EngineEvent } from '@berth/contract/engine-objects.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { codeOf, collect, environment, removeOne, runOne, specOf, type Bench } from './subject.ts';

export const streamCases = (bench: () => Bench): void => {
  test('events begin with whether the engine is up, and tell of our containers', async () => {
    const client = await bench().client(environment);
    const { events, stop } = followEvents(client);
    await eventually(() => events[0], { withinMs: 5_000, because: 'the first event comes' });
    assert.deepEqual(events[0], { type: 'alive', engineUp: true });
    const id = await runOne(client, specOf('sim/exits-1:1'));
    const { exec } = await runExec(client, await runOne(client, specOf('sim/web:1')), ['echo', 'x'], false);
    assert.ok(exec);
    const of = (action: string) =>
      events.find((event) => event.type === 'event' && event.id === id && event.action === action);
    await eventually(() => of('die'), { withinMs: 10_000, because: 'the end is told' });
    await bench().raw('DELETE', `/containers/${id}?force=true`);
    await eventually(() => of('destroy'), { withinMs: 10_000, because: 'the removal is told' });
    const died = of('die');
    assert.ok(died?.type === 'event');
    assert.deepEqual(
      [died.object, died.application, died.service, died.exitCode],
      ['container', 'app_conformance', 'web', 1],
    );
    for (const action of ['create', 'start']) assert.ok(of(action), action);
    assert.equal(
      events.some((event) => event.type === 'event' && event.action.startsWith('exec_')),
      false,
    );
    stop();
  });

  test('logs are read by number of lines, time and text, and followed', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/talks:1'));
    const params = { container: id };
    const read = async (query: Record<string, unknown>) =>
      (await collect(client.lines('readLogs', { params, query }))).map((line) => line.text);
    const all = await eventually(
      async () => {
        const lines = await collect(client.lines('readLogs', { params }));
        return lines.length >= 4 ? lines : undefined;
      },
      { withinMs: 10_000, because: 'the program has spoken' },
    );
    assert.deepEqual(
      all.map((line) => line.text),
      ['one', 'two Apples', 'three', 'four apples'],
    );
    assert.deepEqual(
      all.map((line) => line.stream),
      ['out', 'err', 'out', 'out'],
    );
    assert.match(all[0]?.at ?? '', /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
    assert.deepEqual(await read({ tail: 2 }), ['three', 'four apples']);
    assert.deepEqual(await read({ search: 'APPLES' }), ['two Apples', 'four apples']);
    assert.deepEqual(await read({ search: 'apples', tail: 1 }), ['four apples']);
    assert.deepEqual(await read({ since: '2099-01-01T00:00:00Z' }), []);
    assert.deepEqual(await read({ until: '2001-01-01T00:00:00Z' }), []);
    const followed: string[] = [];
    const ended = (async () => {
      for await (const line of client.lines('readLogs', { params, query: { follow: 'true', tail: 1 } }))
        followed.push(line.text);
    })();
    await eventually(() => followed.length === 1, { withinMs: 5_000, because: 'the last line comes first' });
    await client.stopContainer({ params, body: {} });
    await ended;
    assert.equal(followed[0], 'four apples');
    await removeOne(client, id);
  });

  test('logs of a container with a terminal are lines too', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/talks:1', { service: { tty: true } }));
    const lines = await eventually(
      async () => {
        const read = await collect(client.lines('readLogs', { params: { container: id } }));
        return read.length >= 4 ? read : undefined;
      },
      { withinMs: 10_000, because: 'the program has spoken' },
    );
    assert.deepEqual(
      lines.map((line) => line.text),
      ['one', 'two Apples', 'three', 'four apples'],
    );
    assert.ok(lines.every((line) => line.stream === 'out' && line.at !== ''));
    await removeOne(client, id);
  });

  test('figures come while it runs, and end with it', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    const params = { container: id };
    let count = 0;
    for await (const figures of client.lines('followFigures', { params })) {
      count += 1;
      assert.ok(figures.memoryBytes > 0 && figures.memoryLimitBytes > figures.memoryBytes, JSON.stringify(figures));
      assert.ok(figures.cpuCores >= 0 && figures.cpuCores < 64 && figures.processes > 0, JSON.stringify(figures));
      if (count === 1) await client.stopContainer({ params, body: {} });
    }
    assert.ok(count >= 1);
    await removeOne(client, id);
  });

  test('a terminal has its size, echoes, and gives the exit code', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    const { exec } = await client.createExec({
      params: { container: id },
      body: { tty: true, size: { rows: 31, columns: 77 } },
    });
    const response = await client.open(
      'attachExec',
      { params: { exec }, query: { tty: 'true' } },
      holdOpen('stty size; exit 3\n'),
    );
    assert.match(await response.text(), /31 77\r\n/);
    await eventually(async () => (await client.readExec({ params: { exec } })).exitCode === 3, {
      withinMs: 5_000,
      because: 'the exit code is known',
    });
    await removeOne(client, id);
  });

  test('without a terminal output and errors are kept apart, and input ends', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    const spoken = await runExec(client, id, ['sh', '-c', 'echo good; echo bad >&2; exit 4'], false);
    assert.deepEqual(spoken, { exec: spoken.exec, out: 'good\n', err: 'bad\n', exitCode: 4 });
    const echoed = await runExec(client, id, ['cat'], false, 'through and back');
    assert.deepEqual([echoed.out, echoed.err, echoed.exitCode], ['through and back', '', 0]);
    await removeOne(client, id);
  });

  test('a program needs a running container, and a known one', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    const wish = { params: { container: id }, body: { tty: true } };
    assert.equal(await codeOf(client.createExec(wish)), 'wrong_state');
    const exec = 'f'.repeat(64);
    assert.equal(await codeOf(client.readExec({ params: { exec } })), 'not_found');
    assert.equal(
      await codeOf(client.open('attachExec', { params: { exec }, query: { tty: 'true' } }, holdOpen(''))),
      'not_found',
    );
    await removeOne(client, id);
  });

  test('a shell that is left ends', async () => {
    const client = await bench().client(environment);
    const id = await runOne(client, specOf('sim/web:1'));
    const { exec } = await client.createExec({ params: { container: id }, body: { tty: true } });
    const leaving = new AbortController();
    const input = { params: { exec }, query: { tty: 'true' as const }, signal: leaving.signal };
    const response = await client.open('attachExec', input, holdOpen('echo here\n'));
    const reader = response.body?.getReader();
    await reader?.read();
    leaving.abort();
    await eventually(async () => !(await client.readExec({ params: { exec } })).running, {
      withinMs: 10_000,
      because: 'the shell ends',
    });
    await removeOne(client, id);
  });

  test('files go in while it is stopped, and come out', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    const params = { container: id };
    const archive = await packed([
      { name: 'folder/', type: 'directory' },
      { name: 'folder/note.txt', text: 'content of the note' },
    ]);
    const written = await (await client.open('writeFiles', { params, query: { path: '/data' } }, archive)).json();
    assert.deepEqual(written, { files: 1, bytes: 19 });
    assert.deepEqual(await readTar(client, id, '/data/folder'), {
      'folder/': '',
      'folder/note.txt': 'content of the note',
    });
    assert.equal(await codeOf(client.open('readFiles', { params, query: { path: '/no/such' } })), 'not_found');
    assert.equal(await codeOf(client.open('readFiles', { params, query: { path: '/proc/1/environ' } })), 'not_found');
    const intoNothing = client.open('writeFiles', { params, query: { path: '/no/such' } }, await packed([]));
    assert.equal(await codeOf(intoNothing), 'not_found');
    await client.startContainer({ params });
    const late = client.open(
      'writeFiles',
      { params, query: { path: '/data' } },
      await packed([{ name: 'x', text: '' }]),
    );
    assert.equal(await codeOf(late), 'wrong_state');
    await removeOne(client, id);
  });

  test('an archive with links, devices or odd names is refused whole', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    const good = { name: 'good.txt', text: 'good' };
    const bad: Record<string, Entry> = {
      'a symbolic link': { name: 'link', type: 'symlink', linkname: '/etc' },
      'a hard link': { name: 'link', type: 'link', linkname: 'good.txt' },
      'a device': { name: 'null', type: 'character-device' },
      'a way up': { name: 'a/../../up', text: 'x' },
      'an absolute name': { name: '/etc/passwd', text: 'x' },
      'a control character': { name: 'a\u0007b', text: 'x' },
    };
    for (const [what, entry] of Object.entries(bad)) {
      const sent = client.open(
        'writeFiles',
        { params: { container: id }, query: { path: '/data' } },
        await packed([good, entry]),
      );
      assert.equal(await codeOf(sent), 'invalid_request', what);
    }
    const noTar = client.open(
      'writeFiles',
      { params: { container: id }, query: { path: '/data' } },
      toWeb(Readable.from([Buffer.alloc(2048, 'x')])),
    );
    assert.equal(await codeOf(noTar), 'invalid_request');
    assert.deepEqual(await readTar(client, id, '/data'), { 'data/': '' });
    await removeOne(client, id);
  });

  test('links of the container are left out of what is read', async () => {
    const client = await bench().client(environment);
    const { id } = await client.createContainer({ body: specOf('sim/web:1') });
    const names = Object.keys(await readTar(client, id, '/etc'));
    assert.ok(names.includes('etc/hostname'), names.join());
    assert.equal(names.includes('etc/mtab'), false);
    await removeOne(client, id);
  });
};

const followEvents = (client: Client<DockerServerApi>): { events: EngineEvent[]; stop: () => void } => {
  const events: EngineEvent[] = [];
  const stopping = new AbortController();
  void (async () => {
    for await (const event of client.lines('followEvents', { signal: stopping.signal })) events.push(event);
  })().catch(() => undefined);
  return { events, stop: () => stopping.abort() };
};

/** Text, then nothing, but the input stays open. */
const holdOpen = (text: string): ReadableStream<Uint8Array> =>
  new ReadableStream({ start: (controller) => controller.enqueue(new TextEncoder().encode(text)) });

const toWeb = (stream: Readable): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start: async (controller) => {
      for await (const piece of stream) controller.enqueue(new Uint8Array(piece as Buffer));
      controller.close();
    },
  });

const runExec = async (
  client: Client<DockerServerApi>,
  container: string,
  command: string[],
  tty: boolean,
  input = '',
): Promise<{ exec: string; out: string; err: string; exitCode: number | null }> => {
  const { exec } = await client.createExec({ params: { container }, body: { command, tty } });
  const response = await client.open(
    'attachExec',
    { params: { exec }, query: { tty: tty ? 'true' : 'false' } },
    toWeb(Readable.from(input === '' ? [] : [Buffer.from(input)])),
  );
  const bytes = Buffer.from(await response.arrayBuffer());
  const text = { out: '', err: '' };
  for (let at = 0; at < bytes.length;) {
    const length = bytes.readUInt32BE(at + 1);
    text[bytes[at] === 2 ? 'err' : 'out'] += bytes.subarray(at + 5, at + 5 + length).toString();
    at += 5 + length;
  }
  const { exitCode } = await eventually(
    async () => {
      const state = await client.readExec({ params: { exec } });
      return state.running ? undefined : state;
    },
    { withinMs: 5_000, because: 'the program ends' },
  );
  return { exec, ...text, exitCode };
};

interface Entry {
  readonly name: string;
  readonly type?: 'file' | 'directory' | 'symlink' | 'link' | 'character-device';
  readonly linkname?: string;
  readonly text?: string;
}

const packed = async (entries: readonly Entry[]): Promise<ReadableStream<Uint8Array>> => {
  const packer = pack();
  for (const { text, ...header } of entries) packer.entry(header, text ?? '');
  packer.finalize();
  return toWeb(Readable.from(packer));
};

const readTar = async (
  client: Client<DockerServerApi>,
  container: string,
  path: string,
): Promise<Record<string, string>> => {
  const response = await client.open('readFiles', { params: { container }, query: { path } });
  assert.equal(response.headers.get('content-type'), 'application/x-tar');
  const extractor = extract();
  Readable.from([Buffer.from(await response.arrayBuffer())]).pipe(extractor);
  const files: Record<string, string> = {};
  for await (const entry of extractor) {
    let text = '';
    for await (const piece of entry) text += String(piece);
    files[entry.header.name] = text;
  }
  return files;
};
