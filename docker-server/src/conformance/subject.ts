// What the conformance suite is run on: an engine, reached as the portal reaches it (through the turned-around connection),
// and as a person on the host does (straight at its socket).
import http from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@berth/contract/client.ts';
import type { DockerServerApi } from '@berth/contract/docker-server-api.ts';
import type { ContainerSpec, ObservedContainer } from '@berth/contract/engine-objects.ts';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { startDockerServer } from '#docker-server.ts';
import { openPortalDouble, type PortalDouble } from '#testing/portal-double.ts';

/** An engine that has the images of `sim/`, and can be broken. */
export interface Subject {
  readonly socket: string;
  readonly kill: () => Promise<void>;
  readonly start: () => Promise<void>;
  /** Told to stop, and started again. */
  readonly restart: () => Promise<void>;
  readonly freeze: () => void;
  readonly thaw: () => void;
  readonly close: () => Promise<void>;
}

export interface Bench {
  readonly subject: Subject;
  readonly portal: PortalDouble;
  /** Acts for that environment. */
  readonly client: (environment?: string, fence?: number) => Promise<Client<DockerServerApi>>;
  /** A request of a person to the engine. */
  readonly raw: (method: string, path: string, body?: unknown) => Promise<{ status: number; json: unknown }>;
  readonly close: () => Promise<void>;
}

export const openBench = async (openSubject: (folder: string) => Promise<Subject>): Promise<Bench> => {
  const folder = await mkdtemp(join(tmpdir(), 'berth-engine-'));
  const subject = await openSubject(join(folder, 'e'));
  const portal = await openPortalDouble();
  const server = await startDockerServer({
    portal: portal.url,
    stateFolder: join(folder, 'state'),
    engineSocket: subject.socket,
    joinToken: portal.joinToken,
    clock: systemClock,
    log: silentLog,
  });
  return {
    subject,
    portal,
    client: (environment, fence) => portal.client(environment, fence),
    raw: (method, path, body) => rawRequest(subject.socket, method, path, body),
    close: async () => {
      await server.close();
      await portal.close();
      await subject.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
};

const rawRequest = (
  socketPath: string,
  method: string,
  path: string,
  body: unknown,
): Promise<{ status: number; json: unknown }> =>
  new Promise((resolve, reject) => {
    const headers = body === undefined ? {} : { 'content-type': 'application/json' };
    const request = http.request({ socketPath, method, path, headers, agent: false }, (answer) => {
      let text = '';
      answer.setEncoding('utf8');
      answer.on('data', (piece: string) => {
        text += piece;
      });
      answer.on('end', () =>
        resolve({ status: answer.statusCode ?? 0, json: text.startsWith('{') ? JSON.parse(text) : text }),
      );
    });
    request.on('error', reject);
    request.end(body === undefined ? undefined : JSON.stringify(body));
  });

export const environment = 'env_conformance';

let serial = 0;
/** A name nobody else has. */
export const fresh = (word: string): string => {
  serial += 1;
  return `${word}-${serial}`;
};

export const ownerOf = (key: string) => ({
  environment,
  application: 'app_conformance',
  applicationName: 'conformance',
  key,
});

type SpecParts = Omit<Partial<ContainerSpec>, 'service'> & { service?: Partial<ContainerSpec['service']> };

/** A container of that image; only what matters is said. */
export const specOf = (image: string, parts: SpecParts = {}): ContainerSpec => {
  const name = parts.name ?? fresh('c');
  return {
    name,
    owner: { ...ownerOf('web'), slot: 0, revision: 1, specHash: `hash of ${name}` },
    mounts: [],
    networks: [],
    ...parts,
    service: {
      image,
      command: null,
      entrypoint: null,
      environment: {},
      labels: {},
      ports: [],
      expose: [],
      restart: { policy: 'no' },
      ...parts.service,
    },
  };
};

export const publish = (target: number, port?: number) => ({
  target,
  protocol: 'tcp' as const,
  ...(port === undefined ? {} : { published: { from: port, to: port } }),
});

export const observeOne = async (client: Client<DockerServerApi>, id: string): Promise<ObservedContainer | undefined> =>
  (await client.observe()).containers.find((container) => container.id === id);

/** Made and started. */
export const runOne = async (client: Client<DockerServerApi>, spec: ContainerSpec): Promise<string> => {
  const { id } = await client.createContainer({ body: spec });
  await client.startContainer({ params: { container: id } });
  return id;
};

export const removeOne = (client: Client<DockerServerApi>, id: string) =>
  client.removeContainer({ params: { container: id }, body: { removeAnonymousVolumes: true } });

/** The code of the error with which a call is refused. */
export const codeOf = async (call: Promise<unknown>): Promise<string> => {
  try {
    await call;
    return 'not refused';
  } catch (thrown) {
    return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : String(thrown);
  }
};

export const collect = async <T>(items: AsyncIterable<T>): Promise<T[]> => {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
};
