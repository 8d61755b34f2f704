// What a simulated engine sends for as long as somebody listens: events, logs, samples. And who it is.
import type { ServerResponse } from 'node:http';
import { toInstant } from '@berth/common/clock.ts';
import { isTrue, readFilters, route, type SimRoute } from './sim-http.ts';
import { requireSim } from './container-routes.ts';
import type { SimContainer, SimLogLine, SimState } from './sim-state.ts';

const sampleEveryMs = 1_000;

export const streamRoutes = (state: SimState): SimRoute[] => [
  route('GET', '/_ping', ({ answer }) => {
    answer.writeHead(200, { 'content-type': 'text/plain', 'api-version': '1.41' }).end('OK');
    return undefined;
  }),
  route('GET', '/info', () => ({ status: 200, json: infoJson(state) })),
  route('GET', '/version', () => ({ status: 200, json: { Version: '20.10.24-simulated', ApiVersion: '1.41' } })),
  route('GET', '/events', ({ query, answer }) => {
    const filters = readFilters(query);
    const types = filters.get('type');
    const actions = filters.get('event');
    answer.writeHead(200, { 'content-type': 'application/json' });
    answer.flushHeaders();
    const stop = state.onEvent((event) => {
      const isWanted =
        (types === undefined || types.includes(event.Type)) &&
        (actions === undefined || actions.some((action) => event.Action.startsWith(action)));
      if (isWanted) answer.write(`${JSON.stringify(event)}\n`);
    });
    answer.once('close', stop);
    return undefined;
  }),
  route('GET', '/containers/:x/logs', ({ parts, query, answer }) => {
    sendLogs(state, requireSim(state, parts[0]), query, answer);
    return undefined;
  }),
  route('GET', '/containers/:x/stats', ({ parts, answer }) => {
    sendSamples(state, requireSim(state, parts[0]), answer);
    return undefined;
  }),
];

const infoJson = (state: SimState) => ({
  ID: 'SIMU:LATE:DENG:INE0:0000:0000:0000:0000:0000:0000:0000:0000',
  Name: 'simulated',
  Containers: state.containers.size,
  Driver: 'overlay2',
  CgroupVersion: '1',
  KernelVersion: '6.1.0-simulated',
  OperatingSystem: 'Simulated Linux',
  Architecture: 'x86_64',
  NCPU: 4,
  MemTotal: 8 * 1024 ** 3,
  LiveRestoreEnabled: false,
  Swarm: { LocalNodeState: 'inactive' },
});

const sendLogs = (state: SimState, container: SimContainer, query: URLSearchParams, answer: ServerResponse): void => {
  const sinceMs = Number(query.get('since') ?? 0) * 1000;
  const untilMs = query.has('until') ? Number(query.get('until')) * 1000 : Infinity;
  const write = (line: SimLogLine) => {
    if (line.atMs >= sinceMs && line.atMs <= untilMs) answer.write(toFrame(container, line));
  };
  answer.writeHead(200, { 'content-type': 'application/octet-stream' });
  answer.flushHeaders();
  const tail = query.get('tail');
  const first = tail === null || tail === 'all' ? 0 : Math.max(container.logs.length - Number(tail), 0);
  for (const line of container.logs.slice(first)) write(line);
  if (!isTrue(query.get('follow')) || container.state !== 'running') {
    answer.end();
    return;
  }
  const stop = state.onLog((of, line) => {
    if (of !== container) return;
    if (line === 'ended') answer.end();
    else write(line);
  });
  answer.once('close', stop);
};

const toFrame = (container: SimContainer, line: SimLogLine): Buffer => {
  const time = toInstant(line.atMs).replace('Z', '000000Z');
  const isTty = container.body.Tty === true;
  const bytes = Buffer.from(`${time} ${line.text}${isTty ? '\r' : ''}\n`);
  if (isTty) return bytes;
  const header = Buffer.alloc(8);
  header[0] = line.stream === 'err' ? 2 : 1;
  header.writeUInt32BE(bytes.length, 4);
  return Buffer.concat([header, bytes]);
};

const sendSamples = (state: SimState, container: SimContainer, answer: ServerResponse): void => {
  answer.writeHead(200, { 'content-type': 'application/json' });
  let count = 0;
  let cancel = () => {};
  const send = () => {
    count += 1;
    answer.write(`${JSON.stringify(toSample(state, container, count))}\n`);
    cancel = state.clock.after(sampleEveryMs, send);
  };
  answer.once('close', () => cancel());
  send();
};

const toSample = (state: SimState, container: SimContainer, count: number) => {
  if (container.state !== 'running') return { read: '0001-01-01T00:00:00Z', preread: '0001-01-01T00:00:00Z' };
  const cpu = (seconds: number) => ({ cpu_usage: { total_usage: seconds * 50_000_000 }, online_cpus: 4 });
  return {
    read: toInstant(state.clock.nowMs()),
    preread: toInstant(state.clock.nowMs() - sampleEveryMs),
    pids_stats: { current: 2 },
    blkio_stats: {
      io_service_bytes_recursive: [
        { op: 'Read', value: 4096 },
        { op: 'Write', value: 8192 },
      ],
    },
    cpu_stats: cpu(count),
    precpu_stats: cpu(count - 1),
    memory_stats: { usage: 20_000_000, limit: container.body.HostConfig?.Memory || 8 * 1024 ** 3, stats: {} },
    networks: { eth0: { rx_bytes: 1_000 * count, tx_bytes: 500 * count } },
  };
};
