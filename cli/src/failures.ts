// Whatever a command throws becomes one sentence, what to do next, and an exit code. A stack trace only with BERTH_DEBUG.
import { causeChain, PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import { exitCodes } from './exit-codes.ts';
import type { Machine } from './machine.ts';
import { printable } from '#output/printable.ts';
import { problemLines } from '#output/problems.ts';

/** Prints what went wrong; the exit code. */
export const reportFailure = (machine: Machine, thrown: unknown): number => {
  const { code, message, problems, next } = describe(thrown);
  machine.err(problemLines(problems));
  machine.err(
    `${machine.style('red', 'error:')} ${withFullStop(printable(message))}${next === '' ? '' : ` ${next}`}\n`,
  );
  if ((machine.environment['BERTH_DEBUG'] ?? '') !== '')
    machine.err(`${thrown instanceof Error ? (thrown.stack ?? '') : ''}\n${causeChain(thrown)}\n`);
  return exitCodeOf(code);
};

type Failure = {
  readonly code: string;
  readonly message: string;
  readonly problems: ApiError['problems'];
  readonly next: string;
};

const describe = (thrown: unknown): Failure => {
  if (thrown instanceof ApiError) {
    const isGateway = thrown.code === 'bad_answer' && [502, 503, 504].includes(thrown.status);
    const code = isGateway ? 'unavailable' : thrown.status === 401 ? 'unauthenticated' : thrown.code;
    const id = code === 'bug' && thrown.requestId !== undefined ? ` Request id: ${thrown.requestId}.` : '';
    // The server's refusals of a request are not the caller's usage: the request was ours.
    return {
      code: code === 'invalid_request' ? 'refused' : code,
      message: thrown.message,
      problems: thrown.problems,
      next: code === 'not_found' && !thrown.message.includes('no such object') ? '' : `${nextSteps[code] ?? ''}${id}`,
    };
  }
  if (thrown instanceof PlatformError)
    return {
      code: thrown.code,
      message: thrown.message,
      problems: [...thrown.problems],
      next: thrown.code === 'invalid_request' ? '' : (nextSteps[thrown.code] ?? ''),
    };
  return {
    code: 'bug',
    message: `Something went wrong in berth itself (${causeChain(thrown)})`,
    problems: [],
    next: 'Run it again with BERTH_DEBUG=1 and report what it prints.',
  };
};

const nextSteps: Readonly<Record<string, string>> = {
  unauthenticated: 'Sign in with "berth login URL".',
  forbidden: 'Ask the tenant’s administrator for a role that may do this.',
  not_found: '"berth environments", "berth apps" and "berth ps" list what there is.',
  unavailable: 'Check the address and whether the server runs, then try again.',
  too_many_requests: 'Wait a moment, then try again.',
  host_unreachable: 'See "berth hosts".',
  engine_unavailable: 'See "berth hosts".',
  needs_confirmation: 'Look at all of it with --dry-run; --accept-losses goes on.',
  invalid_compose: 'Correct the files; "berth config" checks them without a server.',
};

const withFullStop = (text: string): string => (/[.!?。！？]$/.test(text) ? text : `${text}.`);

const exitCodeOf = (code: string): number => {
  switch (code) {
    case 'invalid_request':
      return exitCodes.usage;
    case 'unauthenticated':
      return exitCodes.unauthenticated;
    case 'not_found':
      return exitCodes.notFound;
    case 'unavailable':
      return exitCodes.unreachable;
    default:
      return exitCodes.failed;
  }
};
