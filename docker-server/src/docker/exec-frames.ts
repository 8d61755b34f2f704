// The engine's frames of a program without a terminal → ours: one byte (1 out, 2 err), four bytes length, bytes.
import { Transform } from 'node:stream';

const engineHeaderBytes = 8;
const ourHeaderBytes = 5;

/** Passes bytes on as they come, also in the middle of a frame: a slow program is not held back. */
export const makeReframer = (): Transform => {
  let header = Buffer.alloc(0);
  let left = 0;
  let stream = 1;
  return new Transform({
    transform(piece: Buffer, _encoding, done) {
      let at = 0;
      while (at < piece.length) {
        if (left === 0) {
          const taken = piece.subarray(at, at + engineHeaderBytes - header.length);
          header = Buffer.concat([header, taken]);
          at += taken.length;
          if (header.length < engineHeaderBytes) break;
          stream = header[0] === 2 ? 2 : 1;
          left = header.readUInt32BE(4);
          header = Buffer.alloc(0);
          continue;
        }
        const bytes = piece.subarray(at, at + left);
        at += bytes.length;
        left -= bytes.length;
        const frame = Buffer.alloc(ourHeaderBytes);
        frame[0] = stream;
        frame.writeUInt32BE(bytes.length, 1);
        this.push(Buffer.concat([frame, bytes]));
      }
      done();
    },
  });
};
