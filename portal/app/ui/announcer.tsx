// Says to screen readers what page one has come to: in a page that never reloads, nothing else would.
import { VisuallyHidden } from '@mantine/core';
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let said = '';

export const announce = (text: string): void => {
  said = text;
  for (const listener of listeners) listener();
};

export const Announcer = () => {
  const text = useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    () => said,
  );
  return (
    <VisuallyHidden aria-live="polite" aria-atomic="true">
      {text}
    </VisuallyHidden>
  );
};
