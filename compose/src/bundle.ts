// What goes into the Compose library and what comes out when something is wrong: a bundle of files by clean relative
// name, and problems that say where they are and what to do. Nothing here knows a disk.

/** The files of one publish. `main` names the Compose files in merge order; they are names in `files`. */
export type Bundle = {
  readonly files: ReadonlyMap<string, string | Uint8Array>;
  /** Files that are no text, as base64; for builds, configs and secrets. */
  readonly binaries?: ReadonlyMap<string, string>;
  readonly main: readonly string[];
  /** Files that take the place of `.env`; empty: none does. */
  readonly envFiles?: readonly string[];
};

/** A bundle as it crosses the wire. */
export type WrittenBundle = {
  readonly files: Readonly<Record<string, string>>;
  readonly binaries?: Readonly<Record<string, string>> | undefined;
  readonly main: readonly string[];
  readonly envFiles?: readonly string[] | undefined;
};

export const readBundle = ({ files, binaries, main, envFiles }: WrittenBundle): Bundle => ({
  files: new Map(Object.entries(files)),
  binaries: new Map(Object.entries(binaries ?? {})),
  main,
  ...(envFiles === undefined ? {} : { envFiles }),
});

/** The part of a bundle the library reads. The command line hands over the caller's own disk in this shape. */
export type BundleSource = {
  readonly files: Pick<ReadonlyMap<string, string | Uint8Array>, 'get'>;
  readonly main: readonly string[];
  readonly envFiles?: readonly string[];
};

export type Problem = {
  readonly severity: 'error' | 'warning';
  readonly code: ProblemCode;
  /** Says what is wrong and what to do about it, for the person who wrote the file. */
  readonly message: string;
  readonly file?: string;
  /** Counted from 1, as editors show them. */
  readonly line?: number;
  readonly column?: number;
  /** Where in the model: `services.web.ports[0]`. */
  readonly path?: string;
};

/** Every code a problem can have, with its meaning. A code never changes its meaning. */
export const problemCodes = {
  too_large: 'a file has more bytes than allowed',
  too_many_lines: 'a file has more lines than allowed',
  too_deep: 'a file nests deeper than allowed',
  too_many_nodes: 'a file holds more values, aliases included, than allowed',
  too_many_documents: 'a file holds more YAML documents than allowed',
  too_many_services: 'there are more services than allowed',
  too_many_files: 'more files are included or extended than allowed',
  not_text: 'a file is not UTF-8 text',
  yaml_syntax: 'a file is not YAML',
  unknown_alias: 'an alias names no anchor, or its own surroundings',
  unknown_tag: 'a YAML tag is not one of Compose',
  duplicate_key: 'a mapping has the same key twice',
  key_not_text: 'a key of a mapping is not text',
  empty_file: 'a file holds no document',
  not_a_mapping: 'the top level of a file is not a mapping',
  no_main_file: 'no Compose file was named',
  mixed_eras: 'files of the first Compose format and of later ones are mixed',
  unknown_key: 'a key is not one of Compose',
  wrong_type: 'a value has the wrong type',
  invalid_value: 'a value is not one of those allowed',
  missing_key: 'a required key is missing',
  bad_interpolation: 'a ${…} expression is malformed',
  required_variable: 'a variable marked as required is not set',
  unset_variable: 'a variable is not set',
  bad_cast: 'a value does not read as the type its key has',
  file_missing: 'a file that is named is not in the bundle',
  outside_bundle: 'a path leads out of the bundle',
  remote_file: 'a file is named by a network address',
  env_file_syntax: 'a line of an environment file is malformed',
  extends_cycle: 'services extend one another in a circle',
  extends_unknown: 'a service extends one that does not exist',
  include_cycle: 'files include one another in a circle',
  include_conflict: 'an included file defines something anew with other content',
  merge_conflict: 'two files give a key values of different kinds',
  bad_port: 'a port is malformed',
  bad_volume: 'a volume is malformed',
  bad_duration: 'a duration is malformed',
  bad_size: 'a size is malformed',
  bad_command: 'a command line is malformed',
  bad_name: 'a name is malformed',
  bad_address: 'an address is malformed',
  undefined_service: 'a service that is named does not exist',
  undefined_network: 'a network that is named is not declared',
  undefined_volume: 'a volume that is named is not declared',
  undefined_secret: 'a secret that is named is not declared',
  undefined_config: 'a config that is named is not declared',
  undefined_model: 'a model that is named is not declared',
  inactive_service: 'an active service depends on one whose profile is not active',
  dependency_cycle: 'services depend on one another in a circle',
  exclusive_keys: 'keys that exclude one another are given together',
  conflicting_limits: 'the old and the new spelling of one limit differ',
  missing_image: 'a service has neither an image nor a build',
  duplicate_name: 'a name that must be unique is given twice',
  obsolete_key: 'a key is read and has no effect any more',
  shell_syntax: 'a command looks as if a shell would run it',
  ambiguous_value: 'a value is kept as written where programs differ',
  needless_value: 'a value has no effect where it stands',
  duplicate_port: 'two services publish the same port of the host',
  publish_refused: 'a key or value cannot be published',
  too_much_to_build: 'the files of a build are more, or larger, than allowed',
} as const;
export type ProblemCode = keyof typeof problemCodes;
