// What happens to a simulated container: start, run, end, restart by policy, health.
import { behaviourOf } from './sim-images.ts';
import { Refusal } from './sim-http.ts';
import type { SimContainer, SimState } from './sim-state.ts';

const restartDelayMs = { first: 100, most: 60_000 };
const killedExitCode = 137;
const neverStartedExitCode = 127;
const portTakenExitCode = 128;
const portMaximum = 65_535;

/** Throws what the engine answers when it cannot. */
export const startSim = (state: SimState, container: SimContainer): void => {
  const behaviour = behaviourOf(container.body.Image);
  container.error = '';
  if (behaviour.startError !== undefined) failStart(container, 400, neverStartedExitCode, behaviour.startError);
  container.ports = bindPorts(state, container);
  container.state = 'running';
  container.startedMs = state.clock.nowMs();
  container.exitCode = 0;
  container.isStopped = false;
  state.tellContainer('start', container);
  beginHealth(state, container);
  const { ends } = behaviour;
  if (ends === undefined)
    for (const [stream, text] of behaviour.says ?? [['out', 'ready'] as const]) state.print(container, stream, text);
  else
    later(state, container, ends.afterMs, () => {
      for (const [index, text] of ends.says.entries()) state.print(container, index === 0 ? 'out' : 'err', text);
      endSim(state, container, ends.exitCode);
      restartByPolicy(state, container);
    });
};

const failStart = (container: SimContainer, status: number, exitCode: number, message: string): never => {
  container.error = message;
  container.exitCode = exitCode;
  throw new Refusal(status, message);
};

/** The program has ended; timers that wait for it are cancelled. */
export const endSim = (state: SimState, container: SimContainer, exitCode: number, finishedMs?: number): void => {
  cancelTimers(container);
  container.state = 'exited';
  container.exitCode = exitCode;
  container.finishedMs = finishedMs ?? state.clock.nowMs();
  container.ports = [];
  if (container.health !== 'none') container.health = 'unhealthy';
  for (const exec of state.execs.values())
    if (exec.container === container.id && exec.running) {
      exec.running = false;
      exec.exitCode = killedExitCode;
    }
  state.endLogs(container);
  state.tellContainer('die', container, { exitCode: String(exitCode) });
};

export const stopSim = (state: SimState, container: SimContainer, exitCode = 0): void => {
  container.isStopped = true;
  if (container.state === 'restarting') {
    cancelTimers(container);
    container.state = 'exited';
    return;
  }
  state.tellContainer('kill', container, { signal: exitCode === killedExitCode ? '9' : '15' });
  endSim(state, container, exitCode);
  state.tellContainer('stop', container);
};

export const restartByPolicy = (state: SimState, container: SimContainer): void => {
  const policy = container.body.HostConfig?.RestartPolicy;
  const most = policy?.MaximumRetryCount ?? 0;
  const wants =
    policy?.Name === 'always' ||
    policy?.Name === 'unless-stopped' ||
    (policy?.Name === 'on-failure' && container.exitCode !== 0 && (most === 0 || container.restarts < most));
  if (!wants) return;
  container.state = 'restarting';
  const delayMs = Math.min(restartDelayMs.first * 2 ** Math.min(container.restarts, 10), restartDelayMs.most);
  later(state, container, delayMs, () => {
    container.restarts += 1;
    try {
      startSim(state, container);
    } catch (thrown) {
      if (!(thrown instanceof Refusal)) throw thrown;
      container.state = 'exited';
    }
  });
};

export const later = (state: SimState, container: SimContainer, delayMs: number, call: () => void): void => {
  const cancel = state.clock.after(delayMs, () => {
    container.timers.delete(cancel);
    call();
  });
  container.timers.add(cancel);
};

export const cancelTimers = (container: SimContainer): void => {
  for (const cancel of container.timers) cancel();
  container.timers.clear();
};

