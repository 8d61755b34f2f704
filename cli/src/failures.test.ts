import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PlatformError } from '@berth/common/platform-error.ts';
import { ApiError } from '@berth/contract/client.ts';
import { makeFakeMachine } from '#testing/fake-machine.ts';
import { reportFailure } from './failures.ts';

const answer = (status: number, code: string): ApiError => new ApiError(status, { code, message: 'It failed' });
const problem = {
  severity: 'error' as const,
  code: 'bad_port',
  message: 'No port.',
  file: 'a.yaml',
  line: 2,
  column: 3,
};

const failures: Record<string, { thrown: unknown; exitCode: number; says: RegExp }> = {
  'says where the problems are': {
    thrown: new PlatformError('invalid_compose', 'The files are wrong', { problems: [problem] }),
    exitCode: 1,
    says: /^a\.yaml:2:3: No port\.\nerror: The files are wrong\. Correct/,
  },
  'gives 1 for a refusal of the server': { thrown: answer(400, 'invalid_request'), exitCode: 1, says: /It failed\./ },
  'gives 2 for wrong usage': {
    thrown: new PlatformError('invalid_request', 'Give a name'),
    exitCode: 2,
    says: /^error: Give a name\.\n$/,
  },
  'gives 3 for a key that is no good': { thrown: answer(401, 'unauthenticated'), exitCode: 3, says: /berth login/ },
  'gives 4 for what is not there': { thrown: answer(404, 'not_found'), exitCode: 4, says: /It failed\.\n/ },
  'gives 5 for a server that is not there': {
    thrown: new PlatformError('unavailable', 'Not there'),
    exitCode: 5,
    says: /whether the server runs/,
  },
  'gives 5 for a proxy without its server': { thrown: answer(502, 'bad_answer'), exitCode: 5, says: /It failed/ },
  'gives 1 for a host that is not there': { thrown: answer(503, 'host_unreachable'), exitCode: 1, says: /berth hosts/ },
  'shows no stack of a mistake of ours': {
    thrown: new TypeError('x is undefined'),
    exitCode: 1,
    says: /^error: Something went wrong in berth itself \(TypeError: x is undefined\)\. [^\n]*\n$/,
  },
};
for (const [name, { thrown, exitCode, says }] of Object.entries(failures))
  test(`reportFailure ${name}`, () => {
    const machine = makeFakeMachine();
    assert.equal(reportFailure(machine, thrown), exitCode);
    assert.match(machine.complained(), says);
    assert.equal(machine.printed(), '');
  });

test('reportFailure shows the stack with BERTH_DEBUG', () => {
  const machine = makeFakeMachine({ environment: { BERTH_DEBUG: '1' } });
  reportFailure(machine, new TypeError('x'));
  assert.match(machine.complained(), /at /);
});
