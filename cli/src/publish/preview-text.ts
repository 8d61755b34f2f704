// A dry run for people: what would change, step by step, and every reason against it.
import type { Preview, UpgradePlan } from '@berth/contract/applications.ts';
import type { Machine } from '#machine.ts';
import { printable } from '#output/printable.ts';
import { tableText } from '#output/table.ts';
import { stepText } from '#operations/step-text.ts';

const marks: Readonly<Record<Preview['services'][number]['change'], string>> = {
  added: '+',
  changed: '~',
  unchanged: ' ',
  removed: '-',
};

export const previewText = (machine: Machine, preview: Preview): string => {
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
      : `\nThis would take away (--accept-losses goes on):\n${preview.losses.map(({ message }) => `  ${printable(message)}\n`).join('')}`;
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
