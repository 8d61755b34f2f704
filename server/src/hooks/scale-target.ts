// How many containers a call asks for, within the hook's limits. Pure.
import { PlatformError } from '@berth/common/platform-error.ts';

export interface ScaleLimits {
  readonly min: number;
  readonly max: number;
}

/** A number outside the limits is refused; a change is carried as far as they allow. */
export const scaleTarget = (
  now: number,
  { replicas, change }: { replicas?: number | undefined; change?: number | undefined },
  { min, max }: ScaleLimits,
): number => {
  if ((replicas === undefined) === (change === undefined))
    throw new PlatformError('invalid_request', 'Say either replicas or change');
  if (replicas !== undefined) {
    if (replicas < min || replicas > max)
      throw new PlatformError('invalid_request', `This hook scales between ${min} and ${max}; ${replicas} is outside`);
    return replicas;
  }
  return Math.min(max, Math.max(min, now + (change ?? 0)));
};
