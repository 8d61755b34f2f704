// Log lines, frames of programs, events and samples: what comes in pieces.
import assert from 'node:assert/strict';
import { Readable } from 'node:stream';
import { test } from 'node:test';
import { toEngineEvent } from './engine-event.ts';
import { makeReframer } from './exec-frames.ts';
import { toFigures, type Sample } from './figures.ts';
import { readJsonLines } from './json-lines.ts';
import { readLogLines } from './log-frames.ts';
import { toEngineTime } from './logs.ts';

const frame = (stream: number, text: string): Buffer => {
  const bytes = Buffer.from(text);
  const header = Buffer.alloc(8);
  header[0] = stream;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};
const at = '2026-01-02T03:04:05.000000001Z';
const later = '2026-01-02T03:04:05.000000002Z';

/** The same bytes in pieces of every size. */
const cuts = (bytes: Buffer): Buffer[][] =>
  [1, 2, 3, 7, 8, 9, 64, bytes.length].map((size) =>
    Array.from({ length: Math.ceil(bytes.length / size) }, (_, index) =>
      bytes.subarray(index * size, (index + 1) * size),
    ),
  );
const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};

test('readLogLines puts lines together however the bytes are cut', async () => {
  const bytes = Buffer.concat([
    frame(1, `${at} one\n`),
    frame(2, `${at} 错误 two\n`),
    frame(1, `${at} a long line in `),
    frame(2, `${later} between\n`),
    frame(1, `${later} three pieces\n`),
    frame(1, `${at} \n`),
    frame(1, `${at} without an end`),
  ]);
  for (const pieces of cuts(bytes))
    assert.deepEqual(await collect(readLogLines(Readable.from(pieces), false)), [
      { at, stream: 'out', text: 'one' },
      { at, stream: 'err', text: '错误 two' },
      { at: later, stream: 'err', text: 'between' },
      { at, stream: 'out', text: 'a long line in three pieces' },
      { at, stream: 'out', text: '' },
      { at, stream: 'out', text: 'without an end' },
    ]);
});

test('readLogLines reads a terminal’s bytes raw', async () => {
  for (const pieces of cuts(Buffer.from(`${at} one\r\n${later} two\r\n`)))
    assert.deepEqual(await collect(readLogLines(Readable.from(pieces), true)), [
      { at, stream: 'out', text: 'one' },
      { at: later, stream: 'out', text: 'two' },
    ]);
});

test('readLogLines cuts a line without end, and keeps its time', async () => {
  const part = 'x'.repeat(16 * 1024);
  const frames = Array.from({ length: 20 }, () => frame(1, `${at} ${part}`));
  const lines = await collect(readLogLines(Readable.from([...frames, frame(1, `${at} end\n`)]), false));
  assert.equal(lines.map((line) => line.text).join(''), `${part.repeat(20)}end`);
  assert.ok(lines.every((line) => line.at === at && line.text.length <= 64 * 1024));
});

test('makeReframer makes frames of ours however the bytes are cut', async () => {
  const bytes = Buffer.concat([frame(1, 'out'), frame(2, ''), frame(2, 'errors'), frame(1, '!')]);
  for (const pieces of cuts(bytes)) {
    const got = Buffer.concat(await collect<Buffer>(Readable.from(pieces).pipe(makeReframer())));
    const text = { 1: '', 2: '' };
    for (let place = 0; place < got.length;) {
      const length = got.readUInt32BE(place + 1);
      text[got[place] === 2 ? 2 : 1] += got.subarray(place + 5, place + 5 + length).toString();
      place += 5 + length;
    }
    assert.deepEqual(text, { 1: 'out!', 2: 'errors' });
  }
});

test('readJsonLines reads values however the bytes are cut, and refuses half a one', async () => {
  for (const pieces of cuts(Buffer.from('{"a":"é"}\r\n\n{"b":2}')))
    assert.deepEqual(await collect(readJsonLines(Readable.from(pieces))), [{ a: 'é' }, { b: 2 }]);
  await assert.rejects(collect(readJsonLines(Readable.from([Buffer.from('{"a":')]))), { code: 'engine_unavailable' });
});

