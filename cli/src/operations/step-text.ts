// Steps of a plan in words, with how far a pull has come.
import type { Operation, PlanStep } from '@berth/contract/applications.ts';
import { printable } from '#output/printable.ts';
import { bytesText } from '#output/words.ts';

export type ProgressStep = Operation['progress'][number];

const verbs: Readonly<Record<PlanStep['action'], string>> = {
  pull_image: 'pull image',
  build_image: 'build image',
  create_network: 'create network',
  create_volume: 'create volume',
  create_container: 'create container',
  start_container: 'start container',
  stop_container: 'stop container',
  rename_container: 'rename container',
  remove_container: 'remove container',
  remove_network: 'remove network',
  remove_volume: 'remove volume',
};

export const stepText = (step: Pick<PlanStep, 'action' | 'target'>): string =>
  `${verbs[step.action]} ${printable(step.target)}`;

const barCells = 20;

/** `[########            ] 3.1 MiB of 7.9 MiB, 2 of 5 layers`; empty when nothing is known. */
export const pullText = ({ pull }: Pick<ProgressStep, 'pull'>): string => {
  if (pull === undefined || pull.layersTotal === 0) return '';
  // The engine learns sizes on the way, so a share of bytes alone would jump back; layers are known from the start.
  const share = pull.bytesTotal > 0 ? Math.min(1, pull.bytes / pull.bytesTotal) : pull.layersDone / pull.layersTotal;
  const filled = Math.round(share * barCells);
  const bytes = pull.bytesTotal > 0 ? `${bytesText(pull.bytes)} of ${bytesText(pull.bytesTotal)}, ` : '';
  return `[${'#'.repeat(filled)}${' '.repeat(barCells - filled)}] ${bytes}${pull.layersDone} of ${pull.layersTotal} layers`;
};