const beginHealth = (state: SimState, container: SimContainer): void => {
  const test = container.body.Healthcheck?.Test ?? [];
  const forced = behaviourOf(container.body.Image).health;
  if (test[0] === 'NONE' || (test.length === 0 && forced === undefined)) {
    container.health = 'none';
    return;
  }
  container.health = 'starting';
  const intervalMs = (container.body.Healthcheck?.Interval ?? 0) / 1e6;
  const becomes = forced?.becomes ?? (test.join(' ').trim().endsWith('false') ? 'unhealthy' : 'healthy');
  later(state, container, forced?.afterMs ?? Math.min(intervalMs || 100, 1_000), () => {
    container.health = becomes;
    state.tellContainer(`health_status: ${becomes}`, container);
  });
};

const bindPorts = (state: SimState, container: SimContainer): SimContainer['ports'] => {
  const ports: SimContainer['ports'] = [];
  if (['none', 'host'].includes(container.body.HostConfig?.NetworkMode ?? '')) return ports;
  for (const [key, bindings] of Object.entries(container.body.HostConfig?.PortBindings ?? {})) {
    const [target = '', protocol = 'tcp'] = key.split('/');
    for (const { HostIp = '', HostPort = '' } of bindings) {
      const hostIp = HostIp === '' ? '0.0.0.0' : HostIp;
      const hostPort = choosePort(state, container, HostPort, hostIp, protocol);
      ports.push({ target: Number(target), protocol, hostIp, hostPort });
    }
  }
  return ports;
};

const choosePort = (
  state: SimState,
  container: SimContainer,
  wanted: string,
  hostIp: string,
  protocol: string,
): number => {
  const isTaken = (port: number) => isPortTaken(state, port, hostIp, protocol);
  if (wanted === '') {
    while (isTaken(state.nextPort) || state.heldPorts.has(state.nextPort)) state.nextPort += 1;
    state.nextPort += 1;
    return state.nextPort - 1;
  }
  const [from = 0, to = from] = wanted.split('-').map(Number);
  for (let port = from; port <= Math.min(to, portMaximum); port += 1)
    if (!isTaken(port) && !state.heldPorts.has(port)) return port;
  const why = state.heldPorts.has(from)
    ? `Error starting userland proxy: listen tcp4 ${hostIp}:${from}: bind: address already in use`
    : `Bind for ${hostIp}:${from} failed: port is already allocated`;
  return failStart(
    container,
    500,
    portTakenExitCode,
    `driver failed programming external connectivity on endpoint ${container.name} (${state.newId()}): ${why}`,
  );
};

const isPortTaken = (state: SimState, port: number, hostIp: string, protocol: string): boolean =>
  [...state.containers.values()].some((other) =>
    other.ports.some(
      (held) =>
        held.hostPort === port &&
        held.protocol === protocol &&
        (held.hostIp === hostIp || held.hostIp === '0.0.0.0' || hostIp === '0.0.0.0'),
    ),
  );

/** The engine comes back after having been killed or stopped, without live restore. */
export const comeBack = (state: SimState, wasKilled: boolean): void => {
  for (const container of state.containers.values()) {
    if (wasKilled && container.state === 'running') {
      // Their processes lived on; the new engine ends them.
      state.tellContainer('kill', container, { signal: '9' });
      endSim(state, container, killedExitCode);
    }
    const policy = container.body.HostConfig?.RestartPolicy?.Name;
    const wasUp = container.state === 'exited' && !container.isStopped && container.startedMs !== undefined;
    const returns = policy === 'always' || policy === 'on-failure' || (policy === 'unless-stopped' && !wasKilled);
    if (wasUp && returns) startSim(state, container);
  }
};

/** The engine is told to stop, and stops its containers. */
export const goDown = (state: SimState): void => {
  for (const container of state.containers.values()) {
    cancelTimers(container);
    if (container.state !== 'running' && container.state !== 'restarting') continue;
    state.tellContainer('kill', container, { signal: '15' });
    endSim(state, container, 0);
  }
};
