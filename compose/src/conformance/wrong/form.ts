// Files that are no Compose file, or say something no Compose file can say.
import { at, file, files, service, serviceText } from './wrong-file.ts';
import type { WrongFile } from './wrong-file.ts';

export const formFiles: readonly WrongFile[] = [
  file(
    'tag-foreign',
    'services:\n  web:\n    image: !!js/function img\n',
    at('unknown_tag', 3, 26, 'Remove it, or use !reset or !override.'),
  ),
  file(
    'proto-service',
    'services:\n  __proto__: {image: img, privileged: true}\n',
    at('bad_name', 2, 3, 'Choose another name.'),
  ),
  file(
    'constructor-unknown',
    'services:\n  web:\n    image: img\n    constructor: {prototype: {x: 1}}\n',
    at('unknown_key', 4, 5, 'Remove it, or start it with "x-".'),
  ),
  service('proto-environment', 'environment:\n  __proto__: x', at('bad_name', 5, 7, 'Choose another name.')),
  file(
    'duplicate-key',
    'services:\n  web:\n    image: a\n    image: b\n',
    at('duplicate_key', 4, 5, 'Keep one of them.'),
  ),
  file(
    'duplicate-service',
    'services:\n  web: {image: a}\n  web: {image: b}\n',
    at('duplicate_key', 3, 3, 'Keep one of them.'),
  ),
  file(
    'duplicate-merge',
    'x-a: &a {user: u}\nservices:\n  web:\n    <<: *a\n    <<: *a\n    image: img\n',
    at('duplicate_key', 5, 5, 'Merge several with `<<: [*a, *b]`.'),
  ),
  file(
    'number-key',
    'services:\n  web:\n    image: img\n    labels: {80: x}\n',
    at('key_not_text', 4, 14, 'Put it in quotes.'),
  ),
  file(
    'tabs',
    'services:\n\tweb: {image: img}\n',
    at('yaml_syntax', 2, 1, 'This is not YAML: Tabs are not allowed as indentation.'),
  ),
  file(
    'unclosed-quote',
    'services:\n  web:\n    image: "img\n',
    at('yaml_syntax', 4, 1, 'This is not YAML: Missing closing "quote.'),
  ),
  file('binary', "services: {web: {image: 'a\0b'}}\n", at('not_text', 1, 1, 'Save it as UTF-8.')),
  file('empty', '', at('empty_file', 1, 1, 'Write at least "services:" with one service.')),
  file('list-at-top', '- a\n- b\n', at('not_a_mapping', 1, 1, 'Write "services:" at its top.')),
  file('text-at-top', 'hello\n', at('not_a_mapping', 1, 1, 'Write "services:" at its top.')),
  file('services-empty', 'services: {}\n', at('missing_key', 1, 1, 'Add one under "services:".')),
  file('services-null', 'services:\n', at('wrong_type', 1, 10, '"services" must be a mapping, not empty.')),
  file(
    'unknown-top',
    'service:\n  - web\nservices: {web: {image: img}}\n',
    at('unknown_key', 1, 1, 'Did you mean "services"?'),
  ),
  service('unknown-key', 'enviroment: {A: 1}', at('unknown_key', 4, 5, 'Did you mean "environment"?')),
  service('wrong-type-list', 'cap_add: NET_ADMIN', at('wrong_type', 4, 14, '"cap_add" must be a list, not text.')),
  service('user-number', 'user: 1000', at('wrong_type', 4, 11, 'Put it in quotes.')),
  service('date-value', 'environment: {A: 2020-01-01}', at('wrong_type', 4, 22, 'Put it in quotes.')),
  file('no-image', 'services:\n  web: {command: ls}\n', at('missing_image', 2, 8, 'Give it an image.')),
  file(
    'name-with-blank',
    'services:\n  "a b": {image: img}\n',
    at('unknown_key', 2, 3, 'The name "a b" in "services" may hold letters, digits, ".",'),
  ),
  file(
    'name-underscore',
    'services:\n  _web: {image: img}\n',
    at('bad_name', 2, 3, '"_web" cannot be a name: start with a letter or digit, go'),
  ),
  service(
    'unset-variables',
    'environment: {A: "${DB_PASSWORD}", B: "$PATH", C: "${HOME:-x}"}',
    at('unset_variable', 4, 22, 'Give each a value, or a default with ${NAME:-default}.'),
  ),
  service(
    'required-variable',
    'environment: {A: "${T:?give a token}"}',
    at('required_variable', 4, 22, 'Give it a value.'),
  ),
  service(
    'bad-interpolation',
    'environment: {A: "${A B}"}',
    at('bad_interpolation', 4, 22, 'Use ${NAME}, ${NAME:-default}, ${NAME:?message} or'),
  ),
  service(
    'unclosed-interpolation',
    'environment: {A: "x${A"}',
    at('bad_interpolation', 4, 22, 'Add "}", or write $$ for a plain $.'),
  ),
  service(
    'bad-cast',
    'privileged: "maybe"',
    at('bad_cast', 4, 17, '"privileged" is "maybe"; it must be true or false.'),
  ),
  service(
    'bad-cast-variable',
    'deploy:\n  replicas: "${N}"',
    at('bad_cast', 5, 17, '"replicas" is "many" (from "${N}"); it must be a whole number.'),
    { variables: { N: 'many' } },
  ),
  files(
    'mixed-eras',
    { 'docker-compose.yml': 'web:\n  image: img\n', 'o.yml': 'services: {web: {user: u}}\n' },
    ['docker-compose.yml', 'o.yml'],
    at('mixed_eras', 1, 1, 'Move all services under "services:".', 'o.yml'),
  ),
  files(
    'merge-conflict',
    { 'compose.yaml': serviceText('cap_add: [A]'), 'o.yaml': 'services:\n  web:\n    cap_add: {A: b}\n' },
    ['compose.yaml', 'o.yaml'],
    at('merge_conflict', 3, 14, 'Use the same form in both.', 'o.yaml'),
  ),
  files(
    'main-missing',
    { 'compose.yaml': serviceText('') },
    ['other.yaml'],
    at('file_missing', undefined, undefined, 'Add it, or correct the path.', 'other.yaml'),
  ),
  file(
    'v1-later-key',
    'web:\n  image: img\n  depends_on: [db]\ndb:\n  image: img\n',
    at('unknown_key', 3, 3, 'This file has the first Compose format; to use later keys,'),
  ),
  file('v1-build-and-image', 'web:\n  image: img\n  build: .\n', at('exclusive_keys', 2, 10, 'Remove one of them.')),
  file(
    'project-name',
    'name: "---"\nservices: {web: {image: img}}\n',
    at('bad_name', 1, 7, '"---" cannot be a name: use lower-case letters, digits, "-"'),
  ),
];