test('toEngineEvent reads the end of a container of ours', () => {
  const line = {
    Type: 'container',
    Action: 'die',
    Actor: {
      ID: 'abc',
      Attributes: { exitCode: '137', 'io.berth.application': 'app_1', 'io.berth.key': 'web', image: 'x' },
    },
    // As JSON.parse gives it: the last digits of the nanoseconds are lost.
    timeNano: 1_767_322_800_123_456_800,
  };
  assert.deepEqual(toEngineEvent(line, 0), {
    type: 'event',
    object: 'container',
    action: 'die',
    id: 'abc',
    application: 'app_1',
    service: 'web',
    exitCode: 137,
    at: '2026-01-02T03:00:00.123Z',
  });
});

const dropped: Record<string, unknown> = {
  'a program of a health check': { Type: 'container', Action: 'exec_start: true', Actor: { ID: 'a' }, timeNano: 1 },
  'another kind of object': { Type: 'daemon', Action: 'reload', Actor: { ID: 'a' }, timeNano: 1 },
  nothing: null,
  'an event without an actor': { Type: 'container', Action: 'die', timeNano: 1 },
};
for (const [name, line] of Object.entries(dropped))
  test(`toEngineEvent drops ${name}`, () => assert.equal(toEngineEvent(line, 0), undefined));

const before: Sample = { read: '2026-01-01T00:00:00.000Z', cpu_stats: { cpu_usage: { total_usage: 1_000_000_000 } } };
const common = {
  read: '2026-01-01T00:00:01.000Z',
  cpu_stats: { cpu_usage: { total_usage: 1_500_000_000 } },
  networks: { eth0: { rx_bytes: 10, tx_bytes: 1 }, eth1: { rx_bytes: 5, tx_bytes: 2 } },
  pids_stats: { current: 3 },
};
const samples: Record<string, Sample> = {
  'cgroup v1': {
    ...common,
    memory_stats: { usage: 1000, limit: 5000, stats: { total_inactive_file: 200, inactive_file: 999 } },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: 'Read', value: 7 },
        { op: 'Write', value: 8 },
        { op: 'Total', value: 15 },
      ],
    },
  },
  'cgroup v2': {
    ...common,
    memory_stats: { usage: 1000, limit: 5000, stats: { inactive_file: 200 } },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: 'read', value: 7 },
        { op: 'write', value: 8 },
      ],
    },
  },
};
for (const [name, sample] of Object.entries(samples))
  test(`toFigures reads a sample of ${name}`, () =>
    assert.deepEqual(toFigures(before, sample), {
      at: '2026-01-01T00:00:01.000Z',
      cpuCores: 0.5,
      memoryBytes: 800,
      memoryLimitBytes: 5000,
      networkReceivedBytes: 15,
      networkSentBytes: 3,
      blockReadBytes: 7,
      blockWrittenBytes: 8,
      processes: 3,
    }));

test('toFigures gives no negative CPU after a restart, and takes what is missing for nothing', () => {
  const figures = toFigures(before, {
    read: '2026-01-01T00:00:01.000Z',
    networks: null,
    blkio_stats: { io_service_bytes_recursive: null },
  });
  assert.deepEqual(
    [figures.cpuCores, figures.memoryBytes, figures.networkSentBytes, figures.blockReadBytes],
    [0, 0, 0, 0],
  );
});

const instants = {
  '2026-01-02T03:00:00Z': '1767322800.000000000',
  '2026-01-02T03:00:00.5Z': '1767322800.500000000',
  '2026-01-02T03:00:00.123456789Z': '1767322800.123456789',
};
for (const [instant, expected] of Object.entries(instants))
  test(`toEngineTime writes ${instant} with all its digits`, () => assert.equal(toEngineTime(instant), expected));
