import assert from 'node:assert/strict';
import { test } from 'node:test';
import { commandsOf, examples } from '#declare/examples.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { makeProgram } from './program.ts';

const makeQuietProgram = () => makeProgram({ machine: makeFakeMachine(), finish: () => Promise.resolve() });

test('every command has an example, and no example is of a command that is gone', () => {
  const paths = commandsOf(makeQuietProgram()).map(({ path }) => path);
  assert.ok(paths.length > 40);
  assert.deepEqual(Object.keys(examples).toSorted(), paths.toSorted());
});

/** As a shell splits it; what comes after the command is a redirection. */
const wordsOf = (line: string): string[] =>
  [...line.replace(/ >.*$/, '').matchAll(/"([^"]*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');

for (const [path, lines] of Object.entries(examples))
  for (const line of lines)
    test(`the program understands ${line}`, async () => {
      const program = makeQuietProgram();
      const ran: string[] = [];
      for (const { path: known, command } of commandsOf(program)) command.action(() => void ran.push(known));
      assert.equal(wordsOf(line)[0], 'berth');
      await program.parseAsync(wordsOf(line).slice(1), { from: 'user' });
      assert.deepEqual(ran, [path]);
    });

// `exec` prints what the program prints, and `config` has --format.
const withoutJson = ['exec', 'config'];

test('every command can print JSON, but for those that print something else', () => {
  const without = commandsOf(makeQuietProgram()).filter(
    ({ command }) => !command.options.some(({ long }) => long === '--json'),
  );
  assert.deepEqual(
    without.map(({ path }) => path),
    withoutJson,
  );
});
