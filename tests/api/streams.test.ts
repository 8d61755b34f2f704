// Everything that flows: logs, figures, files, shells, live updates. All of it goes through the same door as the rest.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import { ApiError, readLines } from '@berth/contract/client.ts';
import { shellSocketPath } from '@berth/contract/containers.ts';
import type { LiveMessage } from '@berth/contract/live.ts';
import { publishWell, refusedWith } from '#harness/application.ts';
import { ask } from '#harness/ask.ts';
import { adminName, adminPassword, clientWith, publication, signIn, waitForOperation } from '#harness/berth.ts';
import { knockShell, openShellSocket } from '#harness/shell-socket.ts';
import { startSimulatedBerth, type Person, type SimulatedBerth, type SimulatedHost } from '#harness/simulated-berth.ts';

let berth: SimulatedBerth;
let other: SimulatedHost;
let viewer: Person;
let operator: Person;
let stranger: Person;
const name = 'berth-flows-web-1';
const at = (container = name) => ({ ...berth.place, container });

before(async () => {
  berth = await startSimulatedBerth();
  other = await berth.addHost({ tenant: 'other', environment: 'prod' });
  viewer = await berth.addPerson('viewer', { main: 'viewer' });
  operator = await berth.addPerson('operator', { main: 'operator' });
  stranger = await berth.addPerson('stranger', { other: 'tenant_admin' });
  await publishWell(
    berth,
    publication('flows', 'services:\n  web:\n    image: sim/web:1\n  quiet:\n    image: sim/web:1\n'),
  );
});
after(() => berth?.close());

const collect = async (query: Parameters<typeof berth.admin.lines<'readLogs'>>[1]): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of berth.admin.lines('readLogs', query)) lines.push(`${line.stream} ${line.text}`);
  return lines;
};

