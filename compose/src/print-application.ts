// An application as one Compose file that says all of it again: publishing what is printed here gives the very same
// specification, so an export moves nowhere and loses nothing. Names of engine objects that were taken over are left out.
import { Buffer } from 'node:buffer';
import type { ApplicationSpec, FileSpec, NetworkSpec, VolumeSpec } from '@berth/contract/application-spec.ts';
import type { Plain } from './print.ts';
import { yamlText } from './print.ts';
import { escapedTexts, kept, printService } from './printing/service.ts';

export type PrintedApplication = {
  readonly bundle: {
    readonly files: Record<string, string>;
    /** Base64. */
    readonly binaries?: Record<string, string>;
    readonly main: [string];
  };
  /** What configs and secrets take from variables. */
  readonly variables: Record<string, string>;
};

/** `contextFiles`: the files its builds are made of, by their names in the bundle they came with. */
export const printApplication = (
  spec: ApplicationSpec,
  name: string,
  contextFiles: ReadonlyMap<string, string | Uint8Array> = new Map(),
): PrintedApplication => {
  const carried: Carried = { files: new Map(contextFiles), variables: {} };
  const configs: Record<string, Plain> = {};
  const secrets: Record<string, Plain> = {};
  for (const [key, file] of Object.entries(spec.files ?? {})) {
    const source = printFile(carried, key.slice(key.indexOf(':') + 1), file);
    (file.kind === 'config' ? configs : secrets)[key.slice(key.indexOf(':') + 1)] = source;
  }
  const document = kept({
    name: /^[a-z0-9][a-z0-9_-]*$/.test(name) ? name : undefined,
    services: mapRecord(spec.services, printService),
    networks: filled(mapRecord(spec.networks, printNetwork)),
    volumes: filled(mapRecord(spec.volumes, printVolume)),
    configs: filled(configs),
    secrets: filled(secrets),
  });
  const main = mainNames.find((candidate) => !carried.files.has(candidate)) ?? 'compose.yaml';
  return { bundle: bundleOf(carried, main, yamlText(document)), variables: carried.variables };
};

/** A build on the whole bundle may hold a file of that name; it is the one that was published, and this one stands for it. */
const mainNames: readonly string[] = ['compose.yaml'];

type Carried = {
  readonly files: Map<string, string | Uint8Array>;
  readonly variables: Record<string, string>;
};

const bundleOf = (carried: Carried, main: string, text: string): PrintedApplication['bundle'] => {
  const files: Record<string, string> = {};
  const binaries: Record<string, string> = {};
  for (const [name, content] of carried.files) {
    if (typeof content === 'string') files[name] = content;
    else {
      const asText = textOfBytes(Buffer.from(content));
      if (asText !== undefined) files[name] = asText;
      else binaries[name] = Buffer.from(content).toString('base64');
    }
  }
  files[main] = text;
  return { files, ...(Object.keys(binaries).length === 0 ? {} : { binaries }), main: [main] };
};

const textMax = 200_000;

/** undefined: these bytes are no text, or too many for the texts of a bundle. */
const textOfBytes = (bytes: Uint8Array): string | undefined => {
  if (bytes.length > textMax) return undefined;
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return undefined;
  }
};
