// Every file that is generated and kept: its path and how its text is made. A test holds the kept text against a fresh one,
// so a change of the API, the policy or a rule is always seen in review.
import { errorCodes } from '@berth/contract/errors.ts';
import { makeOpenapi } from '@berth/contract/openapi.ts';
import { publicApi } from '@berth/contract/public-api.ts';
import { policyMatrix } from '@berth/server/authz/policy-matrix.ts';
import { composeReference } from './compose-reference.ts';
import { lintConfigText } from './lint/lint-config.ts';

export interface GeneratedFile {
  /** Below the root of the repository. */
  readonly path: string;
  readonly makeText: () => string;
}

export const generatedFiles: readonly GeneratedFile[] = [
  { path: '.oxlintrc.json', makeText: lintConfigText },
  {
    path: 'docs/openapi.json',
    makeText: () => `${JSON.stringify(makeOpenapi(publicApi, { title: 'Berth', version: '1' }), null, 2)}\n`,
  },
  { path: 'docs/compose.md', makeText: composeReference },
  { path: 'docs/errors.md', makeText: () => errorReference() },
  { path: 'server/src/authz/policy-matrix.txt', makeText: policyMatrix },
];

const errorReference = (): string => {
  const rows = Object.entries(errorCodes).map(
    ([code, { status, retryable, meaning }]) =>
      `| \`${code}\` | ${status} | ${retryable ? 'yes' : 'no'} | ${meaning} |`,
  );
  return [
    '# Errors',
    '',
    'Generated from `contract/src/errors.ts` by `npm run gen`; change it there.',
    '',
    'Every answer that is not a good one is `{"error": {"code", "message", "problems"?, "requestId"?}}`. The code is stable;',
    'the message is a sentence for people and may change. *Again* says whether the same request may succeed later.',
    '',
    '| code | status | again | meaning |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
};
