// For mistakes of ours: states that the code rules out. Never for input.
export function invariant(holds: unknown, says: string): asserts holds {
  if (holds === false || holds === null || holds === undefined) throw new TypeError(`invariant broken: ${says}`);
}

/** Ends a switch over a union: a new member of it does not compile here. */
export const never = (value: never): never => {
  throw new TypeError(`invariant broken: unexpected ${JSON.stringify(value)}`);
};
