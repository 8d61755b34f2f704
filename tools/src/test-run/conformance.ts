// The conformance cases of Compose files as a phase: the same command a person runs, and the numbers of its last line.
import { join } from 'node:path';
import { runProgram } from '#machine/run-program.ts';
import { root } from '#root.ts';
import type { Phase } from './phase.ts';

const limitMs = 5 * 60_000;

export const conformancePhase: Phase = {
  name: 'compose:conformance',
  run: async (write) => {
    const program = join(root, 'node_modules/.bin/node');
    const { code, output } = await runProgram(program, ['compose/tools/conformance.ts'], { folder: root, limitMs });
    write(output.replace(/^/gm, '  ').trimEnd() + '\n');
    const match = /^(\d+) passed, (\d+) failed$/m.exec(output);
    if (match === null) return { passed: 0, failed: 1 };
    const [passed, failed] = [Number(match[1]), Number(match[2])];
    return code === 0 || failed > 0 ? { passed, failed } : { passed, failed: 1 };
  },
};
