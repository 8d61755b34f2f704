// A running program's bytes, both ways, on one HTTP/2 stream.
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Http2ServerRequest } from 'node:http2';
import type { Duplex, Readable } from 'node:stream';
import { invariant } from '@berth/common/invariant.ts';
import { causeChain } from '@berth/common/platform-error.ts';
import type { Caller } from './docker/caller.ts';
import type { Engine } from './docker/engine.ts';
import { makeReframer } from './docker/exec-frames.ts';
import { startExec, untilBegun } from './docker/execs.ts';
import { endLeftProgram } from './docker/left-programs.ts';

const interrupt = '\u0003';
const endOfInput = '\u0004';

interface Attach {
  readonly exec: string;
  readonly tty: boolean;
  readonly request: FastifyRequest;
  readonly reply: FastifyReply;
  readonly signal: AbortSignal;
}

export const attachExec = async (engine: Engine, caller: Caller, attach: Attach): Promise<void> => {
  const raw: unknown = attach.request.raw;
  invariant(raw instanceof Http2ServerRequest, 'the Docker Server speaks HTTP/2 only');
  const socket = await startExec(engine, caller, attach.exec, attach.tty);
  const leave = () => {
    if (!endInput(socket, attach.tty)) return;
    endLeftProgram(engine, attach.exec).catch((thrown: unknown) =>
      engine.log.warn('program of a caller that left was not ended', { exec: attach.exec, why: causeChain(thrown) }),
    );
  };
  if (attach.signal.aborted) {
    leave();
    return;
  }
  attach.reply.hijack();
  const { stream } = raw;
  stream.respond({ ':status': 200, 'content-type': 'application/octet-stream', 'cache-control': 'no-store' });
  const endSocket = () => void socket.end();
  const output: Readable = attach.tty ? socket : socket.pipe(makeReframer());
  output.pipe(stream);
  stream.pipe(socket, { end: false });
  const onInputEnd = () => {
    // A terminal has no end of its input but the sign for it.
    if (attach.tty) socket.write(endOfInput);
    else void untilBegun(engine, attach.exec).then(endSocket, endSocket);
  };
  // The input may have ended while the program was being started, and an `end` that is past is told to nobody.
  if (stream.readableEnded) onInputEnd();
  else stream.once('end', onInputEnd);
  stream.once('close', leave);
  // A broken engine connection ends the answer; the caller asks `readExec` how the program ended.
  socket.once('error', () => stream.end());
  // Its close follows, and is what counts.
  stream.on('error', () => undefined);
};

/**
 * Nobody listens any more. The engine leaves the program running when its connection closes, and a shell on a terminal
 * does not see the end of its input either; so it is interrupted and told the end of input, as a person would.
 * False: the program had ended.
 */
const endInput = (socket: Duplex, tty: boolean): boolean => {
  if (socket.destroyed || socket.readableEnded) return false;
  if (socket.writableEnded) socket.destroy();
  else {
    socket.end(tty ? interrupt + endOfInput : '');
    socket.once('finish', () => socket.destroy());
  }
  return true;
};
