// A whole Berth for a test: the all-in-one on a given engine, set up, with a person signed in who may do everything.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startAllInOne, waitForHost } from '@berth/all-in-one/all-in-one.ts';
import { systemClock } from '@berth/common/clock.ts';
import { makeLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Container } from '@berth/contract/containers.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import { makeClient, type Client } from '@berth/contract/client.ts';
import { publicApi, type PublicApi } from '@berth/contract/public-api.ts';

export type ApiClient = Client<PublicApi>;

export const adminName = 'ada';
export const adminPassword = 'a long enough password';

export interface Berth {
  readonly url: string;
  readonly dataFolder: string;
  /** Platform administrator, and administrator of the tenant `main`. */
  readonly admin: ApiClient;
  readonly adminKey: string;
  /** Tenant `main`, environment `local`: what nearly every call needs. */
  readonly place: Place;
  readonly close: () => Promise<void>;
}

export interface Place {
  readonly tenant: string;
  readonly environment: string;
}

/** A client that sends the key with each call. */
export const clientWith = (url: string, key: string | undefined): ApiClient =>
  makeClient(publicApi, url, (path, init) =>
    fetch(path, {
      ...init,
      headers: {
        ...(init.headers as Record<string, string> | undefined),
        ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
      },
    }),
  );

export const startBerth = async (options: {
  engineSocket: string;
  portalFolder?: string;
  logFile?: string;
}): Promise<Berth> => {
  const dataFolder = mkdtempSync(join(tmpdir(), 'berth-test-'));
  const berth = await startAllInOne({
    dataFolder,
    address: '127.0.0.1',
    port: 0,
    portalFolder: options.portalFolder,
    tls: undefined,
    trustedProxies: [],
    engineSocket: options.engineSocket,
    clock: systemClock,
    log: makeLog((process.env['BERTH_TEST_LOG'] as 'debug' | undefined) ?? 'silent'),
  });
  const place = { tenant: berth.tenant, environment: berth.environment };
  try {
    await waitForHost(systemClock, berth);
    const adminKey = await setUp(berth.url, berth.setupCode ?? '');
    return {
      url: berth.url,
      dataFolder,
      admin: clientWith(berth.url, adminKey),
      adminKey,
      place,
      close: async () => {
        await berth.close();
        rmSync(dataFolder, { recursive: true, force: true });
      },
    };
  } catch (thrown) {
    await berth.close();
    rmSync(dataFolder, { recursive: true, force: true });
    throw thrown;
  }
};

/** Makes the first account and gives a key of it. */
export const setUp = async (url: string, code: string): Promise<string> => {
  const stranger = clientWith(url, undefined);
  await stranger.completeSetup({ body: { code, name: adminName, password: adminPassword } });
  return signIn(url, adminName, adminPassword);
};

export const signIn = async (url: string, name: string, password: string): Promise<string> => {
  const { key } = await clientWith(url, undefined).signIn({ body: { name, password, client: 'cli' } });
  if (key === undefined) throw new Error('signing in gave no key');
  return key;
};

/** One Compose file as a publication. */
export const publication = (name: string, compose: string, more: Partial<Publication> = {}): Publication => ({
  name,
  bundle: { files: { 'compose.yaml': compose }, main: ['compose.yaml'] },
  ...more,
});

/** Publishes and waits for the end of the operation, whatever it is. */
export const publishAndWait = async (
  client: ApiClient,
  place: Place,
  body: Publication,
  withinMs = 60_000,
): Promise<Operation> => {
  const { operation } = await client.publishApplication({ params: place, body });
  return waitForOperation(client, place, operation.id, withinMs);
};

export const waitForOperation = (
  client: ApiClient,
  place: Place,
  operation: string,
  withinMs = 60_000,
): Promise<Operation> =>
  eventually(
    async () => {
      const now = await client.readOperation({ params: { ...place, operation } });
      return now.state === 'running' ? undefined : now;
    },
    { withinMs, because: `operation ${operation} should end` },
  );

export const containersOf = async (client: ApiClient, place: Place, application: string): Promise<Container[]> =>
  (await client.listContainers({ params: place, query: { application, limit: 200 } })).items;

export const removeAndWait = async (
  client: ApiClient,
  place: Place,
  application: string,
  removeVolumes = true,
): Promise<Operation> => {
  const { operation } = await client.removeApplication({ params: { ...place, application }, body: { removeVolumes } });
  return waitForOperation(client, place, operation.id);
};
