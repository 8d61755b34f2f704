// Ports of this machine.
import { createServer, type AddressInfo } from 'node:net';

export const isFreePort = (port: number, address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen(port, address, () => server.close(() => resolve(true)));
  });

/** A port nobody held a moment ago. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '0.0.0.0', () => {
      const address = server.address() as AddressInfo;
      server.close(() => resolve(address.port));
    });
  });
