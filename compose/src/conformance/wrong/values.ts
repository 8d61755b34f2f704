// Files with one wrong value, name or combination of keys.
import { at, file, service } from './wrong-file.ts';
import type { WrongFile } from './wrong-file.ts';

export const valuesFiles: readonly WrongFile[] = [
  service(
    'port-letters',
    'ports: ["http:80"]',
    at('bad_port', 4, 13, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service(
    'port-too-big',
    'ports:\n  - "80:80"\n  - "8080:70000"',
    at('bad_port', 6, 9, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service('port-ranges', 'ports: ["8000-8001:80-85"]', at('bad_port', 4, 13, 'Make them equal.')),
  service(
    'port-reversed',
    'ports: ["8005-8001:80-84"]',
    at('bad_port', 4, 13, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service(
    'port-network',
    'ports: ["10.0.0.0/24:2:2"]',
    at('bad_address', 4, 13, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service(
    'port-host-name',
    'ports: ["localhost:80:80"]',
    at('bad_address', 4, 13, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service(
    'port-empty',
    'ports: [""]',
    at('bad_port', 4, 13, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service(
    'port-half',
    'ports: ["80:"]',
    at('bad_port', 4, 13, 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or'),
  ),
  service('port-mapping', 'ports: {80: 80}', at('key_not_text', 4, 13, 'Put it in quotes.')),
  service('port-protocol', 'ports: ["53:53/icmp"]', at('bad_port', 4, 13, 'Use /tcp, /udp or /sctp.')),
  service(
    'port-no-target',
    'ports: [{published: "80"}]',
    at('bad_port', 4, 13, 'A port needs "target": the port inside the container, from 1 to 65535.'),
  ),
  service(
    'volume-empty-source',
    'volumes: ["${D}:/c"]',
    at('bad_volume', 4, 15, 'A variable without a value leaves that.'),
    { variables: { D: '' } },
  ),
  service(
    'volume-too-many',
    'volumes: ["/a:/b:ro:x"]',
    at('bad_volume', 4, 15, 'Write SOURCE:TARGET or SOURCE:TARGET:ro.'),
  ),
  service(
    'volume-undeclared',
    'volumes: ["data:/d"]',
    at('undefined_volume', 4, 15, 'Add "data:" under the top-level "volumes:", or write ./data'),
  ),
  service('volume-relative-target', 'volumes: ["./a:b"]', at('bad_volume', 4, 15, 'Correct it.')),
  service(
    'volume-image',
    'volumes: [{type: image, source: img, target: /x}]',
    at('publish_refused', 4, 22, 'Use a volume.'),
  ),
  file(
    'volume-external-driver',
    'services:\n  web: {image: img, volumes: ["data:/d"]}\nvolumes:\n  data: {external: true, driver: local}\n',
    at('exclusive_keys', 4, 26, 'Remove one of the two.'),
  ),
  service(
    'network-undeclared',
    'networks: [back]',
    at('undefined_network', 4, 16, 'Add it under the top-level "networks:".'),
  ),
  service(
    'network-mode-both',
    'network_mode: host\nnetworks: [default]',
    at('exclusive_keys', 5, 15, 'Remove one of them.'),
  ),
  service(
    'network-mode-unknown-service',
    'network_mode: "service:nope"',
    at('undefined_service', 4, 19, 'Add it, or correct the name.'),
  ),
  service('gpus', 'gpus: all', at('publish_refused', 4, 5, '"gpus" is refused: hosts carry no runtime that hands')),
  service(
    'api-socket',
    'use_api_socket: true',
    at('publish_refused', 4, 5, '"use_api_socket" is refused: the engine’s socket gives the'),
  ),
  service(
    'cgroup-rules',
    'device_cgroup_rules: ["b *:* rwm"]',
    at('publish_refused', 4, 5, '"device_cgroup_rules" is refused: rules by number reach'),
  ),
  service('depends-on-unknown', 'depends_on: [db]', at('undefined_service', 4, 18, 'Add it, or correct the name.')),
  file(
    'depends-on-cycle',
    'services:\n  a: {image: img, depends_on: [b]}\n  b: {image: img, links: [a]}\n',
    at('dependency_cycle', 2, 31, 'Remove one dependency.'),
  ),
  file(
    'inactive-dependency',
    'services:\n  web:\n    image: img\n    depends_on: [db]\n  db: {image: img, profiles: [never]}\n',
    at('inactive_service', 4, 18, 'Activate one, or remove the need.'),
  ),
  service('link-unknown', 'links: ["db:database"]', at('undefined_service', 4, 13, 'Add it, or correct the name.')),
  service(
    'duration-no-unit',
    'stop_grace_period: "10"',
    at('bad_duration', 4, 24, '"stop_grace_period" is "10"; write a duration with its'),
  ),
  service(
    'size-bad',
    'mem_limit: 1x',
    at('bad_size', 4, 16, '"mem_limit" is "1x"; write a size such as 512m, 2g or a'),
  ),
  service(
    'restart-bad',
    'restart: sometimes',
    at('invalid_value', 4, 14, 'Use no, always, unless-stopped, on-failure or on-failure:5.'),
  ),
  service('restart-false', 'restart: false', at('wrong_type', 4, 14, 'Put it in quotes.')),
  service('command-quote', 'command: echo "abc', at('bad_command', 4, 14, 'Close it, or escape it with \\.')),
  service('command-number', 'command: [sleep, 10]', at('wrong_type', 4, 22, 'Put it in quotes.')),
  service(
    'healthcheck-list',
    'healthcheck:\n  test: ["curl", "x"]',
    at('invalid_value', 5, 13, 'The list of a health check must start with "CMD",'),
  ),
  service(
    'limits-differ',
    'mem_limit: 64m\ndeploy: {resources: {limits: {memory: 32m}}}',
    at('conflicting_limits', 4, 16, 'Keep one of them.'),
  ),
  service(
    'container-name-scale',
    'container_name: one\nscale: 3',
    at('exclusive_keys', 4, 21, 'Remove one of the two.'),
  ),
  file(
    'container-name-twice',
    'services:\n  a: {image: img, container_name: same}\n  b: {image: img, container_name: same}\n',
    at('duplicate_name', 3, 35, 'Names must differ.'),
  ),
  service('negative-scale', 'scale: -1', at('invalid_value', 4, 12, 'The number of containers must be 0 or more.')),
  service(
    'extra-hosts-bad',
    'extra_hosts: ["nohost"]',
    at('bad_address', 4, 19, 'Write "name:address" or "name=address".'),
  ),
  service('pull-policy', 'pull_policy: build', at('publish_refused', 4, 18, 'Use always, missing or never.')),
];
