// docs/compose.md: every key of Compose with its class, made from the tables the library itself goes by, and where we
// differ from other programs that read the same files.
import { contextBytesMax, contextFilesMax } from '@berth/compose/build-context.ts';
import { buildsMax } from '@berth/compose/compile/build.ts';
import { fileBytesMax, filesBytesMax, grantedBytesMax } from '@berth/compose/compile/files.ts';
import { disagreements } from '@berth/compose/conformance/disagreements.ts';
import { firstFormatClass, keyClasses, keyClassNames, type KeyClass } from '@berth/compose/key-classes.ts';
import { firstFormatKeys } from '@berth/compose/load/first-format.ts';
import { servicesMax } from '@berth/compose/load/load.ts';
import { fileBytesMax as yamlBytesMax, fileLinesMax, nestingMax, nodesMax } from '@berth/compose/tree/limits.ts';
import { documentsMax } from '@berth/compose/tree/full-yaml.ts';

export const composeReference = (): string =>
  [
    '# Compose files',
    '',
    'Generated from `compose/src/key-*.ts` and `compose/src/conformance/disagreements.ts` by `npm run gen`; change it there.',
    '',
    ...introduction,
    ...sections.flatMap(({ title, prefix, except }) => [
      `## ${title}`,
      '',
      ...keyTable([...keyClasses].filter(([key]) => belongs(key, prefix, except))),
    ]),
    '## The first format',
    '',
    'A file without `version` whose top level holds services. Keys not named here mean what they mean under `services`.',
    '',
    ...keyTable(onlyInFirstFormat()),
    ...limits,
    ...differences(),
  ].join('\n');

const introduction: readonly string[] = [
  'Berth reads all formats there have been: the first one (1), 2.x, 3.x and the Compose Specification. Every key is in one',
  'of four classes, and a test fails when the schema gains a key that has none. No key is dropped in silence.',
  '',
  '| class | what happens |',
  '|---|---|',
  '| done | it means what it means to `docker compose` |',
  '| done differently | it is accepted, and a warning at its place says what it means here |',
  '| needs a policy grant | it is carried out where the policy profile of the environment allows it, else refused |',
  '| refused | the file is refused, with the reason, at its place |',
  '',
  `Of ${keyClasses.size} keys: ${keyClassNames.map((name) => `${countOf(name)} ${name}`).join(', ')}.`,
  '',
  '*Since* is the format that brought the key; two numbers where the lines 2.x and 3.x both have it.',
  '',
];

function countOf(name: string): number {
  return [...keyClasses.values()].filter((value) => value.class === name).length;
}

type Section = { readonly title: string; readonly prefix: string; readonly except?: string };
const sections: readonly Section[] = [
  { title: 'Services', prefix: 'services.*.', except: 'services.*.build.' },
  { title: 'Builds', prefix: 'services.*.build.' },
  { title: 'Networks', prefix: 'networks.' },
  { title: 'Volumes', prefix: 'volumes.' },
  { title: 'Configs', prefix: 'configs.' },
  { title: 'Secrets', prefix: 'secrets.' },
  { title: 'Everything else', prefix: '' },
];

const belongs = (key: string, prefix: string, except: string | undefined): boolean => {
  if (prefix !== '') return key.startsWith(prefix) && (except === undefined || !key.startsWith(except));
  return !sections.some((section) => section.prefix !== '' && key.startsWith(section.prefix));
};

const keyTable = (rows: readonly (readonly [string, KeyClass])[]): readonly string[] => [
  '| key | class | since | note |',
  '|---|---|---|---|',
  ...rows
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, value]) => `| \`${key}\` | ${value.class} | ${sinceText(value.since)} | ${cell(value.note)} |`),
  '',
];

const sinceText = (since: string): string => (since === 'specification' ? 'spec.' : since);
const cell = (text: string): string => text.replaceAll('|', '\\|');

const onlyInFirstFormat = (): readonly (readonly [string, KeyClass])[] =>
  firstFormatKeys.flatMap((key) => {
    const value = firstFormatClass(key);
    return value === undefined || value === keyClasses.get(`services.*.${key}`) ? [] : [[key, value] as const];
  });

const inKib = (bytes: number): string => `${bytes / 1024} KiB`;
const inMib = (bytes: number): string => `${bytes / 1024 / 1024} MiB`;

