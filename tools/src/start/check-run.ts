// ./start --check: after the sample has answered, takes everything away again, the way a person would: as the administrator.
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { AllInOne } from '@berth/all-in-one/all-in-one.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError, makeClient } from '@berth/contract/client.ts';
import { publicApi } from '@berth/contract/public-api.ts';
import type { Progress } from '#progress.ts';

const removeLimitMs = 60_000;

/** Sets Berth up with the one-time code, signs in, removes the sample with its volumes, and waits until it is gone. */
export const removeSample = async (progress: Progress, berth: AllInOne, application: string): Promise<void> => {
  progress.say('setting up, signing in and removing the sample …');
  if (berth.setupCode === undefined)
    throw new PlatformError('wrong_state', 'Berth gave no set-up code although it is new');
  const name = 'check';
  const password = randomBytes(24).toString('hex');
  const anyone = makeClient(publicApi, berth.url, fetch);
  await anyone.completeSetup({ body: { code: berth.setupCode, name, password } });
  const { key } = await anyone.signIn({ body: { name, password, client: 'cli' } });
  const client = makeClient(publicApi, berth.url, (url, init) =>
    fetch(url, { ...init, headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` } }),
  );
  const params = { tenant: berth.tenant, environment: berth.environment, application };
  await client.removeApplication({ params, body: { removeVolumes: true } });
  const end = performance.now() + removeLimitMs;
  for (;;) {
    try {
      const { operation } = await client.readApplication({ params });
      if (performance.now() > end)
        throw new PlatformError(
          'deadline_exceeded',
          `The sample was not removed within ${removeLimitMs / 1000} s: ${operation?.message ?? 'no reason known'}`,
        );
    } catch (thrown) {
      if (thrown instanceof ApiError && thrown.code === 'not_found') return;
      throw thrown;
    }
    await pause(100);
  }
};
