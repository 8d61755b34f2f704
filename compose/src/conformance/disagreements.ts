// Where other programs read a file in another way than we do, and why we do not follow. Printed in docs/compose.md, and
// checked by `npm run compose:conformance -- --oracle`: a difference that is not listed here is a failure.

export type Disagreement = {
  readonly oracle: 'compose-1.29' | 'compose-2' | 'stack';
  /** Conformance cases that show it. */
  readonly cases: readonly string[];
  readonly input: string;
  readonly they: string;
  readonly we: string;
  readonly why: string;
  /** They do not always give the same answer. */
  readonly isUnsteady?: boolean;
};

export const disagreements: readonly Disagreement[] = [
  {
    oracle: 'compose-1.29',
    cases: ['k-env-bool'],
    input: '`environment: {A: true}`',
    they: 'refuse the file',
    we: 'take the word `true`',
    why: 'Later programs take it, files have it, and there is only one thing it can mean.',
  },
  {
    oracle: 'compose-1.29',
    cases: ['k-service-named-services'],
    input: 'a file of the first format with a service called `services`',
    they: 'take it for the section of that name and refuse the file',
    we: 'see that it holds no services, and read the first format',
    why: 'The file is right.',
  },
  {
    oracle: 'compose-1.29',
    cases: ['k-volume-driver'],
    input: '`volume_driver` in the first format',
    they: 'print it on the service, where no later format has it',
    we: 'print it as the `driver` of the volumes of the service',
    why: 'What is printed has to be a file that can be read again.',
  },
  {
    oracle: 'compose-1.29',
    cases: ['own-v1-interpolation'],
    input: '`${A:-x}` in the first format',
    they: 'know defaults from version 2.1 on',
    we: 'know them in every format',
    why: 'Later programs do, and the text means nothing else.',
  },
  {
    oracle: 'compose-1.29',
    cases: ['own-v3-port-too-big'],
    input: '`ports: ["65536:80"]`',
    they: 'accept it',
    we: 'refuse it',
    why: 'There is no such port; the start would fail half-way.',
  },
  {
    oracle: 'compose-1.29',
    cases: ['own-v3-undeclared-network'],
    input: 'a service on a network that is not declared',
    they: 'accept the file when they only print it, and fail at the start',
    we: 'refuse it at once',
    why: 'A mistake is best told before anything is done.',
  },
  {
    oracle: 'compose-2',
    cases: ['c-dq-backslash-n'],
    input: '`command: sh -c "printf \'a\\n\'"`',
    they: 'drop the backslash',
    we: 'keep it, as a shell does between double quotes',
    why: 'The program would get another text than the one written.',
  },
  {
    oracle: 'compose-2',
    cases: ['c-paren'],
    input: 'a command line with parentheses',
    they: 'refuse the file',
    we: 'take them as characters of a word',
    why: 'No shell runs the line, so they mean nothing special.',
  },
  {
    oracle: 'compose-2',
    cases: ['c-redirect', 'c-semicolon'],
    input: 'a command line with `>`, `|`, `&&` or `;`',
    they: 'cut the line off there and say nothing',
    we: 'keep all words, and warn that no shell runs them',
    why: 'Half a command is never what was meant.',
  },
  {
    oracle: 'compose-2',
    cases: ['i-default-lazy-required'],
    input: '`${A:-${B:?say B}}` with A set',
    they: 'ask for B all the same',
    we: 'leave the branch alone that is not taken',
    why: 'A default is for when it is needed.',
  },
  {
    oracle: 'compose-2',
    cases: ['p-ipv6-bare'],
    input: '`ports: ["::1:6001:6001"]`',
    they: 'refuse it',
    we: 'read the address `::1`, and hint at the brackets',
    why: 'docker-compose 1.29 reads it, and files have it.',
  },
  {
    oracle: 'compose-2',
    cases: ['v-one-letter'],
    input: '`volumes: ["d:/d"]` with a volume called `d`',
    they: 'see a drive of Windows, and an unnamed volume at `d:/d`',
    we: 'mount the volume `d`',
    why: 'Hosts run Linux.',
  },
  {
    oracle: 'compose-2',
    cases: ['own-v2-blkio'],
    input: '`blkio_config`',
    they: 'print `Path` and `Rate`, which they do not read again',
    we: 'print `path` and `rate`',
    why: 'What is printed has to be a file that can be read again.',
  },
  {
    oracle: 'stack',
    cases: ['own-v3-no-image'],
    input: 'a service without an image',
    they: 'accept the file when they only print it',
    we: 'refuse it',
    why: 'A mistake is best told before anything is done.',
  },
  {
    oracle: 'stack',
    cases: ['own-v3-undeclared-network'],
    input: 'a service on a network that is not declared',
    they: 'accept the file when they only print it',
    we: 'refuse it',
    why: 'A mistake is best told before anything is done.',
  },
  {
    oracle: 'stack',
    cases: ['own-v3-port-range', 'real-jitsi'],
    input: '`ports: ["127.0.0.1:80:80"]`',
    they: 'drop the address, and the port is open to the world',
    we: 'keep it',
    why: 'An address is named to keep others out.',
  },
  {
    oracle: 'stack',
    cases: ['real-n8n', 'real-temporal'],
    input: '`${VARIABLE}` with a value in `.env`',
    they: 'read no `.env`, and fill in nothing',
    we: 'read it, as Compose does',
    why: 'The file was written for Compose.',
  },
  {
    oracle: 'stack',
    cases: ['real-chat-desk', 'real-paperless'],
    input: '`A="b c"` in a file of `env_file`',
    they: 'keep the quotes as part of the value',
    we: 'take them off, as Compose does; `format: raw` keeps them',
    why: 'The file was written for Compose.',
  },
  {
    oracle: 'stack',
    cases: ['real-clickhouse', 'real-home-assistant', 'real-mongo-replica'],
    input:
      'a key of 2.x or of the specification under `version: "3"`: `ipam.config.gateway`, `group_add`, `start_interval`',
    they: 'refuse the file',
    we: 'take all keys in all formats but the first',
    why: 'Compose does since 1.27, and files of that kind are everywhere.',
  },
  {
    oracle: 'compose-1.29',
    cases: ['real-mongo-replica'],
    input: 'a key that is newer than the program: `start_interval`',
    they: 'refuse the file',
    we: 'know it',
    why: 'It came after that program.',
  },
  {
    oracle: 'compose-2',
    cases: ['x-override-tag'],
    input: '`!override` in a service that extends another',
    they: 'forget it on some runs',
    we: 'let it replace what was inherited',
    why: 'That is what the tag is for.',
    isUnsteady: true,
  },
  {
    oracle: 'compose-1.29',
    cases: ['real-harbor-like'],
    input: '`volumes: ["/data/:/data"]`',
    they: 'print the path of the host without the slash at its end',
    we: 'print it as it is written, as Compose 2 does',
    why: 'It is the same folder.',
  },
];