suite('over the API', { concurrency: 5 }, () => {
  suite('logs', { concurrency: 8 }, () => {
    const container = 'berth-flows-quiet-1';

    test('come oldest first, with stream and time, by tail and by search', async () => {
      for (let number = 1; number <= 30; number += 1)
        berth.engine.print(container, number % 10 === 0 ? 'err' : 'out', `line ${number} of A(B)`);
      const all = await collect({ params: at(container) });
      assert.equal(all.length, 31);
      assert.deepEqual(all.slice(0, 2), ['out ready', 'out line 1 of A(B)']);
      assert.deepEqual(await collect({ params: at(container), query: { tail: 2 } }), [
        'out line 29 of A(B)',
        'err line 30 of A(B)',
      ]);
      assert.deepEqual(await collect({ params: at(container), query: { tail: 0 } }), []);
      assert.deepEqual(
        await collect({ params: at(container), query: { search: 'LINE 2' } }),
        [
          'out line 2 of A(B)',
          ...Array.from({ length: 9 }, (_, index) => `${index === -1 ? 'err' : 'out'} line ${21 + index} of A(B)`),
        ].toSpliced(1, 0, 'err line 20 of A(B)'),
      );
      assert.deepEqual(
        await collect({ params: at(container), query: { search: 'a(b)', tail: 1 } }),
        ['err line 30 of A(B)'],
        'a search is for text',
      );
      assert.deepEqual(await collect({ params: at(container), query: { since: '2999-01-01T00:00:00Z' } }), []);
      assert.deepEqual(await collect({ params: at(container), query: { until: '2000-01-01T00:00:00Z' } }), []);
    });

    test('are followed line by line, and the follower may leave', async () => {
      const gone = new AbortController();
      const lines = await berth.admin.openLines('readLogs', {
        params: at(),
        query: { follow: 'true', tail: 0 },
        signal: gone.signal,
      });
      for (const text of ['first', 'second', 'third']) {
        berth.engine.print(name, 'out', text);
        const { value, done } = await lines.next();
        assert.equal(done, false);
        assert.equal(value.text, text);
        assert.match(value.at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{9}Z$/);
      }
      gone.abort();
      await assert.rejects(lines.next());
    });

    test('of a container of others, or to those who may not, are refused before the first byte', async () => {
      await refusedWith('not_found', () => stranger.client.open('readLogs', { params: at() }));
      assert.ok(await viewer.client.open('readLogs', { params: at(), query: { tail: 1 } }));
    });
  });

  suite('figures', () => {
    test('are a sample a second, with rates made of two of them', async () => {
      const seen = [];
      for await (const sample of berth.admin.lines('followFigures', { params: at() })) {
        seen.push(sample);
        if (seen.length === 2) break;
      }
      assert.ok(
        seen.every(
          // The engine counts 50 ms of work a sample; how far apart two samples are is the machine's doing.
          ({ cpuCores, memoryBytes, processes }) =>
            cpuCores > 0 && cpuCores < 1 && memoryBytes === 20_000_000 && processes === 2,
        ),
        JSON.stringify(seen),
      );
    });
  });

  suite('files', { concurrency: 4 }, () => {
    test('come as a tar archive, to those who may', async () => {
      const response = await operator.client.open('readFiles', { params: at(), query: { path: '/etc/hostname' } });
      assert.equal(response.headers.get('content-type'), 'application/x-tar');
      assert.equal(response.headers.get('content-disposition'), "attachment; filename*=UTF-8''hostname.tar");
      const bytes = Buffer.from(await response.arrayBuffer());
      assert.equal(bytes.subarray(0, 8).toString(), 'hostname');
      assert.equal(bytes.subarray(257, 262).toString(), 'ustar');
      await refusedWith('forbidden', () =>
        viewer.client.open('readFiles', { params: at(), query: { path: '/etc/hostname' } }),
      );
      await refusedWith('not_found', () =>
        stranger.client.open('readFiles', { params: at(), query: { path: '/etc/hostname' } }),
      );
    });

    test('outside the container, of the kernel, or not there are refused', async () => {
      const cases: Readonly<Record<string, string>> = {
        '/nothing': 'not_found',
        '/proc/1/environ': 'not_found',
        '/sys': 'not_found',
        'etc/hostname': 'invalid_request',
        '/etc/../../x': 'invalid_request',
      };
      for (const [path, code] of Object.entries(cases))
        await refusedWith(code, () => operator.client.open('readFiles', { params: at(), query: { path } }));
    });
  });

  suite('a shell', { concurrency: 8 }, () => {
    const bearer = (person: { key: string }) => ({ authorization: `Bearer ${person.key}` });
    const ticket = async (person: Person, body = {}) => (await person.client.openShell({ params: at(), body })).path;

    test('takes what is typed, shows what comes, knows its size, and tells how it ended', async () => {
      const shell = await openShellSocket(
        berth.url,
        await ticket(operator, { size: { rows: 30, columns: 100 } }),
        bearer(operator),
      );
      shell.type('stty size\n');
      await shell.untilOutput(/30 100/);
      shell.send({ type: 'resize', size: { rows: 11, columns: 22 } });
      await eventually(
        async () => {
          shell.type('stty size\n');
          return /11 22/.test(shell.output());
        },
        { withinMs: 5_000, because: 'the size changes' },
      );
      shell.type('echo héllo 世界\n');
      await shell.untilOutput(/héllo 世界/);
      shell.type('exit 7\n');
      assert.deepEqual(await shell.ended(), { type: 'exit', exitCode: 7 });
    });

    test('without a terminal keeps output and errors apart, and ends with its input', async () => {
      const shell = await openShellSocket(
        berth.url,
        await ticket(operator, { tty: false, command: ['sh', '-c', 'echo good; echo bad >&2; exit 3'] }),
        bearer(operator),
        false,
      );
      assert.deepEqual(await shell.ended(), { type: 'exit', exitCode: 3 });
      assert.deepEqual([shell.output(), shell.errors()], ['good\n', 'bad\n']);
      const cat = await openShellSocket(
        berth.url,
        await ticket(operator, { tty: false, command: ['cat'] }),
        bearer(operator),
        false,
      );
      cat.type('through\n');
      await cat.untilOutput(/through/);
      cat.send({ type: 'end' });
      assert.deepEqual(await cat.ended(), { type: 'exit', exitCode: 0 });
    });

    test('survives nonsense on its line', async () => {
      const shell = await openShellSocket(berth.url, await ticket(operator), bearer(operator));
      for (const message of [{ type: 'resize', size: { rows: -1, columns: 1e9 } }, { type: 'nothing' }, {}])
        shell.send(message);
      shell.type('echo still here\n');
      await shell.untilOutput(/still here\r?\n/);
      shell.close();
    });

    test('is for those who may, of the tenant', async () => {
      await refusedWith('forbidden', () => viewer.client.openShell({ params: at() }));
      await refusedWith('not_found', () => stranger.client.openShell({ params: at() }));
      await refusedWith('not_found', () => stranger.client.openShell({ params: { ...other.place, container: name } }));
    });

    test('is opened by its ticket once, and by the account that asked for it', async () => {
      const path = await ticket(operator);
      assert.equal(await knockShell(berth.url, path, {}), 401, 'nobody');
      assert.equal(await knockShell(berth.url, path, bearer(viewer)), 404, 'somebody else');
      assert.equal(await knockShell(berth.url, path, bearer(operator)), 404, 'a wrong try burns it');
      const next = await ticket(operator);
      assert.equal(await knockShell(berth.url, next, bearer(operator)), 101);
      assert.equal(await knockShell(berth.url, next, bearer(operator)), 404, 'a second time');
      for (const made of ['berthshell_made_up', 'x', operator.key, '%2e%2e', 'a%2fb'])
        assert.equal(
          await knockShell(berth.url, shellSocketPath.replace(':ticket', made), bearer(operator)),
          404,
          made,
        );
      assert.equal(
        await knockShell(berth.url, `${await ticket(operator)}?token=${operator.key}`, {}),
        401,
        'a key in the address',
      );
      assert.equal(await knockShell(berth.url, '/v1/anything', bearer(operator)), 404);
    });

    test('is not to be opened by another site that has the cookie with it', async () => {
      const { headers } = await ask(berth.url, 'signIn', {
        body: { name: 'operator', password: 'another long password', client: 'portal' },
      });
      const cookie = (headers.get('set-cookie') ?? '').split(';')[0] ?? '';
      for (const origin of [undefined, 'https://evil.example', 'null'])
        assert.equal(
          await knockShell(berth.url, await ticket(operator), { cookie, ...(origin === undefined ? {} : { origin }) }),
          403,
          origin ?? 'none',
        );
      assert.equal(await knockShell(berth.url, await ticket(operator), { cookie, origin: berth.url }), 101);
    });

    test('of a container that does not run says so', async () => {
      await publishWell(berth, publication('ended', 'services:\n  job:\n    image: sim/exits-0:1\n'));
      const { path } = await operator.client.openShell({ params: at('berth-ended-job-1') });
      const shell = await openShellSocket(berth.url, path, bearer(operator));
      const last = await shell.ended();
      assert.deepEqual([last.type, last.code], ['error', 'wrong_state']);
    });

    test('ends with the session’s key no longer good for a new one', async () => {
      const key = await signIn(berth.url, adminName, adminPassword);
      const client = clientWith(berth.url, key);
      const { path } = await client.openShell({ params: at() });
      await client.signOut();
      assert.equal(await knockShell(berth.url, path, { authorization: `Bearer ${key}` }), 401);
    });
  });

  suite('live updates', { concurrency: 4 }, () => {
    const follow = async (person: { client: typeof berth.admin }, place = berth.place) => {
      const gone = new AbortController();
      const messages: LiveMessage[] = [];
      const response = await person.client.open('followEnvironment', { params: place, signal: gone.signal });
      assert.equal(response.headers.get('content-type'), 'text/event-stream');
      const read = async () => {
        if (response.body === null) return;
        for await (const line of readLines(response.body))
          messages.push(JSON.parse(line.replace(/^data: /, '')) as LiveMessage);
      };
      // The reader leaves by breaking off.
      read().catch(() => undefined);
      return { messages, stop: () => gone.abort() };
    };

    test('begin with a sign of life and tell of every change and of each operation as it goes', async () => {
      const { messages, stop } = await follow(viewer);
      await eventually(() => messages[0]?.type === 'alive', { withinMs: 5_000, because: 'it begins' });
      const { application, operation } = await berth.admin.publishApplication({
        params: berth.place,
        body: publication('lively', 'services:\n  web:\n    image: sim/slow-pull:lively\n'),
      });
      await waitForOperation(berth.admin, berth.place, operation.id);
      const own = () =>
        messages.flatMap((message) =>
          message.type === 'operation' && message.operation.id === operation.id ? [message.operation] : [],
        );
      await eventually(() => own().at(-1)?.state === 'succeeded', { withinMs: 5_000, because: 'the end is told' });
      const bytes = own().flatMap(({ progress }) => progress.flatMap(({ pull }) => pull?.bytes ?? []));
      assert.ok(new Set(bytes).size > 5, 'the pull moves before one’s eyes');
      assert.deepEqual(
        bytes,
        bytes.toSorted((a, b) => a - b),
      );
      const changed = new Set(
        messages.flatMap((message) =>
          message.type === 'changed' && message.application === application.id ? [message.what] : [],
        ),
      );
      assert.deepEqual([...changed].sort(), ['applications', 'containers', 'events']);
      stop();
    });

    test('are of one environment, and for those who may read it', async () => {
      const { messages, stop } = await follow(stranger, other.place);
      await eventually(() => messages.length > 0, { withinMs: 5_000, because: 'it begins' });
      await publishWell(berth, publication('elsewhere', 'services:\n  web:\n    image: sim/web:1\n'));
      assert.ok(
        messages.every(({ type }) => type === 'alive'),
        JSON.stringify(messages),
      );
      stop();
      await assert.rejects(
        stranger.client.open('followEnvironment', { params: berth.place }),
        (thrown: unknown) => thrown instanceof ApiError && thrown.status === 404,
      );
    });
  });
});
