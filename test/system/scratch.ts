import { setTimeout as pause } from 'node:timers/promises';
import { publishWell, untilPhase } from '../harness/application.ts';
import { publication } from '../harness/berth.ts';
import { openLab } from '../harness/lab.ts';
import { openSplitSite, untilHost } from '../harness/processes.ts';
const lab = await openLab();
const site = await openSplitSite(lab, 'x');
try {
  await publishWell(site, publication('heal', 'services:\n  box:\n    image: lab/idle:1\n'));
  lab.engine.kill('SIGSTOP');
  await untilHost(site, 'engine_down');
  console.log('down', new Date().toISOString());
  await site.dockerServer.kill('SIGKILL');
  lab.engine.kill('SIGCONT');
  console.log('killed', new Date().toISOString());
  await untilHost(site, 'unreachable', 20_000).then(() => console.log('unreachable', new Date().toISOString()), (e) => console.log(String(e)));
  await pause(1000);
  console.log(site.portal.log().split('\n').slice(-15).join('\n'));
  console.log(site.dockerServer.log().split('\n').slice(-15).join('\n'));
} finally { await site.close(); await lab.close(); }
