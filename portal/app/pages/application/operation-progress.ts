// How far an operation is: steps count one each, and a pull counts for the part of it that has come. Pure.
import type { Operation } from '@berth/contract/applications.ts';

type Step = Operation['progress'][number];

/** Share of one step that is done, from 0 to 1. */
export const shareOfStep = (step: Step): number => {
  if (step.state === 'done' || step.state === 'failed') return 1;
  if (step.state === 'waiting' || step.pull === undefined) return 0;
  const { bytes, bytesTotal, layersDone, layersTotal } = step.pull;
  // Sizes of layers become known one by one; until all are, layers are the honester measure.
  const byBytes = bytesTotal > 0 ? bytes / bytesTotal : 0;
  const byLayers = layersTotal > 0 ? layersDone / layersTotal : 0;
  return Math.min(1, Math.max(byBytes, byLayers));
};

export const progressOf = (steps: readonly Step[]): { done: number; total: number; share: number } => {
  const total = steps.length;
  const done = steps.filter((step) => step.state === 'done').length;
  const share = total === 0 ? 0 : steps.reduce((sum, step) => sum + shareOfStep(step), 0) / total;
  return { done, total, share };
};
