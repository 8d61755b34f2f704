// A sample a second of what a container uses. CPU is nanoseconds between two samples; both versions of cgroups count it so.
import type { Figures } from '@berth/contract/containers.ts';
import { toInstant } from '@berth/common/clock.ts';
import { requireContainer, type Caller } from './caller.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { millisecondsOf } from './from-engine.ts';
import { readJsonLines } from './json-lines.ts';
import { asReadable } from './modem.ts';
import { engineLimits } from './time-limits.ts';

/** The part we read of the engine's sample. */
export interface Sample {
  readonly read: string;
  readonly cpu_stats?: { readonly cpu_usage?: { readonly total_usage?: number } };
  readonly memory_stats?: {
    readonly usage?: number;
    readonly limit?: number;
    readonly stats?: { readonly inactive_file?: number; readonly total_inactive_file?: number };
  };
  readonly networks?: Readonly<Record<string, { readonly rx_bytes?: number; readonly tx_bytes?: number }>> | null;
  readonly blkio_stats?: {
    readonly io_service_bytes_recursive?: readonly { readonly op: string; readonly value: number }[] | null;
  };
  readonly pids_stats?: { readonly current?: number };
}

export const openFigures = async (
  engine: Engine,
  caller: Caller,
  container: string,
  signal: AbortSignal,
): Promise<AsyncGenerator<Figures>> => {
  const { id } = await requireContainer(engine, caller, container);
  const options = { stream: true, abortSignal: signal } as const;
  const stream = asReadable(
    await askEngine<unknown>(() => engine.docker(engineLimits.figures).getContainer(id).stats(options)),
  );
  return toAllFigures(readJsonLines(stream));
};

async function* toAllFigures(samples: AsyncIterable<unknown>): AsyncGenerator<Figures> {
  let before: Sample | undefined;
  for await (const value of samples) {
    const sample = value as Sample;
    // Of a container that does not run the engine sends samples of nothing, without a time.
    if (millisecondsOf(sample.read) === undefined) return;
    if (before !== undefined) yield toFigures(before, sample);
    before = sample;
  }
}

/** Two samples after one another → figures at the second. */
export const toFigures = (before: Sample, sample: Sample): Figures => {
  const networks = Object.values(sample.networks ?? {});
  const memory = sample.memory_stats;
  // What the kernel can take back at once is no use of the container's. The names differ between cgroup v1 and v2.
  const inactive = memory?.stats?.total_inactive_file ?? memory?.stats?.inactive_file ?? 0;
  const usage = memory?.usage ?? 0;
  return {
    at: toInstant(millisecondsOf(sample.read) ?? 0),
    cpuCores: cpuCores(before, sample),
    memoryBytes: usage > inactive ? usage - inactive : usage,
    memoryLimitBytes: memory?.limit ?? 0,
    networkReceivedBytes: networks.reduce((sum, network) => sum + (network.rx_bytes ?? 0), 0),
    networkSentBytes: networks.reduce((sum, network) => sum + (network.tx_bytes ?? 0), 0),
    blockReadBytes: blockBytes(sample, 'read'),
    blockWrittenBytes: blockBytes(sample, 'write'),
    processes: sample.pids_stats?.current ?? 0,
  };
};

const cpuCores = (before: Sample, sample: Sample): number => {
  const usedNs = (sample.cpu_stats?.cpu_usage?.total_usage ?? 0) - (before.cpu_stats?.cpu_usage?.total_usage ?? 0);
  const passedMs = (millisecondsOf(sample.read) ?? 0) - (millisecondsOf(before.read) ?? 0);
  // A restart begins counting anew: no figure is better than a negative one.
  return usedNs <= 0 || passedMs <= 0 ? 0 : usedNs / 1e6 / passedMs;
};

const blockBytes = (sample: Sample, operation: 'read' | 'write'): number =>
  (sample.blkio_stats?.io_service_bytes_recursive ?? [])
    .filter((entry) => entry.op.toLowerCase() === operation)
    .reduce((sum, entry) => sum + entry.value, 0);
