// Tells failures that pass by themselves, so that following takes up again, from those that do not.
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';

/** True when the connection broke, or when the server or the host is away for now. */
export const isPassing = (thrown: unknown): boolean => {
  if (thrown instanceof ApiError) return thrown.status === 429 || thrown.status >= 502;
  if (thrown instanceof PlatformError) return thrown.code === 'unavailable';
  // What `fetch` throws when a body breaks off, and when we end it ourselves.
  return (
    thrown instanceof Error &&
    ((thrown instanceof TypeError && thrown.message === 'terminated') || thrown.name === 'AbortError')
  );
};

export const codeOf = (thrown: unknown): string | undefined => (thrown instanceof ApiError ? thrown.code : undefined);
