// A dry run for people: what would change, step by step, and every reason against it; and the question whether to go on.
import type { Preview, UpgradePlan } from '@berth/contract/applications.ts';
import { exitCodes } from '#exit-codes.ts';
import type { Machine } from '#machine.ts';
import { confirmChange } from '#output/confirm.ts';
import { printable } from '#output/printable.ts';
import { problemLines } from '#output/problems.ts';
import { printJson, tableText } from '#output/table.ts';
import { stepText } from '#operations/step-text.ts';

/** The exit code of a dry run: whether this would be accepted. */
export const printPreview = (machine: Machine, preview: Preview, flags: { readonly json?: boolean }): number => {
  if (flags.json === true) printJson(machine, preview);
  else {
    machine.err(problemLines(preview.problems));
    machine.out(previewText(machine, preview));
    if (preview.losses.length > 0) machine.out('It needs --accept-losses.\n');
  }
  return isRefused(preview) ? exitCodes.failed : exitCodes.done;
};

const isRefused = ({ problems }: Preview): boolean => problems.some(({ severity }) => severity === 'error');

export type PlanFlags = { readonly acceptLosses?: boolean; readonly yes?: boolean; readonly json?: boolean };

/**
 * On a terminal, shows what would happen to what runs, and goes on only after a yes. Whether losses are accepted. What is
 * refused is left for the server to refuse; scripts are not asked and say it with a flag.
 */
export const acceptPlan = async (machine: Machine, flags: PlanFlags, ask: () => Promise<Preview>): Promise<boolean> => {
  if (flags.acceptLosses === true) return true;
  if (flags.yes === true || flags.json === true || !machine.canAsk || !machine.isTerminal) return false;
  const preview = await ask();
  if (isRefused(preview) || !touchesWhatRuns(preview)) return false;
  machine.out(previewText(machine, preview));
  await confirmChange(machine, preview.losses.length > 0 ? 'Go on, and lose this?' : 'Go on?');
  return preview.losses.length > 0;
};

const touchesWhatRuns = ({ losses, services, steps }: Preview): boolean =>
  losses.length > 0 ||
  services.some(({ change }) => change === 'changed' || change === 'removed') ||
  steps.some(({ action }) => action === 'stop_container' || action === 'remove_container');

const marks: Readonly<Record<Preview['services'][number]['change'], string>> = {
  added: '+',
  changed: '~',
  unchanged: ' ',
  removed: '-',
};

const previewText = (machine: Machine, preview: Preview): string => {
  const services = tableText(
    [
      { title: '', cell: ({ change }) => marks[change] },
      { title: 'SERVICE', cell: ({ name }) => printable(name) },
      { title: 'CHANGE', cell: ({ change }) => change },
      { title: 'CONTAINERS', cell: ({ replicas }) => String(replicas), right: true },
      { title: 'IMAGE', cell: ({ image }) => printable(image) },
    ],
    preview.services,
  );
  const steps = preview.steps.map(
    (step) => `  ${stepText(step)} ${machine.style('dim', `on ${printable(step.host)}: ${printable(step.because)}`)}\n`,
  );
  const kept = preview.unchanged === 0 ? '' : `Containers that stay as they are: ${preview.unchanged}\n`;
  const plan = steps.length === 0 ? 'Nothing would be done.\n' : `\nSteps:\n${steps.join('')}`;
  const losses =
    preview.losses.length === 0
      ? ''
      : `\nThis would take away:\n${preview.losses.map(({ message }) => `  ${printable(message)}\n`).join('')}`;
  const replaced = preview.services.flatMap(({ name, upgrade }) =>
    upgrade === undefined ? [] : [`  ${printable(name)}: ${replacementText(upgrade)}\n`],
  );
  const how = replaced.length === 0 ? '' : `\nReplaced batch by batch:\n${replaced.join('')}`;
  return `${preview.services.length === 0 ? '' : services}${how}${plan}${kept}${losses}`;
};

const replacementText = ({ order, because, batch, batches, gate, onFailure, downtime }: UpgradePlan): string =>
  [
    `${order}, ${batch} at once, ${batches} ${batches === 1 ? 'batch' : 'batches'}`,
    `the next when the last ${gate === 'healthy' ? 'is healthy' : 'has run for a while'}`,
    `on failure ${onFailure}`,
    ...(because === undefined ? [] : [printable(because)]),
    ...(downtime ? ['down meanwhile'] : []),
  ].join('; ');
