// Parts of an application in words, used by several commands.
import type { Application, Condition } from '@berth/contract/applications.ts';
import type { Machine, Style } from '#machine.ts';
import { printable, printableLog } from '#output/printable.ts';
import { addressText } from '#output/words.ts';

const styles: Readonly<Record<Condition['type'], Style>> = {
  Available: 'green',
  Progressing: 'blue',
  Degraded: 'yellow',
  Blocked: 'red',
};

export const conditionText = (machine: Machine, condition: Condition): string => {
  const { type, reason, message, service } = condition;
  const where = service === undefined ? '' : `${printable(service)}: `;
  return `${machine.style(styles[type], type)} (${printable(reason)}): ${where}${printable(message)}\n${conditionDetails(machine, condition)}`;
};

/** What to do and the last log lines. */
export const conditionDetails = (machine: Machine, { remedy, logLines }: Condition): string => {
  const lines: string[] = [];
  if (remedy !== undefined) lines.push(`  what to do: ${printable(remedy)}`);
  if (logLines !== undefined && logLines.length > 0) {
    lines.push('  last log lines:');
    for (const line of logLines) lines.push(`    ${machine.isTerminal ? printableLog(line) : line}`);
  }
  return lines.map((line) => `${line}\n`).join('');
};

/** One line for each place where a service answers. */
export const endpointLines = (services: Application['services']): string =>
  services
    .flatMap(({ name, endpoints }) =>
      endpoints.map(
        ({ address, hostPort, target, protocol }) =>
          `  ${printable(name)}  ${addressText(address, hostPort ?? target)} -> ${target}/${protocol}\n`,
      ),
    )
    .join('');
