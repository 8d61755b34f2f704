// Files that cost more than they should: bombs, depth, size. None may hurt the process that reads them.
import { at, file, files, service, serviceText } from './wrong-file.ts';
import type { WrongFile } from './wrong-file.ts';

/** Nine levels of nine aliases each: 387 million values if they were written out. */
const aliasBomb = [
  'x-0: &a0 [x, x, x, x, x, x, x, x, x]',
  ...Array.from(
    { length: 8 },
    (_, level) => `x-${level + 1}: &a${level + 1} [${Array.from({ length: 9 }, () => `*a${level}`).join(', ')}]`,
  ),
  'services: {web: {image: img}}',
].join('\n');

export const limitsFiles: readonly WrongFile[] = [
  file('alias-bomb', aliasBomb, at('too_many_nodes', 6, 11, 'Use fewer.')),
  file('deep-brackets', '['.repeat(830), at('too_deep', 1, 64, 'Make the structure flatter.')),
  file('deep-brackets-again', '['.repeat(830), at('too_deep', 1, 64, 'Make the structure flatter.')),
  file(
    'deep-braces-in-value',
    'services:\n  web:\n    image: img\n    labels: ' + '{a: '.repeat(70) + '}'.repeat(70) + '\n',
    at('too_deep', 4, 257, 'Make the structure flatter.'),
  ),
  file(
    'deep-indent',
    Array.from({ length: 80 }, (_, i) => ' '.repeat(i) + 'a:').join('\n') + '\n',
    at('too_deep', 65, 65, 'Make the structure flatter.'),
  ),
  file(
    'deep-dashes',
    'x-a:\n  ' + '- '.repeat(100) + 'x\nservices: {web: {image: img}}\n',
    at('too_deep', 2, 127, 'Make the structure flatter.'),
  ),
  file(
    'deep-by-aliases',
    [
      'x-0: &a0 ' + '['.repeat(30) + ']'.repeat(30),
      'x-1: &a1 ' + '['.repeat(30) + '*a0' + ']'.repeat(30),
      'services: {web: {image: img, x-b: [[[[[*a1]]]]]}}',
      '',
    ].join('\n'),
    at('too_deep', 3, 40, 'Make the structure flatter.'),
  ),
  file(
    'ten-megabytes',
    'services: {web: {image: img}}\n# ' + 'x'.repeat(10 * 1024 * 1024) + '\n',
    at('too_large', 1, 1, 'Split it up.'),
    { exceedsBody: true },
  ),
  file(
    'many-keys',
    'services:\n  web:\n    image: img\n    labels:\n' +
      Array.from({ length: 19990 }, (_, i) => `      k${i}: v`).join('\n') +
      '\n      extra: v\n'.repeat(12),
    at('too_large', 1, 1, 'Split it up.'),
  ),
  file(
    'many-values',
    'services:\n  web:\n    image: img\n    x-a: [' + '1,'.repeat(100100) + '1]\n',
    at('too_many_nodes', 4, 200001, 'Use fewer.'),
  ),
  file(
    'alias-cycle',
    'x-a: &a\n  b: *a\nservices: {web: {image: img}}\n',
    at('unknown_alias', 2, 6, 'Define &a first, elsewhere.'),
  ),
  file('alias-unknown', 'services:\n  web: *nope\n', at('unknown_alias', 2, 8, 'Define &nope first, elsewhere.')),
  service(
    'variable-bomb',
    'environment: {A: "' + '${A}'.repeat(90) + '"}',
    at('too_large', 4, 22, 'Use shorter values.'),
    { variables: { A: 'x'.repeat(60000) } },
  ),
  files(
    'env-file-bomb',
    {
      'compose.yaml': serviceText('env_file: a.env'),
      'a.env':
        'A0=' +
        'x'.repeat(100) +
        '\n' +
        Array.from({ length: 30 }, (_, i) => `A${i + 1}=$A${i}$A${i}`).join('\n') +
        '\n',
    },
    ['compose.yaml'],
    at('too_large', 16, 1, 'Use shorter values.', 'a.env'),
  ),
  service(
    'port-everything',
    `ports:\n${Array.from({ length: 3 }, () => '  - "1-65535:1-65535"').join('\n')}`,
    at('bad_port', 5, 7, 'Use a network instead.'),
  ),
  file(
    'extends-fan-out',
    `services:\n  base: {image: img, labels: {${Array.from({ length: 1000 }, (_, index) => `k${index}: v`).join(', ')}}}\n${Array.from({ length: 500 }, (_, index) => `  s${index}: {extends: base}\n`).join('')}`,
    at('too_many_nodes', 100, 18, 'Use fewer.'),
  ),
  files(
    'env-file-fan-out',
    {
      'compose.yaml': `services:\n${Array.from({ length: 500 }, (_, index) => `  s${index}: {image: img, env_file: a.env}\n`).join('')}`,
      'a.env': Array.from({ length: 1000 }, (_, index) => `K${index}=v\n`).join(''),
    },
    ['compose.yaml'],
    at('too_many_nodes', 100, 31, 'Use fewer.'),
  ),
  files(
    'env-file-large',
    { 'compose.yaml': 'services:\n  web: {image: img, env_file: a.env}\n', 'a.env': `A=${'x'.repeat(300_000)}\n` },
    ['compose.yaml'],
    at('too_large', 1, 1, 'Split it up.', 'a.env'),
  ),
  files(
    'include-many',
    { 'compose.yaml': `include:\n${'  - a.yaml\n'.repeat(5000)}`, 'a.yaml': 'services: {web: {image: img}}\n' },
    ['compose.yaml'],
    at('too_many_files', 202, 5, 'Use fewer.'),
  ),
  file(
    'port-ranges-everywhere',
    `services:\n${Array.from({ length: 2000 }, (_, index) => `  s${index}: {image: img, ports: ["1000-2999:1000-2999"]}\n`).join('')}`,
    at('bad_port', 7, 27, 'Use a network instead.'),
  ),
  file(
    'documents-many',
    '---\nservices: {web: {image: img}}\n'.repeat(60),
    at('too_many_documents', 45, 1, 'Put them together.'),
  ),
  file(
    'services-many',
    `services:\n${Array.from({ length: 2001 }, (_, index) => `  s${index}: {image: img}\n`).join('')}`,
    at('too_many_services', 2, 3, 'Split them into several applications.'),
  ),
];
