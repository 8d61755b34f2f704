import assert from 'node:assert/strict';
import { test } from 'node:test';
import { decideJob, type JobDecision, type JobFacts } from './job-plan.ts';

const at = (time: string): string => `2026-01-05T${time}:00.000Z`;
/** Every hour, due at 12:00, seen at 12:00. */
const facts = (more: Partial<JobFacts> & { policy?: Partial<JobFacts['spec']> } = {}): JobFacts => {
  const { policy, ...rest } = more;
  return {
    spec: { schedule: '0 * * * *', timeZone: 'UTC', concurrency: 'forbid', missed: 'skip', ...policy },
    nextRunAt: at('12:00'),
    now: at('12:00'),
    isApplicationRunning: true,
    unfinished: 0,
    latestSkip: undefined,
    ...rest,
  };
};
const runs = (time: string, next: string, replaces = false): JobDecision => ({
  do: 'run',
  scheduledFor: at(time),
  next: at(next),
  replaces,
});
const skips = (reason: Extract<JobDecision, { do: 'skip' }>['reason'], time: string, next: string) => ({
  do: 'skip',
  scheduledFor: at(time),
  next: at(next),
  reason,
});

const table: Record<string, [JobFacts, object]> = {
  'waits for the time': [facts({ now: at('11:59') }), { do: 'wait' }],
  'runs at the time': [facts(), runs('12:00', '13:00')],
  'runs a minute late': [facts({ now: at('12:01') }), runs('12:00', '13:00')],
  'skips what is later than that, once for all that was missed': [
    facts({ now: at('15:20') }),
    skips('missed', '15:00', '16:00'),
  ],
  'makes up once for all that was missed, where asked to': [
    facts({ now: at('15:20'), policy: { missed: 'run_once' } }),
    runs('15:00', '16:00'),
  ],
  'runs on time after others were missed': [facts({ now: at('15:00') }), runs('15:00', '16:00')],
  'skips while the former runs on': [facts({ unfinished: 1 }), skips('former_runs_on', '12:00', '13:00')],
  'runs beside the former where allowed': [
    facts({ unfinished: 2, policy: { concurrency: 'allow' } }),
    runs('12:00', '13:00'),
  ],
  'replaces the former where asked to': [
    facts({ unfinished: 1, policy: { concurrency: 'replace' } }),
    runs('12:00', '13:00', true),
  ],
  'replaces nothing when nothing runs': [facts({ policy: { concurrency: 'replace' } }), runs('12:00', '13:00')],
  'skips while the application is stopped': [
    facts({ isApplicationRunning: false }),
    skips('application_stopped', '12:00', '13:00'),
  ],
  'tells of a stopped application once': [
    facts({ isApplicationRunning: false, latestSkip: 'application_stopped' }),
    { do: 'pass', next: at('13:00') },
  ],
  'keeps the time for a stopped application, where it is to be made up for': [
    facts({ isApplicationRunning: false, now: at('18:30'), policy: { missed: 'run_once' } }),
    { do: 'wait' },
  ],
  'keeps the written time when the schedule has none so late': [
    facts({ now: at('12:00'), policy: { schedule: '30 11 * * *' } }),
    { do: 'run', scheduledFor: at('12:00'), next: '2026-01-06T11:30:00.000Z', replaces: false },
  ],
};

for (const [name, [given, expected]] of Object.entries(table))
  test(`decideJob ${name}`, () => {
    const decision = decideJob(given);
    assert.deepEqual(
      { ...decision, ...('message' in decision ? { message: undefined } : {}) },
      {
        ...expected,
        ...('message' in decision ? { message: undefined } : {}),
      },
    );
    if (decision.do === 'skip') assert.match(decision.message, /^The /);
  });
