// What is wrong with builds, configs, secrets and rules for updates.
import { at, file, files, service, serviceText } from './wrong-file.ts';
import type { WrongFile } from './wrong-file.ts';

const dockerfile = { Dockerfile: 'FROM scratch\n' };
const main = ['compose.yaml'];
const built = (lines: string): string => `services:\n  web:\n    build:\n${lines.replace(/^(?=.)/gm, '      ')}\n`;

const build = (id: string, lines: string, verdict: ReturnType<typeof at>): WrongFile =>
  files(id, { 'compose.yaml': built(lines), ...dockerfile }, main, verdict);

const grant = (id: string, definition: string, verdict: ReturnType<typeof at>, granted = 's'): WrongFile =>
  file(id, `services: {web: {image: img, secrets: [${granted}]}}\nsecrets:\n  s: {${definition}}\n`, verdict);

const buildFiles: readonly WrongFile[] = [
  build('build-root', 'context: /', at('outside_bundle', 4, 16, 'Only files of the bundle can be built from.')),
  build('build-parent', 'context: ../app', at('outside_bundle', 4, 16, 'Only files of the bundle can be built from.')),
  build('build-home', 'context: ~/app', at('outside_bundle', 4, 16, 'Only files of the bundle can be built from.')),
  build(
    'build-metadata',
    'context: http://169.254.169.254/latest',
    at('remote_file', 4, 16, 'Put the files into the bundle, and name their folder.'),
  ),
  build(
    'build-git',
    'context: https://github.com/a/b.git#main',
    at('remote_file', 4, 16, 'Put the files into the bundle, and name their folder.'),
  ),
  build(
    'build-git-ssh',
    'context: git@github.com:a/b.git',
    at('remote_file', 4, 16, 'Put the files into the bundle, and name their folder.'),
  ),
  build(
    'build-image-as-context',
    'context: docker-image://alpine',
    at('remote_file', 4, 16, 'Put the files into the bundle, and name their folder.'),
  ),
  build(
    'build-dockerfile-parent',
    'dockerfile: ../Dockerfile',
    at('outside_bundle', 4, 19, 'Only files of the bundle can be built from.'),
  ),
  build(
    'build-dockerfile-absolute',
    'dockerfile: /etc/passwd',
    at('outside_bundle', 4, 19, 'Only files of the bundle can be built from.'),
  ),
  build(
    'build-dockerfile-missing',
    'dockerfile: Dockerfile.prod',
    at('file_missing', 4, 19, 'Add it with the files it needs, or correct "dockerfile".'),
  ),
  build(
    'build-folder-missing',
    'context: ./nowhere\ndockerfile_inline: FROM scratch',
    at('file_missing', 4, 16, 'Add its files, or correct the path.'),
  ),
  build('build-host-network', 'network: host', at('publish_refused', 4, 16, 'Use none or default.')),
  build('build-container-network', 'network: "container:victim"', at('publish_refused', 4, 16, 'Use none or default.')),
  build('build-privileged', 'privileged: true', at('publish_refused', 4, 7, 'a way out of it')),
  build(
    'build-entitlements',
    'entitlements: [security.insecure]',
    at('publish_refused', 4, 7, 'a build with rights over the host'),
  ),
  build('build-ssh', 'ssh: [default]', at('publish_refused', 4, 7, 'give it to the service instead')),
  build(
    'build-contexts',
    'additional_contexts: {etc: /etc}',
    at('publish_refused', 4, 7, 'copy what it needs into that folder'),
  ),
  build('build-platforms', 'platforms: [linux/amd64, linux/arm64]', at('publish_refused', 4, 18, 'Name one, or none.')),
  files(
    'build-policy-without-build',
    { 'compose.yaml': serviceText('pull_policy: daily') },
    main,
    at('publish_refused', 4, 18, 'Use always, missing or never.'),
  ),
  file(
    'v1-build-missing',
    'web:\n  build: ./app\n',
    at('file_missing', 2, 10, 'The Dockerfile "app/Dockerfile" is not in the bundle.'),
  ),
];

const grantFiles: readonly WrongFile[] = [
  grant('secret-shadow', 'file: /etc/shadow', at('outside_bundle', 3, 13, 'Only files of the bundle can be used.')),
  grant('secret-parent', 'file: ../key', at('outside_bundle', 3, 13, 'Only files of the bundle can be used.')),
  grant('secret-home', 'file: ~/.ssh/id', at('outside_bundle', 3, 13, 'Only files of the bundle can be used.')),
  grant('secret-remote', 'file: "https://example.com/k"', at('file_missing', 3, 13, 'Add it, or correct the path.')),
  grant('secret-missing', 'file: key', at('file_missing', 3, 13, 'Add it, or correct the path.')),
  grant('secret-external', 'external: true', at('publish_refused', 3, 7, 'use file, environment or content')),
  grant('secret-variable', 'environment: NOT_SET', at('unset_variable', 3, 20, 'Give it a value.')),
  grant('secret-no-source', '"x-note": a', at('missing_key', 3, 3, 'needs exactly one of')),
  grant('secret-driver', 'file: k, driver: vault', at('publish_refused', 3, 16, 'use a file or a variable')),
  grant(
    'secret-target',
    'environment: NOT_SET',
    at('unset_variable', 3, 20, 'from which the secret "s" comes'),
    '{source: s, target: /x}',
  ),
  file(
    'config-target-up',
    'services: {web: {image: img, configs: [{source: c, target: ../x}]}}\nconfigs: {c: {content: a}}\n',
    at('invalid_value', 1, 60, 'is no place for a file in the container'),
  ),
  file(
    'config-owner-name',
    'services: {web: {image: img, configs: [{source: c, uid: root}]}}\nconfigs: {c: {content: a}}\n',
    at('invalid_value', 1, 57, 'Write the number the user or group has in the container.'),
  ),
  file(
    'config-mode',
    'services: {web: {image: img, configs: [{source: c, mode: rw}]}}\nconfigs: {c: {content: a}}\n',
    at('invalid_value', 1, 58, 'A mode is octal, such as 0440.'),
  ),
];

const updateFiles: readonly WrongFile[] = [
  service(
    'update-action',
    'deploy:\n  update_config: {failure_action: stop}',
    at('invalid_value', 5, 39, 'Use pause, continue or rollback.'),
  ),
  service(
    'update-negative',
    'deploy:\n  update_config: {parallelism: -1}',
    at('invalid_value', 5, 36, '"parallelism" must be 0 or more.'),
  ),
  service('update-delay', 'deploy:\n  update_config: {delay: "10"}', at('bad_duration', 5, 30, 'with its unit')),
  service('update-order', 'deploy:\n  update_config: {order: both}', at('invalid_value', 5, 30, 'start-first')),
  service('deploy-mode', 'deploy: {mode: everywhere}', at('invalid_value', 4, 20, 'Use replicated, global,')),
  service(
    'job-for-ever',
    'deploy:\n  mode: replicated-job\n  restart_policy: {condition: any}',
    at('invalid_value', 6, 35, 'Use none or on-failure.'),
  ),
];

export const carriedFiles: readonly WrongFile[] = [...buildFiles, ...grantFiles, ...updateFiles];
