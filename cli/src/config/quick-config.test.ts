import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Command } from 'commander';
import { declareConfig } from '#declare/config.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { readFlags } from './quick-config.ts';

/** What the whole program makes of the same arguments. */
const declared = async (parameters: readonly string[]): Promise<unknown> => {
  const program = new Command('berth');
  declareConfig(program, { machine: makeFakeMachine(), finish: () => Promise.resolve() });
  const [config] = program.commands;
  let flags: unknown;
  config?.action((given) => void (flags = given));
  await program.parseAsync(['config', ...parameters], { from: 'user' });
  return { file: [], envFile: [], profile: [], ...(typeof flags === 'object' ? flags : {}) };
};

test('readFlags knows every flag the whole program knows', () => {
  const program = new Command('berth');
  declareConfig(program, { machine: makeFakeMachine(), finish: () => Promise.resolve() });
  const flags = program.commands[0]?.options ?? [];
  assert.ok(flags.length >= 7);
  for (const { long, required } of flags) {
    const value = long === '--format' ? 'json' : 'x';
    assert.notEqual(readFlags(required ? [long ?? '', value] : [long ?? '']), undefined, long ?? '');
  }
});

test('readFlags reads as the whole program does', async () => {
  const rows: readonly (readonly string[])[] = [
    [],
    ['-f', 'a.yaml', '--file', 'b.yaml', '--file=c.yaml'],
    ['--env-file', 'x', '--profile', '*', '--profile', 'y', '-p', 'name', '--project-directory', 'd', '-q'],
    ['--format', 'json', '--quiet'],
    ['-fa.yaml', '-f-'],
  ];
  for (const row of rows) assert.deepEqual(readFlags(row), await declared(row), row.join(' '));
});

test('readFlags leaves help and mistakes to the whole program', () => {
  for (const row of [['--help'], ['--nope'], ['--format', 'xml'], ['web'], ['-f']])
    assert.equal(readFlags(row), undefined);
});
