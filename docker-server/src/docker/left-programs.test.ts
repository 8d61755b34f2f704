import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { startSimulatedEngine } from '#simulated/simulated-engine.ts';
import type { SimExec } from '#simulated/sim-state.ts';
import { temporaryFolder } from '#testing/temporary-folder.ts';
import { openEngine } from './engine.ts';
import { EngineRuns } from './engine-runs.ts';
import { endLeftProgram } from './left-programs.ts';

const container = 'c'.repeat(64);
const exec = 'e'.repeat(64);

const openEngineWith = async (t: TestContext, running: boolean) => {
  const socket = join(temporaryFolder(), 'docker.sock');
  const simulated = await startSimulatedEngine({ socket });
  const engine = openEngine(systemClock, silentLog, socket, new EngineRuns(socket, undefined));
  t.after(async () => {
    engine.close();
    await simulated.close();
  });
  const program: SimExec = {
    id: exec,
    container,
    command: ['sleep'],
    tty: false,
    running,
    exitCode: null,
    size: { rows: 1, columns: 1 },
  };
  simulated.state.execs.set(exec, program);
  return { engine, program };
};

const table: Record<string, { running: boolean; groups: string; obeys: boolean; signals: string[] }> = {
  'one that ended by itself': { running: false, groups: container, obeys: true, signals: [] },
  'one that hangs up': { running: true, groups: `4:cpu:/docker/${container}`, obeys: true, signals: ['SIGHUP'] },
  'one that will not': {
    running: true,
    groups: `4:cpu:/docker/${container}`,
    obeys: false,
    signals: ['SIGHUP', 'SIGKILL'],
  },
  'a process of somebody else': { running: true, groups: '4:cpu:/user.slice', obeys: false, signals: [] },
  'a process that is not there': { running: true, groups: '', obeys: false, signals: [] },
};
for (const [name, { running, groups, obeys, signals }] of Object.entries(table))
  test(`endLeftProgram sends ${signals.join(' and ') || 'nothing'} to ${name}`, async (t) => {
    const { engine, program } = await openEngineWith(t, running);
    const sent: string[] = [];
    await endLeftProgram(engine, exec, {
      graceMs: 1,
      groupsOf: async () => groups,
      kill: (pid, signal) => {
        assert.equal(pid, 4343);
        sent.push(signal);
        program.running = !obeys;
      },
    });
    assert.deepEqual(sent, signals);
  });
