// How long the engine may take, by class of call. An engine that is stopped (SIGSTOP) accepts connections and never
// answers, so every call has three limits: to connect, to the first byte of the answer, and between two pieces of it.
export interface EngineLimits {
  readonly connectMs: number;
  /** Until the head of the answer is here. */
  readonly firstByteMs: number;
  /** Between two pieces of the answer; 0: none, for streams that may be silent for hours. */
  readonly idleMs: number;
}

const connectMs = 2_000;

export const engineLimits = {
  /** Is the engine there at all. */
  ping: { connectMs, firstByteMs: 5_000, idleMs: 5_000 },
  /** Inspect and small lists. */
  question: { connectMs, firstByteMs: 10_000, idleMs: 10_000 },
  /** Complete lists; a slow disk with many containers needs time. */
  list: { connectMs, firstByteMs: 20_000, idleMs: 20_000 },
  /** Create, start, remove: mounts, networks and firewalls are set up meanwhile. */
  change: { connectMs, firstByteMs: 90_000, idleMs: 30_000 },
  /** A registry may be slow to answer; unpacking a large layer is silent. */
  pull: { connectMs, firstByteMs: 60_000, idleMs: 180_000 },
  /** A step of a build may think for long without a word. */
  build: { connectMs, firstByteMs: 120_000, idleMs: 1_800_000 },
  /** A question to a registry, through the engine; a person waits for the answer. */
  registry: { connectMs, firstByteMs: 8_000, idleMs: 8_000 },
  /** Log lines that are there already. */
  read: { connectMs, firstByteMs: 20_000, idleMs: 30_000 },
  /** Logs that are followed, events: silence is normal. */
  follow: { connectMs, firstByteMs: 20_000, idleMs: 0 },
  /** A sample a second. */
  figures: { connectMs, firstByteMs: 20_000, idleMs: 30_000 },
  /** A person types. */
  shell: { connectMs, firstByteMs: 30_000, idleMs: 0 },
  /** Archives in and out. */
  files: { connectMs, firstByteMs: 60_000, idleMs: 30_000 },
} as const satisfies Record<string, EngineLimits>;

/** A stop takes as long as the container's grace, and then some. */
export const stopLimits = (graceMs: number): EngineLimits => ({
  connectMs,
  firstByteMs: graceMs + 30_000,
  idleMs: 30_000,
});
