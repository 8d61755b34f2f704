import assert from 'node:assert/strict';
import { test } from 'node:test';
import { makeFakeClock } from '@berth/common/testing/fake-clock.ts';
import { displayWidth } from '#output/display-width.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { sampleOperation, sampleStep } from '#testing/sample-operation.ts';
import { makeProgressView } from './progress-view.ts';
import { pullText } from './step-text.ts';

const pull = { layersDone: 1, layersTotal: 4, bytes: 512, bytesTotal: 1024 };

test('makeProgressView writes one line for each change where no terminal is', () => {
  const machine = makeFakeMachine();
  const view = makeProgressView(machine);
  for (const state of ['waiting', 'running', 'running', 'done'] as const)
    view.show(sampleOperation({ progress: [sampleStep({ state, pull })] }));
  view.end();
  assert.equal(machine.printed(), 'running create container web-1 on h1\ndone    create container web-1 on h1\n');
});

test('makeProgressView says why a step failed', () => {
  const machine = makeFakeMachine();
  makeProgressView(machine).show(
    sampleOperation({ progress: [sampleStep({ state: 'failed', error: 'no such image' })] }),
  );
  assert.match(machine.printed(), /failed {2}create container web-1 on h1: no such image\n/);
});

test('makeProgressView draws the block anew on a terminal, at most so often', () => {
  const clock = makeFakeClock();
  const machine = makeFakeMachine({ clock, isTerminal: true });
  const view = makeProgressView(machine);
  const show = (bytes: number): void =>
    view.show(
      sampleOperation({ progress: [sampleStep({ state: 'running', action: 'pull_image', pull: { ...pull, bytes } })] }),
    );
  show(0);
  for (let bytes = 1; bytes < 100; bytes += 1) show(bytes);
  clock.advance(1_000);
  const draws = machine.printed().split('\u001B[1A\r\u001B[J');
  assert.equal(draws.length, 2);
  assert.match(draws[1] ?? '', /99 B of 1.0 KiB/);
});

test('makeProgressView keeps within the terminal, and shows what fails or goes on first', () => {
  const machine = makeFakeMachine({ isTerminal: true, size: () => ({ rows: 10, columns: 40 }) });
  const states = ['done', 'done', 'done', 'done', 'waiting', 'waiting', 'waiting', 'running', 'failed'] as const;
  const progress = states.map((state, index) =>
    sampleStep({ id: String(index), state, target: `${state}-${index}-${'x'.repeat(60)}` }),
  );
  const view = makeProgressView(machine);
  view.show(sampleOperation({ progress }));
  const lines = machine.printed().trimEnd().split('\n');
  assert.equal(lines.length, 7);
  assert.ok(lines.every((line) => displayWidth(line) <= 40));
  assert.match(lines.join('\n'), /running-7[\s\S]*failed-8[\s\S]*4 of 9 steps done, 3 not shown/);
});

const pulls: Record<string, { pull: typeof pull | undefined; text: string }> = {
  'draws the share of the bytes': { pull, text: '[##########          ] 512 B of 1.0 KiB, 1 of 4 layers' },
  'goes by layers while no size is known': {
    pull: { ...pull, bytes: 0, bytesTotal: 0 },
    text: '[#####               ] 1 of 4 layers',
  },
  'never draws more than the whole': {
    pull: { ...pull, bytes: 4096, layersDone: 4 },
    text: `[${'#'.repeat(20)}] 4.0 KiB of 1.0 KiB, 4 of 4 layers`,
  },
  'says nothing of what is not known': { pull: undefined, text: '' },
};
for (const [name, row] of Object.entries(pulls))
  test(`pullText ${name}`, () => assert.equal(pullText(row.pull === undefined ? {} : { pull: row.pull }), row.text));
