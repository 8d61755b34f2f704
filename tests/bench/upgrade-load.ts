// A small load generator, run as a program inside the network of the containers it asks: the way a reverse proxy there finds
// them. For every request it looks the service's name up anew, goes to one of the addresses, and to the next one when no answer
// begins there, as proxies do with requests that may be repeated (nginx: `proxy_next_upstream error timeout`, its default).
// What broke off after that, or was answered badly, or found nobody, has failed.
// Arguments: name, requests per second. Ends with its standard input; then prints one line of JSON.
import { Resolver } from 'node:dns/promises';
import http from 'node:http';

const [name = '', rate = '200'] = process.argv.slice(2);
const everyMs = 1000 / Number(rate);
const connectLimitMs = 1_000;
const answerLimitMs = 5_000;
const failuresShown = 5;

const resolver = new Resolver({ timeout: 2_000, tries: 2 });
resolver.setServers(['127.0.0.11']);

/** No answer began: the next one may be asked. */
class NoAnswer extends Error {
  readonly isConnected: boolean;

  constructor(message: string, isConnected: boolean) {
    super(message);
    this.isConnected = isConnected;
  }
}

const ask = (address: string): Promise<void> =>
  new Promise((resolve, reject) => {
    let isConnected = false;
    const request = http.get({ host: address, port: 80, path: '/', agent: false }, (response) => {
      response.on('error', reject);
      response.on('end', () => (response.statusCode === 200 ? resolve() : reject(new Error(`${response.statusCode}`))));
      response.resume();
    });
    const connecting = setTimeout(() => {
      if (!isConnected) request.destroy(new Error('no connection in time'));
    }, connectLimitMs);
    request.setTimeout(answerLimitMs, () => request.destroy(new Error('no answer in time')));
    request.on('socket', (socket) =>
      socket.once('connect', () => {
        isConnected = true;
        clearTimeout(connecting);
      }),
    );
    request.on('error', (error) => {
      clearTimeout(connecting);
      reject(new NoAnswer(error.message, isConnected));
    });
  });

const counts = { requests: 0, failed: 0, refused: 0, broken: 0 };
const failures: string[] = [];

const one = async (): Promise<void> => {
  counts.requests += 1;
  try {
    const addresses = await resolver.resolve4(name);
    const first = Math.floor(Math.random() * addresses.length);
    const inTurn = [...addresses.slice(first), ...addresses.slice(0, first)];
    for (const [at, address] of inTurn.entries()) {
      const thrown = await ask(address).then(
        () => undefined,
        (error: unknown) => error,
      );
      if (thrown === undefined) return;
      if (at === 0 && thrown instanceof NoAnswer) counts[thrown.isConnected ? 'broken' : 'refused'] += 1;
      if (!(thrown instanceof NoAnswer) || at === inTurn.length - 1) throw thrown;
    }
    throw new Error('no address');
  } catch (thrown) {
    counts.failed += 1;
    if (failures.length < failuresShown) failures.push(String(thrown));
  }
};

let isOpen = true;
process.stdin.on('end', () => {
  isOpen = false;
});
process.stdin.resume();
process.stdout.write('ready\n');
const open = new Set<Promise<void>>();
const startMs = performance.now();
// By the clock, not by the answers: a slow answer does not spare the others.
for (let sent = 0; isOpen; sent += 1) {
  const waitMs = startMs + sent * everyMs - performance.now();
  if (waitMs > 0) await new Promise((resolve) => setTimeout(resolve, waitMs));
  const asked = one();
  open.add(asked);
  void asked.finally(() => open.delete(asked));
}
await Promise.all(open);
process.stdout.write(`${JSON.stringify({ ...counts, seconds: (performance.now() - startMs) / 1000, failures })}\n`);
process.exit(0);
