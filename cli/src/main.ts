// The command line. `config` is run on files by scripts and editors, again and again, so it starts without the others.
import { exitCodes } from './exit-codes.ts';

// A reader that has seen enough, as in `berth logs | head`, is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(exitCodes.done);
  throw error;
});

const [, , name, ...rest] = process.argv;

const runQuickly = async (): Promise<boolean> => {
  if (name !== 'config') return false;
  const { runQuickConfig } = await import('./config/quick-config.ts');
  return runQuickConfig(rest);
};

try {
  if (!(await runQuickly())) {
    const { runCommand } = await import('./program.ts');
    const { realMachine } = await import('./machine.ts');
    process.exitCode = await runCommand(realMachine(), process.argv.slice(2));
  }
} catch (thrown) {
  const { reportFailure } = await import('./failures.ts');
  const { realMachine } = await import('./machine.ts');
  process.exitCode = reportFailure(realMachine(), thrown);
}
