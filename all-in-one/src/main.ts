// `npm start`: the all-in-one, until it is told to stop. Options come from the environment; docs/configuration.md lists them.
import { systemClock } from '@berth/common/clock.ts';
import { makeLog } from '@berth/common/log.ts';
import { readServerOptions } from '@berth/server/options.ts';
import { startAllInOne } from './all-in-one.ts';

const engineSocket = (process.env['DOCKER_HOST'] ?? 'unix:///var/run/docker.sock').replace(/^unix:\/\//, '');
const berth = await startAllInOne({
  ...readServerOptions(process.env),
  engineSocket,
  clock: systemClock,
  log: makeLog('info'),
});
process.stdout.write(`Portal: ${berth.url}\n`);
if (berth.setupCode !== undefined) process.stdout.write(`Set-up code: ${berth.setupCode}\n`);

const stop = () => void berth.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
