// A terminal's WebSocket as the portal opens it, and as somebody opens it who should not.
import { eventually } from '@berth/common/testing/eventually.ts';
import { knockUpgrade } from './knock.ts';

export interface ShellSocket {
  readonly type: (text: string) => void;
  readonly send: (message: object) => void;
  /** All bytes so far, as text. */
  readonly output: () => string;
  /** Without a terminal: what came on errors alone. */
  readonly errors: () => string;
  readonly untilOutput: (pattern: RegExp) => Promise<void>;
  /** Waits for the end; the server's last word. */
  readonly ended: () => Promise<{ type: string; exitCode?: number | null; code?: string }>;
  readonly close: () => void;
}

const limitMs = 15_000;

// The types of Node's WebSocket know no headers; the implementation takes them.
const openSocket = (url: string, headers: Readonly<Record<string, string>>): WebSocket => {
  const Socket = WebSocket as unknown as new (
    url: string,
    options: { headers: Readonly<Record<string, string>> },
  ) => WebSocket;
  return new Socket(url, { headers });
};

/** `tty`: whether the shell was asked for with a terminal. */
export const openShellSocket = async (
  url: string,
  path: string,
  headers: Readonly<Record<string, string>>,
  tty = true,
): Promise<ShellSocket> => {
  const socket = openSocket(url.replace(/^http/, 'ws') + path, headers);
  socket.binaryType = 'arraybuffer';
  const streams = { 1: '', 2: '' };
  let last: { type: string; exitCode?: number | null; code?: string } | undefined;
  let closed = false;
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    if (typeof data === 'string') last = JSON.parse(data) as typeof last;
    else {
      const bytes = Buffer.from(data as ArrayBuffer);
      if (tty) streams[1] += bytes.toString();
      else streams[bytes[0] === 2 ? 2 : 1] += bytes.subarray(1).toString();
    }
  });
  socket.addEventListener('close', () => {
    closed = true;
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error('the WebSocket was refused')), { once: true });
  });
  const output = () => streams[1];
  return {
    type: (text) => socket.send(Buffer.from(text)),
    send: (message) => socket.send(JSON.stringify(message)),
    output,
    errors: () => streams[2],
    untilOutput: async (pattern) => {
      await eventually(() => pattern.test(output()) || Promise.reject(new Error(JSON.stringify(output()))), {
        withinMs: limitMs,
        because: `the shell says ${pattern}`,
        everyMs: 10,
      });
    },
    ended: () =>
      eventually(() => (closed ? last : undefined), {
        withinMs: limitMs,
        because: 'the shell ends with a word',
        everyMs: 10,
      }),
    close: () => socket.close(),
  };
};

/** The status with which a WebSocket is refused; 101: it was let in. */
export const knockShell = (url: string, path: string, headers: Readonly<Record<string, string>>): Promise<number> =>
  knockUpgrade(url + path, {
    upgrade: 'websocket',
    'sec-websocket-version': '13',
    'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
    ...headers,
  });
