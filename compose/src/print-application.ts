// An application as one Compose file that says all of it again: publishing what is printed here gives the very same
// specification, so an export loses nothing. Names of engine objects that were taken over are left out.
import type { ApplicationSpec, FileSpec, NetworkSpec, VolumeSpec } from '@berth/contract/application-spec.ts';
import { changed, escaped, escapedTexts, filled, present } from './printing/fields.ts';
import { printService } from './printing/service.ts';
import type { Plain } from './printing/yaml-text.ts';
import { yamlText } from './printing/yaml-text.ts';
import { decodeBase64, encodeBase64, textOfBytes } from './values/base64.ts';

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
  const document = present({
    name: /^[a-z0-9][a-z0-9_-]*$/.test(name) ? name : undefined,
    services: changed(spec.services, printService),
    networks: filled(changed(spec.networks, printNetwork)),
    volumes: filled(changed(spec.volumes, printVolume)),
    configs: filled(filesOf(carried, spec, 'config')),
    secrets: filled(filesOf(carried, spec, 'secret')),
  });
  const main = freeName(carried, 'compose', '.yaml');
  return { bundle: bundleOf(carried, main, yamlText(document)), variables: carried.variables };
};

/** What goes along with the Compose file. */
type Carried = {
  readonly files: Map<string, string | Uint8Array>;
  readonly variables: Record<string, string>;
};

const freeName = (carried: Carried, stem: string, end: string): string => {
  const isFree = (candidate: string): boolean => !carried.files.has(candidate);
  if (isFree(stem + end)) return stem + end;
  // One more try than there are files always finds one.
  for (let count = 2; count <= carried.files.size + 2; count += 1)
    if (isFree(`${stem}-${count}${end}`)) return `${stem}-${count}${end}`;
  return stem + end;
};

const bundleOf = (carried: Carried, main: string, document: string): PrintedApplication['bundle'] => {
  const files: Record<string, string> = { [main]: document };
  const binaries: Record<string, string> = {};
  for (const [name, content] of carried.files) {
    const text = typeof content === 'string' ? content : textOfBytes(content);
    if (text !== undefined && text.length <= textCharactersMax) files[name] = text;
    else binaries[name] = encodeBase64(typeof content === 'string' ? new TextEncoder().encode(content) : content);
  }
  return { files, ...(Object.keys(binaries).length === 0 ? {} : { binaries }), main: [main] };
};

/** A bundle's texts are bounded; longer ones travel as bytes. */
const textCharactersMax = 262_144;

const printNetwork = (network: NetworkSpec): Plain =>
  present({
    name: escaped(network.name),
    external: network.external ? true : undefined,
    driver: escaped(network.driver),
    driver_opts: filled(escapedTexts(network.driverOptions)),
    internal: network.internal,
    attachable: network.attachable,
    enable_ipv6: network.enableIpv6,
    labels: filled(escapedTexts(network.labels)),
    ipam: network.ipam && {
      ...present({ driver: escaped(network.ipam.driver) }),
      config: network.ipam.config.map((pool) =>
        present({
          subnet: escaped(pool.subnet),
          gateway: escaped(pool.gateway),
          ip_range: escaped(pool.ipRange),
          aux_addresses: filled(escapedTexts(pool.auxAddresses)),
        }),
      ),
    },
  });

const printVolume = (volume: VolumeSpec): Plain =>
  present({
    name: escaped(volume.name),
    external: volume.external ? true : undefined,
    driver: escaped(volume.driver),
    driver_opts: filled(escapedTexts(volume.driverOptions)),
    labels: filled(escapedTexts(volume.labels)),
  });

const filesOf = (carried: Carried, spec: ApplicationSpec, kind: 'config' | 'secret'): Record<string, Plain> =>
  Object.fromEntries(
    Object.entries(spec.files ?? {})
      .filter(([, file]) => file.kind === kind)
      .map(([key, file]) => {
        const name = key.slice(kind.length + 1);
        return [name, sourceOf(carried, name, file)];
      }),
  );

/** Only a config can have its text in the Compose file itself; a secret without a source gets a file of its own. */
const sourceOf = (carried: Carried, name: string, file: FileSpec): Plain => {
  const bytes = decodeBase64(file.content) ?? new Uint8Array();
  const text = textOfBytes(bytes);
  if (file.fromVariable !== undefined && text !== undefined) {
    carried.variables[file.fromVariable] = text;
    return { environment: file.fromVariable };
  }
  if (file.fromFile === undefined && file.kind === 'config' && text !== undefined && text.length <= inlineCharactersMax)
    return { content: escaped(text) };
  const path = file.fromFile ?? freeName(carried, `${file.kind}s/${name}`, '');
  carried.files.set(path, bytes);
  return { file: escaped(/^[./~]/.test(path) ? path : `./${path}`) };
};

/** The Compose file has to stay below the bounds of a Compose file. */
const inlineCharactersMax = 16_384;
