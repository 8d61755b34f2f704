// Closes what a test file opened, the last first; one that fails to close keeps no other open.
interface Closable {
  readonly close: () => Promise<void> | void;
}

export const closeAll = async (...opened: readonly (Closable | undefined)[]): Promise<void> => {
  const failures: unknown[] = [];
  for (const one of opened) {
    try {
      await one?.close();
    } catch (thrown) {
      failures.push(thrown);
    }
  }
  if (failures.length > 0) throw new AggregateError(failures, 'not everything could be closed');
};
