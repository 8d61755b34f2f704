// Requests as a visitor of a published port makes them.
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Lab } from './lab.ts';

const answerLimitMs = 5_000;

export const fetchText = async (url: string): Promise<string> => {
  const response = await fetch(url, { signal: AbortSignal.timeout(answerLimitMs), headers: { connection: 'close' } });
  const text = await response.text();
  if (!response.ok) throw new Error(`${url}: HTTP ${response.status} ${text.slice(0, 200)}`);
  return text;
};

/** Waits until a port of the lab's host answers with exactly this text. */
export const untilAnswers = (lab: Lab, port: number, text: string, path = '/', withinMs = 10_000): Promise<true> =>
  eventually(
    async () => {
      const answer = await fetchText(`http://${lab.engine.address}:${port}${path}`);
      if (answer !== text) throw new Error(`it answers ${JSON.stringify(answer.slice(0, 200))}`);
      return true as const;
    },
    { withinMs, because: `port ${port}${path} should answer ${JSON.stringify(text)}` },
  );
