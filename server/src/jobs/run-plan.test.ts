import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideRun, type RunDecision, type RunFacts } from './run-plan.ts';

const at = (time: string): string => `2026-01-05T${time}.000Z`;
type Container = NonNullable<RunFacts['container']>;
type Exit = NonNullable<Container['exit']>;

// The host's clock is an hour behind: nothing may depend on the two being one.
const running: Container = { id: 'c', state: 'running', startedAt: at('11:00:00') };
const created: Container = { id: 'c', state: 'created' };
const exited = (more: Partial<Exit> = {}): Container => ({
  id: 'c',
  state: 'exited',
  startedAt: at('11:00:00'),
  exit: { code: 0, at: at('11:00:20'), outOfMemory: false, error: '', byEngine: false, ...more },
});

const facts = (more: Partial<RunFacts>): RunFacts => ({
  state: 'running',
  isCancelled: false,
  timeoutMs: 60_000,
  createdAt: at('11:59:58'),
  startedAt: at('12:00:00'),
  application: 'running',
  waitsForFormer: false,
  container: undefined,
  observedAt: at('11:00:30'),
  now: at('12:00:30'),
  ...more,
});
const waiting = (more: Partial<RunFacts> = {}): RunFacts => facts({ state: 'waiting', startedAt: null, ...more });
const ends = (state: string, reason: string | null, exitCode: number | null, container: string | undefined = 'c') => ({
  do: 'end',
  state,
  reason,
  exitCode,
  container,
});

const table: Record<string, [RunFacts, object]> = {
  'makes a container for one that waits': [waiting(), { do: 'make' }],
  'starts the container that is made': [waiting({ container: created }), { do: 'start', container: 'c' }],
  'starts a container that is made even when the row says it runs': [
    facts({ container: created }),
    { do: 'start', container: 'c' },
  ],
  'counts the start back from the host’s clock to ours': [
    waiting({ container: running }),
    { do: 'note_started', startedAt: at('12:00:00'), container: 'c' },
  ],
  'waits for the rest of its time': [
    facts({ container: running }),
    { do: 'wait', againMs: 30_000, reason: null, message: null },
  ],
  'stops one whose time is up': [facts({ container: running, now: at('12:01:00') }), { do: 'stop', container: 'c' }],
  'stops one that somebody ended': [facts({ container: running, isCancelled: true }), { do: 'stop', container: 'c' }],
  'stops one whose application is removed': [
    facts({ container: running, application: 'removed' }),
    { do: 'stop', container: 'c' },
  ],
  'lets one run on whose application was stopped': [
    facts({ container: running, application: 'stopped' }),
    { do: 'wait', againMs: 30_000, reason: null, message: null },
  ],
  'ends with success': [facts({ container: exited() }), ends('succeeded', null, 0)],
  'ends one that was over before it was seen to run': [waiting({ container: exited() }), ends('succeeded', null, 0)],
  'ends with the exit code': [facts({ container: exited({ code: 3 }) }), ends('failed', 'exit_code', 3)],
  'tells of the memory': [
    facts({ container: exited({ code: 137, outOfMemory: true }) }),
    ends('failed', 'out_of_memory', 137),
  ],
  'tells of the engine': [
    facts({ container: exited({ code: 137, byEngine: true }) }),
    ends('failed', 'engine_stopped', 137),
  ],
  'tells of a start the engine refused': [
    waiting({ container: exited({ code: 127, error: 'no such program' }) }),
    ends('failed', 'engine_refused', 127),
  ],
  'ends one that ran its time out': [
    facts({ container: exited({ code: 143, at: at('11:01:02') }), now: at('12:01:03') }),
    ends('timed_out', 'timed_out', 143),
  ],
  'lets one that ended in time succeed, however late that is seen': [
    facts({ container: exited(), now: at('18:00:00'), observedAt: at('17:00:00') }),
    ends('succeeded', null, 0),
  ],
  'ends one that somebody ended with its exit code': [
    facts({ container: exited({ code: 143 }), isCancelled: true }),
    ends('cancelled', 'cancelled', 143),
  ],
  'ends one that was never started': [
    waiting({ isCancelled: true }),
    { do: 'end', state: 'cancelled', reason: 'cancelled', exitCode: null, container: undefined },
  ],
  'ends one whose container was made and not started': [
    waiting({ isCancelled: true, container: created }),
    ends('cancelled', 'cancelled', null),
  ],
  'ends one whose application is removed': [
    waiting({ application: 'removed' }),
    { do: 'end', state: 'cancelled', reason: 'application_removed', exitCode: null, container: undefined },
  ],
  'fails one whose container was taken away': [
    facts({}),
    { do: 'end', state: 'failed', reason: 'container_gone', exitCode: null, container: undefined },
  ],
  'fails one whose container is dead': [
    facts({ container: { ...running, state: 'dead' } }),
    ends('failed', 'container_gone', null),
  ],
  'fails one that could not be started for a day': [
    waiting({ now: '2026-01-06T12:00:00.000Z' }),
    { do: 'end', state: 'failed', reason: 'not_started_in_time', exitCode: null, container: undefined },
  ],
  'waits until the former is out of the way': [
    waiting({ waitsForFormer: true }),
    { do: 'wait', againMs: 1_000, reason: 'former_runs_on', message: 'The former run is being ended first' },
  ],
  'clears what is left of one that is over': [
    facts({ state: 'succeeded', container: exited() }),
    { do: 'clear', container: 'c', isLive: false },
  ],
  'clears a container that runs though its run is over': [
    facts({ state: 'cancelled', container: running }),
    { do: 'clear', container: 'c', isLive: true },
  ],
  'has nothing to clear when nothing is there': [
    facts({ state: 'failed' }),
    { do: 'clear', container: undefined, isLive: false },
  ],
};

// Sentences are for people, and held to no more than being there.
const withoutWords = (decision: RunDecision): object => {
  if (decision.do !== 'end') return decision;
  const { message, ...outcome } = decision.outcome;
  assert.equal(message === null, outcome.state === 'succeeded');
  return { do: 'end', ...outcome, container: decision.container };
};

for (const [name, [given, expected]] of Object.entries(table))
  test(`decideRun ${name}`, () => assert.deepEqual(withoutWords(decideRun(given)), expected));
