// A terminal in a container as the portal opens one: a ticket over the API, then a WebSocket.
import { shellServerMessageSchema } from '@berth/contract/containers.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Site } from './application.ts';

export interface Shell {
  /** All that came so far: of the terminal, or of each stream without one. */
  readonly seen: () => { readonly out: string; readonly err: string };
  readonly type: (text: string) => void;
  readonly resize: (rows: number, columns: number) => void;
  readonly endInput: () => void;
  /** Waits for text on the terminal. */
  readonly until: (pattern: RegExp) => Promise<void>;
  /** Waits for the end; the exit code, or the code of the error it ended with. */
  readonly ended: () => Promise<number | string | null>;
  readonly close: () => void;
}

const waitMs = 10_000;

export const openShell = async (
  site: Site,
  container: string,
  input: { command?: string[]; tty?: boolean; size?: { rows: number; columns: number } },
): Promise<Shell> => {
  const { path } = await site.admin.openShell({ params: { ...site.place, container }, body: input });
  return connectShell(site, path, input.tty ?? true);
};

/** `path` as the ticket gave it; fails when the server refuses it. */
export const connectShell = async (site: Site, path: string, tty: boolean): Promise<Shell> => {
  const options = { headers: { authorization: `Bearer ${site.adminKey}` } };
  const socket = new WebSocket(`${site.url.replace(/^http/, 'ws')}${path}`, options as unknown as string[]);
  socket.binaryType = 'arraybuffer';
  const seen = { out: '', err: '' };
  let end: { readonly with: number | string | null } | undefined;
  socket.addEventListener('message', ({ data }: { data: unknown }) => {
    if (data instanceof ArrayBuffer) {
      const bytes = Buffer.from(data);
      const stream = !tty && bytes[0] === 2 ? 'err' : 'out';
      seen[stream] += (tty ? bytes : bytes.subarray(1)).toString();
    } else {
      const message = shellServerMessageSchema.parse(JSON.parse(String(data)));
      end = { with: message.type === 'exit' ? message.exitCode : message.code };
    }
  });
  await new Promise<void>((resolve, reject) => {
    socket.addEventListener('open', () => resolve(), { once: true });
    socket.addEventListener('error', () => reject(new Error('the WebSocket was refused')), { once: true });
  });
  socket.addEventListener('close', () => (end ??= { with: 'closed' }));
  const send = (message: object) => socket.send(JSON.stringify(message));
  return {
    seen: () => seen,
    type: (text) => socket.send(Buffer.from(text)),
    resize: (rows, columns) => send({ type: 'resize', size: { rows, columns } }),
    endInput: () => send({ type: 'end' }),
    until: async (pattern) =>
      void (await eventually(() => pattern.test(seen.out), {
        withinMs: waitMs,
        because: `the terminal should show ${pattern}, it shows ${JSON.stringify(seen.out.slice(-500))}`,
      })),
    ended: async () => (await eventually(() => end, { withinMs: waitMs, because: 'the shell should end' })).with,
    close: () => socket.close(),
  };
};
