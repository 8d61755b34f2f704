// A machine for tests: keeps what is printed, and is whatever the test needs it to be.
import { systemClock } from '@berth/common/clock.ts';
import type { Machine } from '#machine.ts';

export interface FakeMachine extends Machine {
  readonly printed: () => string;
  readonly complained: () => string;
}

export const makeFakeMachine = (options: Partial<Machine> = {}): FakeMachine => {
  let out = '';
  let err = '';
  return {
    clock: systemClock,
    folder: '/',
    environment: {},
    out: (text) => void (out += text),
    err: (text) => void (err += text),
    isTerminal: false,
    canAsk: false,
    ask: (question) => Promise.reject(new Error(`nobody answers: ${question}`)),
    size: () => ({ rows: 24, columns: 80 }),
    style: (_style, text) => text,
    ...options,
    printed: () => out,
    complained: () => err,
  };
};
