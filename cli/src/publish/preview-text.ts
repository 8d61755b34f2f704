// A dry run for people: what would change, step by step, and every reason against it.
import type { Preview } from '@berth/contract/applications.ts';
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
  return `${preview.services.length === 0 ? '' : services}${plan}${kept}`;
};
