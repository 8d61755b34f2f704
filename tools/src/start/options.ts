// What a person said on the command line of ./start.
import { parseArgs } from 'node:util';
import { PlatformError } from '@berth/common/platform-error.ts';

export interface StartOptions {
  readonly check: boolean;
  readonly yes: boolean;
  readonly sample: boolean;
  /** Whether a registry may be asked for the sample's image. */
  readonly pull: boolean;
  readonly port: number | undefined;
  readonly dataFolder: string | undefined;
  readonly help: boolean;
}

export const usage = `./start [options]        run Berth on this machine

  --check       prove that everything works, on free ports and with data of its own, then clean up
  --yes         install what is missing without asking
  --port N      port of the portal (8080)
  --data DIR    folder of the database and the logs (data)
  --no-sample   publish no sample application
  --no-pull     build the sample's image here, ask no registry for it
  --help        this text
`;

const booleanFlag = { type: 'boolean', default: false } as const;

export const readStartOptions = (args: readonly string[]): StartOptions => {
  const flags = parseFlags(args);
  const port = flags.port === undefined ? undefined : Number(flags.port);
  if (port !== undefined && (!Number.isInteger(port) || port < 1 || port > 65535))
    throw new PlatformError('invalid_request', `--port wants a number from 1 to 65535, not ${flags.port}.`);
  return {
    check: flags.check,
    yes: flags.yes,
    sample: !flags['no-sample'],
    pull: !flags['no-pull'],
    port,
    dataFolder: flags.data,
    help: flags.help,
  };
};

const parseFlags = (args: readonly string[]) => {
  try {
    return parseArgs({
      args: [...args],
      options: {
        check: booleanFlag,
        yes: { ...booleanFlag, short: 'y' },
        'no-sample': booleanFlag,
        'no-pull': booleanFlag,
        port: { type: 'string' },
        data: { type: 'string' },
        help: { ...booleanFlag, short: 'h' },
      },
    }).values;
  } catch (thrown) {
    throw new PlatformError(
      'invalid_request',
      `${thrown instanceof Error ? thrown.message : String(thrown)} (./start --help lists the options)`,
    );
  }
};
