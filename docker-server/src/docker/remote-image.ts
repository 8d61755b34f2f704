// Asks the registry, through the engine, whether an image is there and may be pulled. Nothing is pulled.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Engine } from './engine.ts';
import { askEngine } from './engine-error.ts';
import { requireReference } from './images.ts';
import { engineLimits } from './time-limits.ts';
import { withTag } from './pull.ts';

export interface RemoteImage {
  readonly state: 'found' | 'not_found' | 'denied' | 'unknown';
  readonly digest?: string;
  readonly message?: string;
}

export const findRemoteImage = async (engine: Engine, reference: string): Promise<RemoteImage> => {
  const image = engine.docker(engineLimits.registry).getImage(withTag(requireReference(reference)));
  try {
    const answer: unknown = await askEngine<unknown>(() => image.distribution());
    return { state: 'found', ...digestOf(answer) };
  } catch (thrown) {
    if (!(thrown instanceof PlatformError)) throw thrown;
    return { state: toState(thrown), message: thrown.message };
  }
};

const toState = ({ message, detail }: PlatformError): RemoteImage['state'] => {
  if (/manifest (?:for .* )?(?:unknown|not found)|name unknown|repository .* not found/i.test(message))
    return 'not_found';
  const status = detail['engineStatus'];
  if (status === 401 || status === 403 || /unauthorized|denied|no basic auth/i.test(message)) return 'denied';
  return status === 404 ? 'not_found' : 'unknown';
};

const digestOf = (answer: unknown): { digest?: string } => {
  const descriptor = field(answer, 'Descriptor');
  const digest = field(descriptor, 'digest') ?? field(descriptor, 'Digest');
  return typeof digest === 'string' ? { digest } : {};
};

const field = (value: unknown, name: string): unknown =>
  typeof value === 'object' && value !== null && name in value ? Reflect.get(value, name) : undefined;
