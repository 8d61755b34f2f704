// For mistakes of ours: states that the code rules out. Never for input.
export function invariant(holds: unknown, says: string): asserts holds {
  if (holds === false || holds === null || holds === undefined) throw new TypeError(`invariant broken: ${says}`);
}
