// Joins this terminal, or what is piped in, to a shell's WebSocket. Whatever happens, the terminal is put back.
import type { z } from 'zod';
import type { shellClientMessageSchema } from '@berth/contract/containers.ts';
import type { Machine } from '#machine.ts';

type Wish = {
  readonly tty: boolean;
  readonly takesInput: boolean;
  readonly size: () => { rows: number; columns: number };
};

// A sender that is faster than the line must wait, or all it sends is held in memory.
const bufferedBytesMaximum = 1024 * 1024;
const lookAgainMs = 20;
// The server takes no larger frame than 1 MiB.
const frameBytesMaximum = 256 * 1024;

/** Answers what undoes it. */
export const joinTerminal = ({ clock }: Machine, socket: WebSocket, wish: Wish): (() => void) => {
  const { stdin, stdout } = process;
  const send = (message: z.input<typeof shellClientMessageSchema>): void => {
    if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message));
  };
  if (!wish.takesInput) {
    send({ type: 'end' });
    return () => undefined;
  }
  let cancel = (): void => undefined;
  const waitForRoom = (): void => {
    cancel = clock.after(lookAgainMs, () => {
      if (socket.bufferedAmount > bufferedBytesMaximum) waitForRoom();
      else stdin.resume();
    });
  };
  const onData = (bytes: Buffer): void => {
    if (socket.readyState !== WebSocket.OPEN) return;
    for (let at = 0; at < bytes.length; at += frameBytesMaximum)
      socket.send(Uint8Array.from(bytes.subarray(at, at + frameBytesMaximum)));
    if (socket.bufferedAmount <= bufferedBytesMaximum) return;
    stdin.pause();
    waitForRoom();
  };
  const onEnd = (): void => send({ type: 'end' });
  const onResize = (): void => send({ type: 'resize', size: wish.size() });
  if (wish.tty) {
    stdin.setRawMode(true);
    stdout.on('resize', onResize);
    // The window may have changed between the ticket and now.
    onResize();
  }
  stdin.on('data', onData);
  stdin.once('end', onEnd);
  return () => {
    cancel();
    stdin.off('data', onData);
    stdin.off('end', onEnd);
    stdout.off('resize', onResize);
    if (wish.tty) stdin.setRawMode(false);
    stdin.pause();
    // A pipe that never ends would keep this process alive.
    if (!stdin.isTTY) stdin.destroy();
  };
};
