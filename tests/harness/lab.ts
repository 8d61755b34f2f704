// What a system test stands on: a private engine with small images, and ways to look at it past Berth.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startRealEngine, type RealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { openEngineApi, type EngineApi } from '#bench/engine-api.ts';

export interface Lab {
  readonly engine: RealEngine;
  /** Past Berth, as a person with the engine's socket would. */
  readonly api: EngineApi;
  /** For data of servers; goes with the lab. */
  readonly folder: string;
  readonly close: () => Promise<void>;
}

export const webImage = 'lab/web:1';
export const idleImage = 'lab/idle:1';

// Serves $TEXT at `/` and, at `/cgi-bin/relay`, what http://$UPSTREAM/ serves: a service that needs another.
const serveScript = [
  'mkdir -p /www/cgi-bin',
  'printf "%s" "$TEXT" > /www/index.html',
  'printf \'#!/bin/sh\\nprintf "\\\\r\\\\n"; wget -qO- "http://$UPSTREAM/"\\n\' > /www/cgi-bin/relay',
  'busybox chmod 755 /www/cgi-bin/relay',
  'echo "serving $TEXT"',
  'httpd -f -p ${PORT:-80} -h /www & trap "kill %1; exit 0" TERM INT; wait',
].join('; ');

export const openLab = async (options: { daemonOptions?: readonly string[] } = {}): Promise<Lab> => {
  const folder = mkdtempSync(join(tmpdir(), 'bs-'));
  try {
    const engine = await startRealEngine({ folder: join(folder, 'e'), ...options });
    try {
      await engine.importImage(webImage, ['/bin/sh', '-c', serveScript]);
      await engine.importImage(idleImage, [
        '/bin/sh',
        '-c',
        'trap "exit 0" TERM INT; while :; do sleep 3600 & wait $!; done',
      ]);
    } catch (thrown) {
      await engine.close();
      throw thrown;
    }
    const api = openEngineApi(engine.socket);
    return {
      engine,
      api,
      folder,
      close: async () => {
        api.close();
        await engine.close();
        rmSync(folder, { recursive: true, force: true });
      },
    };
  } catch (thrown) {
    rmSync(folder, { recursive: true, force: true });
    throw thrown;
  }
};

export interface EngineContainer {
  readonly Id: string;
  readonly Name: string;
  readonly Image: string;
  readonly RestartCount: number;
  readonly State: {
    readonly Status: string;
    readonly Running: boolean;
    readonly Pid: number;
    readonly ExitCode: number;
    readonly StartedAt: string;
  };
  readonly Config: {
    readonly Hostname: string;
    readonly User: string;
    readonly WorkingDir: string;
    readonly Env: readonly string[];
    readonly Cmd: readonly string[] | null;
    readonly Entrypoint: readonly string[] | null;
    readonly Labels: Readonly<Record<string, string>>;
  };
  readonly HostConfig: Readonly<Record<string, unknown>>;
}

export const inspect = async (lab: Lab, container: string): Promise<EngineContainer> =>
  (await lab.api.call('GET', `/containers/${encodeURIComponent(container)}/json`)) as EngineContainer;

/** Everything on the engine, by name; Berth's have the application's name as `application`. */
export interface EngineObjects {
  readonly containers: readonly EngineObject[];
  readonly networks: readonly EngineObject[];
  readonly volumes: readonly EngineObject[];
}
export interface EngineObject {
  readonly id: string;
  readonly name: string;
  /** Undefined: not Berth's. */
  readonly application: string | undefined;
  readonly service: string | undefined;
  readonly slot: string | undefined;
  readonly state: string | undefined;
}

type Labels = Readonly<Record<string, string>> | null | undefined;
const ofLabels = (labels: Labels) => ({
  // Half an owner is none.
  application: labels?.['io.berth.environment'] === undefined ? undefined : labels['io.berth.application-name'],
  service: labels?.['io.berth.key'],
  slot: labels?.['io.berth.slot'],
});

export const listObjects = async (lab: Lab): Promise<EngineObjects> => {
  const [containers, networks, volumes] = (await Promise.all([
    lab.api.call('GET', '/containers/json?all=true'),
    lab.api.call('GET', '/networks'),
    lab.api.call('GET', '/volumes'),
  ])) as [
    { Id: string; Names: string[]; State: string; Labels: Labels }[],
    { Id: string; Name: string; Labels: Labels }[],
    { Volumes: { Name: string; Labels: Labels }[] | null },
  ];
  const builtIn = new Set(['bridge', 'host', 'none']);
  return {
    containers: containers.map(({ Id, Names, State, Labels }) => ({
      id: Id,
      name: (Names[0] ?? '').slice(1),
      state: State,
      ...ofLabels(Labels),
    })),
    networks: networks
      .filter(({ Name }) => !builtIn.has(Name))
      .map(({ Id, Name, Labels }) => ({ id: Id, name: Name, state: undefined, ...ofLabels(Labels) })),
    volumes: (volumes.Volumes ?? []).map(({ Name, Labels }) => ({
      id: Name,
      name: Name,
      state: undefined,
      ...ofLabels(Labels),
    })),
  };
};

/** Names of what an application has on the engine: nothing, once it is removed. */
export const objectsOf = async (lab: Lab, application: string): Promise<string[]> => {
  const { containers, networks, volumes } = await listObjects(lab);
  return [...containers, ...networks, ...volumes]
    .filter((object) => object.application === application)
    .map(({ name }) => name)
    .sort();
};
