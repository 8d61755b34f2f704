// One suite over the typed verbs, through the real connection, for every engine: it keeps the simulated one like the real.
import { after, before, describe } from 'node:test';
import { containerCases } from './conformance/container-cases.ts';
import { faultCases } from './conformance/fault-cases.ts';
import { objectCases } from './conformance/object-cases.ts';
import { streamCases } from './conformance/stream-cases.ts';
import { verbCases } from './conformance/verb-cases.ts';
import { openBench, type Bench, type Subject } from './conformance/subject.ts';

/** `openSubject` gets the path of a folder that does not exist yet. */
export const engineConformance = (name: string, openSubject: (folder: string) => Promise<Subject>): void => {
  describe(name, () => {
    let opened: Bench | undefined;
    const bench = (): Bench => {
      if (opened === undefined) throw new TypeError('the engine is not open');
      return opened;
    };
    before(async () => {
      opened = await openBench(openSubject);
    });
    after(() => opened?.close());
    objectCases(bench);
    containerCases(bench);
    streamCases(bench);
    verbCases(bench);
    faultCases(bench);
  });
};
