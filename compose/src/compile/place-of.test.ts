import assert from 'node:assert/strict';
import { test } from 'node:test';
import { compileApplication } from '#compile.ts';

const files = new Map([
  [
    'compose.yaml',
    'services:\n  web:\n    image: a\n    ports:\n      - "80:80"\n      - "81:81"\n    labels:\n      - io.berth.x=1\n    sysctls: {kernel.core_pattern: x}\n',
  ],
  ['more.yaml', 'services:\n  web.api:\n    image: b\n    privileged: true\n'],
]);

const placeOf = (path: string): string => {
  const result = compileApplication({ files, main: ['compose.yaml', 'more.yaml'] });
  assert.ok('spec' in result, JSON.stringify(result));
  const place = result.placeOf(path);
  return place === undefined ? 'nowhere' : `${place.file}:${place.line}:${place.column}`;
};

const table: readonly (readonly [string, string])[] = [
  ['services.web', 'compose.yaml:2:3'],
  ['services.web.ports[1]', 'compose.yaml:6:9'],
  ['services.web.labels.io.berth.x', 'compose.yaml:8:9'],
  ['services.web.sysctls.kernel.core_pattern', 'compose.yaml:9:15'],
  ['services.web.api.privileged', 'more.yaml:4:5'],
  // Not written: the last thing on the way that is.
  ['services.web.user', 'compose.yaml:2:3'],
  ['services.web.ports[7]', 'compose.yaml:4:5'],
  ['services.nope', 'more.yaml:1:1'],
  ['nothing', 'nowhere'],
  ['', 'nowhere'],
];
for (const [path, place] of table) test(`placeOf finds ${path || 'nothing'}`, () => assert.equal(placeOf(path), place));
