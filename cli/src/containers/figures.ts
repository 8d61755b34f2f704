// `berth figures`: CPU, memory, network and disk of one container, a sample a second.
import type { Figures } from '@berth/contract/containers.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { bytesText } from '#output/words.ts';
import { findPlace, type PlaceFlags } from '#session/find-place.ts';
import { openSession } from '#session/session.ts';
import { findContainer } from './find-containers.ts';

export type FiguresFlags = PlaceFlags & { readonly once?: boolean };

export const figures = async (machine: Machine, named: string, flags: FiguresFlags): Promise<number> => {
  const session = openSession(machine, flags);
  const place = await findPlace(session, flags);
  const { id, name } = await findContainer(session, place, named);
  const samples = await session.client.openLines('followFigures', { params: { ...place, container: id } });
  const redraws = machine.isTerminal && flags.once !== true;
  if (flags.json !== true)
    machine.out(
      `${machine.style('bold', printable(name))}\n     CPU      MEMORY     OF LIMIT    RECEIVED        SENT        READ     WRITTEN\n`,
    );
  let isFirst = true;
  for await (const sample of samples) {
    if (flags.json === true) machine.out(`${JSON.stringify(sample)}\n`);
    else machine.out(`${redraws && !isFirst ? '\u001B[1A\r\u001B[J' : ''}${sampleLine(sample)}\n`);
    isFirst = false;
    if (flags.once === true) break;
  }
  return 0;
};

const sampleLine = (sample: Figures): string => {
  const { cpuCores, memoryBytes, memoryLimitBytes } = sample;
  const share = memoryLimitBytes > 0 ? `${((100 * memoryBytes) / memoryLimitBytes).toFixed(1)} %` : '';
  const cells = [
    bytesText(memoryBytes),
    share,
    bytesText(sample.networkReceivedBytes),
    bytesText(sample.networkSentBytes),
    bytesText(sample.blockReadBytes),
    bytesText(sample.blockWrittenBytes),
  ];
  return `${`${(100 * cpuCores).toFixed(1)} %`.padStart(8)}${cells.map((cell) => cell.padStart(12)).join('')}`;
};
