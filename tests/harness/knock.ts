// Tries to leave HTTP/1 and looks only at how the server answers.
import { request } from 'node:http';

/** The status that an upgrade request gets; the connection is dropped again. */
export const knockUpgrade = (url: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  new Promise((resolve, reject) => {
    const req = request(url, { headers: { connection: 'Upgrade', ...headers } });
    req.once('upgrade', (answer, socket) => {
      socket.on('error', () => undefined);
      socket.destroy();
      resolve(answer.statusCode ?? 0);
    });
    req.once('response', (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    req.once('error', reject);
    req.end();
  });
