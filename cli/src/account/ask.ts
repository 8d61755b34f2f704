// Questions to the person at the terminal. They go to standard error, so that standard output stays for results.
import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { PlatformError } from '@berth/common/platform-error.ts';

export const ask = async (question: string): Promise<string> => read(question, true);

/** The answer is not shown. */
export const askSecret = async (question: string): Promise<string> => read(question, false);

const read = async (question: string, isShown: boolean): Promise<string> => {
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const output = isShown ? process.stderr : silent;
  const lines = createInterface({ input: process.stdin, output, terminal: true });
  const gone = new AbortController();
  lines.once('SIGINT', () => gone.abort());
  lines.once('close', () => gone.abort());
  if (!isShown) process.stderr.write(question);
  try {
    return (await lines.question(isShown ? question : '', { signal: gone.signal })).trim();
  } catch (thrown) {
    throw new PlatformError('wrong_state', 'Nothing was done, since the question was not answered', {}, thrown);
  } finally {
    lines.close();
    if (!isShown) process.stderr.write('\n');
  }
};

const inputBytesMaximum = 64 * 1024;

/** The first line of standard input. */
export const readFirstLine = async (): Promise<string> => {
  let text = '';
  for await (const chunk of process.stdin) {
    text += String(chunk);
    if (text.includes('\n') || text.length > inputBytesMaximum) break;
  }
  return text.split(/\r?\n/)[0] ?? '';
};
