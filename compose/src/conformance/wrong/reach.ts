// Files that reach for what is not theirs: paths out of the bundle, addresses, containers of others.
import { at, file, files, service, serviceText } from './wrong-file.ts';
import type { WrongFile } from './wrong-file.ts';

export const reachFiles: readonly WrongFile[] = [
  service(
    'env-file-absolute',
    'env_file: /etc/environment',
    at('outside_bundle', 4, 15, 'Only files of the bundle can be used.'),
  ),
  service(
    'env-file-parent',
    'env_file:\n  - ../server.env',
    at('outside_bundle', 5, 9, 'Only files of the bundle can be used.'),
  ),
  service(
    'env-file-home',
    'env_file: ~/.profile',
    at('outside_bundle', 4, 15, 'Only files of the bundle can be used.'),
  ),
  service(
    'env-file-backslash',
    'env_file: "..\\\\server.env"',
    at('outside_bundle', 4, 15, 'Only files of the bundle can be used.'),
  ),
  service('env-file-nul', 'env_file: "a\\0b"', at('outside_bundle', 4, 15, 'Only files of the bundle can be used.')),
  service('env-file-missing', 'env_file: nope.env', at('file_missing', 4, 15, 'Add it, or correct the path.')),
  files(
    'env-file-syntax',
    { 'compose.yaml': serviceText('env_file: a.env'), 'a.env': 'A=1\nnot a line\n' },
    ['compose.yaml'],
    at('env_file_syntax', 2, 1, 'A name holds letters, digits, "_", "." and "-".', 'a.env'),
  ),
  service(
    'label-file-absolute',
    'label_file: /etc/passwd',
    at('outside_bundle', 4, 17, 'Only files of the bundle can be used.'),
  ),
  file(
    'extends-parent',
    'services:\n  web:\n    extends: {file: ../other.yaml, service: web}\n',
    at('outside_bundle', 3, 21, 'Only files of the bundle can be used.'),
  ),
  file(
    'extends-absolute',
    'services:\n  web:\n    extends:\n      file: /etc/compose.yaml\n      service: web\n',
    at('outside_bundle', 4, 13, 'Only files of the bundle can be used.'),
  ),
  file(
    'extends-remote',
    'services:\n  web:\n    extends: {file: https://example.com/compose.yaml, service: web}\n',
    at('remote_file', 3, 21, 'Put the file into the bundle instead.'),
  ),
  file(
    'extends-cycle',
    'services:\n  a: {extends: {service: b}}\n  b: {extends: {service: a}}\n',
    at('extends_cycle', 2, 16, 'Break it.'),
  ),
  file(
    'extends-unknown',
    'services:\n  web:\n    image: img\n    extends: {service: nope}\n',
    at('extends_unknown', 4, 24, 'Correct the name in "extends".'),
  ),
  file(
    'include-absolute',
    'include:\n  - /etc/compose.yaml\nservices: {web: {image: img}}\n',
    at('outside_bundle', 2, 5, 'Only files of the bundle can be used.'),
  ),
  file(
    'include-parent',
    'include: [../compose.yaml]\nservices: {web: {image: img}}\n',
    at('outside_bundle', 1, 11, 'Only files of the bundle can be used.'),
  ),
  file(
    'include-remote',
    'include: [oci://docker.io/a/b]\nservices: {web: {image: img}}\n',
    at('remote_file', 1, 11, 'Put the file into the bundle instead.'),
  ),
  file(
    'include-missing',
    'include: [db.yaml]\nservices: {web: {image: img}}\n',
    at('file_missing', 1, 11, 'Add it, or correct the path.'),
  ),
  files(
    'include-cycle',
    {
      'compose.yaml': 'include: [a.yaml]\nservices: {web: {image: img}}\n',
      'a.yaml': 'include: [compose.yaml]\nservices: {a: {image: img}}\n',
    },
    ['compose.yaml'],
    at('include_cycle', 1, 11, 'Break it.', 'a.yaml'),
  ),
  files(
    'include-conflict',
    {
      'compose.yaml': 'include: [a.yaml]\nservices:\n  web: {image: img}\n',
      'a.yaml': 'services: {web: {image: other}}\n',
    },
    ['compose.yaml'],
    at('include_conflict', 3, 3, 'Rename one of them.'),
  ),
  service(
    'volume-parent',
    'volumes: ["../secret:/d"]',
    at('outside_bundle', 4, 15, 'Use a volume, or a path below "./".'),
  ),
  service('volume-home', 'volumes: ["~/.ssh:/d"]', at('outside_bundle', 4, 15, 'Use a volume, or a path below "./".')),
  service(
    'network-mode-container',
    'network_mode: "container:victim"',
    at('publish_refused', 4, 19, 'Name a service of this file.'),
  ),
  service(
    'volumes-from-container',
    'volumes_from: ["container:victim"]',
    at('publish_refused', 4, 20, 'Name a service of this file.'),
  ),
  service('pid-container', 'pid: "container:victim"', at('publish_refused', 4, 10, 'Use service:NAME.')),
  service('secret-file', 'secrets: [s]', at('undefined_secret', 4, 15, 'Add it under the top-level "secrets:".')),
];
