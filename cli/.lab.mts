import { openLab } from '../test/harness/lab.ts';
import { startBerth, adminName, adminPassword } from '../test/harness/berth.ts';
const lab = await openLab();
const berth = await startBerth({ engineSocket: lab.engine.socket });
console.log(JSON.stringify({ url: berth.url, adminName, adminPassword, socket: lab.engine.socket, place: berth.place }));
process.once('SIGTERM', async () => { await berth.close(); await lab.close(); process.exit(0); });
setInterval(() => {}, 1e6);
