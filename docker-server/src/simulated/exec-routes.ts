// Programs in simulated containers: prepared and looked at by HTTP, run on a connection taken over from it.
import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import { requireSim } from './container-routes.ts';
import { Refusal, route, type SimRoute } from './sim-http.ts';
import type { SimExec, SimState } from './sim-state.ts';
import { startToyShell } from './toy-shell.ts';

interface ExecBody {
  readonly Cmd?: readonly string[];
  readonly Tty?: boolean;
}

export const execRoutes = (state: SimState): SimRoute[] => [
  route('POST', '/containers/:x/exec', ({ parts, body }) => {
    const container = requireSim(state, parts[0]);
    if (container.state !== 'running') throw new Refusal(409, `Container ${container.id} is not running`);
    const { Cmd = [], Tty = false } = body as ExecBody;
    const exec: SimExec = {
      id: state.newId(),
      container: container.id,
      command: Cmd,
      tty: Tty,
      running: false,
      exitCode: null,
      size: { rows: 24, columns: 80 },
    };
    state.execs.set(exec.id, exec);
    return { status: 201, json: { Id: exec.id } };
  }),
  route('GET', '/exec/:x/json', ({ parts }) => {
    const exec = requireExec(state, parts[0]);
    return {
      status: 200,
      json: {
        ID: exec.id,
        Running: exec.running,
        ExitCode: exec.exitCode,
        ContainerID: exec.container,
        Pid: exec.running ? 4343 : 0,
      },
    };
  }),
  route('POST', '/exec/:x/resize', ({ parts, query }) => {
    const exec = requireExec(state, parts[0]);
    exec.size = { rows: Number(query.get('h')), columns: Number(query.get('w')) };
    return { status: 200 };
  }),
];

const requireExec = (state: SimState, id: string | undefined): SimExec => {
  const exec = state.execs.get(id ?? '');
  if (exec === undefined) throw new Refusal(404, `No such exec instance: ${id}`);
  return exec;
};

const upgradePath = /^(?:\/v1\.\d+)?\/exec\/([0-9a-f]+)\/start$/;

/** The connection belongs to the program from here on. */
export const takeOver = async (
  state: SimState,
  request: IncomingMessage,
  socket: Duplex,
  head: Buffer,
): Promise<void> => {
  socket.on('error', () => socket.destroy());
  if (head.length > 0) socket.unshift(head);
  // The JSON that says how to start comes before the program's input.
  let text = '';
  for await (const piece of request.setEncoding('utf8')) text += String(piece);
  const body = JSON.parse(text || '{}') as ExecBody;
  const exec = state.execs.get(upgradePath.exec(request.url ?? '')?.[1] ?? '');
  if (exec === undefined || state.containers.get(exec.container)?.state !== 'running') {
    const json = JSON.stringify({ message: 'No such exec instance' });
    socket.end(
      `HTTP/1.1 404 Not Found\r\nContent-Type: application/json\r\nContent-Length: ${json.length}\r\n\r\n${json}`,
    );
    return;
  }
  socket.write(
    'HTTP/1.1 101 UPGRADED\r\nContent-Type: application/vnd.docker.raw-stream\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n',
  );
  runExec(state, exec, socket, body.Tty === true);
};

const runExec = (state: SimState, exec: SimExec, socket: Duplex, tty: boolean): void => {
  exec.running = true;
  const write = (stream: 1 | 2) => (text: string) => {
    if (!socket.writable) return;
    const bytes = Buffer.from(text);
    if (tty) {
      socket.write(bytes);
      return;
    }
    const header = Buffer.alloc(8);
    header[0] = stream;
    header.writeUInt32BE(bytes.length, 4);
    socket.write(Buffer.concat([header, bytes]));
  };
  // Later, so that a size set right after the start is there before the program asks for it.
  state.clock.after(5, () => {
    const shell = startToyShell(exec, {
      out: write(1),
      err: write(2),
      exit: (code) => {
        if (!exec.running) return;
        exec.running = false;
        exec.exitCode = code;
        socket.end();
      },
    });
    socket.on('data', (bytes: Buffer) => shell.input(bytes.toString()));
    socket.once('end', () => shell.endInput());
  });
};
