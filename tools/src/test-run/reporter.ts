// A reporter for node:test: a line for each file or each test, failures in full as they happen, and the runner's own totals
// as JSON in the file BERTH_TEST_TOTALS names.
import { AssertionError } from 'node:assert';
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import type { TestEvent } from 'node:test/reporters';
import { inspect } from 'node:util';

/** Totals as node:test counts them. */
export interface Totals {
  readonly tests: number;
  readonly passed: number;
  readonly failed: number;
  readonly cancelled: number;
  readonly skipped: number;
  readonly todo: number;
}

type Finished = Extract<TestEvent, { type: 'test:pass' | 'test:fail' }>['data'];

interface FileTally {
  passed: number;
  failed: number;
  tookMs: number;
}

/** @public Named by path, in the arguments of node:test. */
export default async function* report(events: AsyncIterable<TestEvent>): AsyncGenerator<string> {
  const eachTest = process.env['BERTH_TEST_LINES'] === 'tests';
  const files = new Map<string, FileTally>();
  for await (const event of events) {
    if (event.type === 'test:pass' || event.type === 'test:fail') {
      const failed = event.type === 'test:fail';
      tally(files, event.data, failed);
      if (failed) yield failureText(event.data);
      else if (eachTest && isTest(event.data))
        yield `  ✔ ${event.data.name} (${seconds(event.data.details.duration_ms)})\n`;
    } else if (event.type === 'test:stderr' || event.type === 'test:stdout') {
      yield event.data.message;
    } else if (event.type === 'test:summary' && event.data.file === undefined) {
      if (!eachTest) for (const [file, row] of files) yield fileLine(file, row);
      const { tests, passed, cancelled, skipped, todo } = event.data.counts;
      const totals: Totals = {
        tests,
        passed,
        failed: tests - passed - cancelled - skipped - todo,
        cancelled,
        skipped,
        todo,
      };
      const target = process.env['BERTH_TEST_TOTALS'];
      if (target !== undefined) writeFileSync(target, JSON.stringify(totals));
    }
  }
}

const isTest = (data: Finished): boolean => data.details.type !== 'suite' && !isFile(data);
// With a process for each file, node:test reports the file itself as an outermost test of that name.
const isFile = ({ name, nesting }: Finished): boolean => nesting === 0 && name.endsWith('.test.ts');

const tally = (files: Map<string, FileTally>, data: Finished, failed: boolean): void => {
  if (!isTest(data)) return;
  const file = relative(process.cwd(), data.file ?? 'unknown');
  const row = files.get(file) ?? { passed: 0, failed: 0, tookMs: 0 };
  files.set(file, row);
  row[failed ? 'failed' : 'passed'] += 1;
  row.tookMs += data.details.duration_ms;
};

const fileLine = (file: string, { passed, failed, tookMs }: FileTally): string =>
  `  ${failed === 0 ? '✔' : '✘'} ${file}: ${passed} passed${failed === 0 ? '' : `, ${failed} failed`} (${seconds(tookMs)})\n`;

const failureText = (data: Finished): string => {
  const error: unknown = 'error' in data.details ? data.details.error : undefined;
  const cause: unknown = error instanceof Error && error.cause !== undefined ? error.cause : error;
  // A suite or a file fails because something in it did; that was told already.
  if (error instanceof Error && 'failureType' in error && error.failureType === 'subtestsFailed') return '';
  const place = data.file === undefined ? '' : ` (${relative(process.cwd(), data.file)}:${data.line ?? 0})`;
  // An assertion's message shows what differed; its fields would say it again.
  const whole =
    cause instanceof AssertionError
      ? (cause.stack ?? cause.message)
      : typeof cause === 'string'
        ? cause
        : inspect(cause, { depth: 6 });
  const text = whole.replace(/^ +at .*node:internal.*\n?/gm, '').trimEnd();
  return `  ✘ ${data.name}${place}\n${text.replace(/^/gm, '      ')}\n`;
};

const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms < 10_000 ? 2 : 0)} s`;
