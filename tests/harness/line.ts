// A line between a Docker Server and its portal that can be cut, held silent, refused, and led to another portal: what a
// network does. TCP on the loopback; it knows nothing of what it carries.
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { once } from 'node:events';

export interface Line {
  readonly url: URL;
  /** Breaks what is open; new connections are let through. */
  readonly cut: () => void;
  /** Breaks what is open and lets nothing through until `mend`. */
  readonly sever: () => void;
  readonly mend: () => void;
  /** New connections go to another portal from now on. */
  readonly leadTo: (portal: string) => void;
  /** Connections that are open at this moment. */
  readonly open: () => number;
  readonly close: () => Promise<void>;
}

export const openLine = async (portal: string): Promise<Line> => {
  let target = new URL(portal);
  let severed = false;
  const sockets = new Set<Socket>();
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.setNoDelay(true);
    socket.on('error', () => socket.destroy());
    socket.once('close', () => sockets.delete(socket));
  };
  const server = createServer((near) => {
    if (severed) {
      near.destroy();
      return;
    }
    const far = connect(Number(target.port), target.hostname);
    keep(near);
    keep(far);
    near.pipe(far);
    far.pipe(near);
    near.once('close', () => far.destroy());
    far.once('close', () => near.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = () => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    url: new URL(`http://127.0.0.1:${port}`),
    cut,
    sever: () => {
      severed = true;
      cut();
    },
    mend: () => {
      severed = false;
    },
    leadTo: (other) => {
      target = new URL(other);
    },
    open: () => sockets.size / 2,
    close: async () => {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
};
