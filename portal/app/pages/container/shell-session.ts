// One shell in a container: a ticket from the API, then a WebSocket of terminal bytes.
import { shellServerMessageSchema } from '@berth/contract/containers.ts';
import { api, isApiError } from '#api/client.ts';
import type { ContainerPlace } from '#util/path-builder.ts';

export type TerminalSize = { readonly rows: number; readonly columns: number };

export type ShellState =
  | { readonly is: 'connecting' | 'connected' | 'broken' | 'not_running' }
  | { readonly is: 'ended'; readonly exitCode: number | null }
  | { readonly is: 'refused'; readonly error: unknown };

export type ShellDeps = {
  readonly onBytes: (bytes: Uint8Array) => void;
  readonly onState: (state: ShellState) => void;
};

/** Longer input, such as a large paste, goes in several frames. */
const frameBytesMaximum = 16 * 1024;

const addressOf = (path: string): string => {
  const url = new URL(path, window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
};

export class ShellSession {
  readonly #deps: ShellDeps;
  #socket: WebSocket | undefined;
  #size: TerminalSize | undefined;
  #isOver = false;

  constructor(deps: ShellDeps) {
    this.#deps = deps;
  }

  async open({ tenant, environment, container }: ContainerPlace, size: TerminalSize): Promise<void> {
    this.#size = size;
    try {
      const { path } = await api.openShell({ params: { tenant, environment, container }, body: { tty: true, size } });
      if (!this.#isOver) this.#connect(path);
    } catch (error) {
      const isNotRunning = isApiError(error) && error.code === 'wrong_state';
      this.#end(isNotRunning ? { is: 'not_running' } : { is: 'refused', error });
    }
  }

  send(bytes: Uint8Array): void {
    if (this.#socket?.readyState !== WebSocket.OPEN) return;
    for (let from = 0; from < bytes.length; from += frameBytesMaximum)
      this.#socket.send(bytes.slice(from, from + frameBytesMaximum));
  }

  resize(size: TerminalSize): void {
    this.#size = size;
    if (this.#socket?.readyState === WebSocket.OPEN) this.#socket.send(JSON.stringify({ type: 'resize', size }));
  }

  /** Ends without a word to anybody: the page is being left. */
  close(): void {
    this.#isOver = true;
    this.#socket?.close();
  }

  #connect(path: string): void {
    const asked = this.#size;
    const socket = new WebSocket(addressOf(path));
    this.#socket = socket;
    socket.binaryType = 'arraybuffer';
    socket.addEventListener('open', () => {
      this.#deps.onState({ is: 'connected' });
      // The window may have changed its size between the ticket and the connection.
      if (this.#size !== undefined && this.#size !== asked) this.resize(this.#size);
    });
    socket.addEventListener('message', (event: MessageEvent<unknown>) => this.#hear(event.data));
    socket.addEventListener('close', () => this.#end({ is: 'broken' }));
  }

  #hear(data: unknown): void {
    if (data instanceof ArrayBuffer) return this.#deps.onBytes(new Uint8Array(data));
    const message = shellServerMessageSchema.parse(JSON.parse(String(data)));
    if (message.type === 'exit') return this.#end({ is: 'ended', exitCode: message.exitCode });
    return this.#end({ is: 'refused', error: new Error(message.message) });
  }

  #end(state: ShellState): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#socket?.close();
    this.#deps.onState(state);
  }
}