const limits: readonly string[] = [
  '## Limits',
  '',
  'Judged before anything is parsed, or while it is; whoever breaks one is told which, and where.',
  '',
  '| what | at most |',
  '|---|---|',
  `| a Compose or environment file | ${inKib(yamlBytesMax)}, ${fileLinesMax} lines, ${nestingMax} levels, ${documentsMax} documents |`,
  `| values of all files, each alias counted as often as it is used | ${nodesMax} |`,
  `| services | ${servicesMax}, of which ${buildsMax} built |`,
  `| the files one image is built from | ${contextFilesMax}, ${inMib(contextBytesMax)} |`,
  `| a config or secret; those of one service; all | ${inKib(fileBytesMax)}; ${inMib(grantedBytesMax)}; ${inMib(filesBytesMax)} |`,
  '',
];

/** What no single file shows: how the platform goes about things. */
const ways: readonly (readonly [string, string, string])[] = [
  [
    '`${NAME}` and names without a value',
    'come from the publication and from `.env` in the bundle, or the files that take its place; one that is not set is an error',
    'The environment of a server is nobody’s input, and an empty value in place of a password is a fault found too late.',
  ],
  [
    'files (`env_file`, `extends`, `include`, `build`, `configs`, `secrets`)',
    'come from the bundle that was published; addresses and paths out of it are refused',
    'A file must not read the disk of the server, nor make it fetch anything.',
  ],
  [
    'bind mounts of paths such as `./data`',
    'are refused by the policy; those of granted folders of the host are possible',
    'There is no folder beside the file: it was published from elsewhere. Volumes keep data.',
  ],
  [
    'names of containers',
    'are made of application, service and number; `container_name` becomes an alias on the networks',
    'Names on an engine are shared by all applications, and an upgrade may need two containers side by side.',
  ],
  [
    '`links`',
    'give a name on the application’s network, in all formats',
    'Engines have given up the old links, and a name that is looked up follows a container that is replaced.',
  ],
  [
    '`network_mode: bridge` and, in the first format, `net: bridge` or nothing',
    'mean the application’s own network; a container that is imported from the engine’s bridge stays there until it is made anew',
    'The engine’s bridge is shared by everybody, and nobody is found there by name.',
  ],
  [
    '`depends_on` with conditions',
    'is waited for at every start and every upgrade, not only by the first command',
    'The platform starts containers whenever it has to, and nobody is there to type the command again.',
  ],
  [
    '`restart: no` and services that end',
    'have finished, and count as well; they run again when somebody publishes or starts anew',
    'An initialisation that has ended is not a failure.',
  ],
  [
    '`build`',
    'is done on the host by the classic builder, from the files of the bundle without its Compose files; the image is named by a hash of all that goes in',
    'What did not change is not built again, and a revision finds its own image again years later.',
  ],
  [
    'modes of files in a build',
    'are 0755 for scripts that begin with `#!` and for programs, 0644 for the rest',
    'A bundle has names and bytes, and no modes to take over.',
  ],
  [
    '`uid`, `gid` and `mode` of configs and secrets',
    'are followed',
    '`docker compose` mounts the file as it lies on disk; a bundle has no owner to take over.',
  ],
  [
    '`deploy.update_config`',
    'is followed for plain containers, as a Swarm does for its own; `pause` holds the upgrade until somebody decides',
    'An upgrade that nobody asked to stop half-way is what rules for updates are for.',
  ],
];

const oracleNames = {
  'compose-1.29': 'docker-compose 1.29',
  'compose-2': 'Docker Compose 2',
  stack: 'docker stack',
} as const;

const differences = (): readonly string[] => [
  '## Where we differ from docker compose',
  '',
  'How the platform goes about things:',
  '',
  '| what | here | why |',
  '|---|---|---|',
  ...ways.map((row) => `| ${row.map(cell).join(' | ')} |`),
  '',
  'How files are read. Each row is a case of the conformance suite; `npm run compose:conformance -- --oracle` holds us against',
  'those programs, and a difference that is not listed here is a failure.',
  '',
  '| program | given | it | we | why |',
  '|---|---|---|---|---|',
  ...disagreements.map(
    ({ oracle, input, they, we, why }) => `| ${[oracleNames[oracle], input, they, we, why].map(cell).join(' | ')} |`,
  ),
  '',
];
