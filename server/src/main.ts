// The portal server as a process of its own. Options come from the environment; docs/configuration.md lists them.
import { systemClock } from '@berth/common/clock.ts';
import { makeLog } from '@berth/common/log.ts';
import { startPortalServer } from './assemble.ts';
import { readServerOptions } from './options.ts';

const server = await startPortalServer({ ...readServerOptions(process.env), clock: systemClock, log: makeLog('info') });
if (server.setupCode !== undefined) process.stdout.write(`Portal: ${server.url}\nSet-up code: ${server.setupCode}\n`);

const stop = () => void server.close().then(() => process.exit(0));
process.once('SIGTERM', stop);
process.once('SIGINT', stop);
