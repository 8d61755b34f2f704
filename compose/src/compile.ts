// Bundle + variables → the specification of an application, or every reason why there is none. Keys that cannot be
// carried are errors at their place; nothing is left out in silence.
import { applicationSpecSchema } from '@berth/contract/application-spec.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Bundle, Problem } from './bundle.ts';
import { filesOf } from './compile/files.ts';
import { placeOfPath } from './compile/place-of.ts';
import { optionalRecord, present, section, textRecord } from './compile/read.ts';
import { judgeKeys } from './compile/refused.ts';
import { compileService } from './compile/service.ts';
import type { Sources } from './compile/sources.ts';
import type { ComposeModel, Failed, ResolveOptions } from './resolve.ts';
import { resolveModel } from './resolve.ts';
import type { Node, Path, Place } from './tree/node.ts';
import { boolOf, entriesOf, get, isNull, itemsOf, pathText, textOf } from './tree/node.ts';
import type { Report } from './tree/report.ts';
import { createReport } from './tree/report.ts';
import { createStepBudget } from './values/ignore-patterns.ts';

export type CompileOptions = Omit<ResolveOptions, 'outside' | 'home'>;

export type Compiled = {
  readonly spec: ApplicationSpec;
  /** The name the files ask for, where they do. */
  readonly name?: string;
  readonly warnings: readonly Problem[];
  /** Where in the files a path such as `services.web.ports[0]` stands; for what is found out about the spec later. */
  readonly placeOf: (path: string) => Place | undefined;
};

/** Only files of the bundle are read, whatever the files name. Variables that are not set are errors by default. */
export const compileApplication = (bundle: Bundle, options: CompileOptions = {}): Compiled | Failed => {
  const resolved = resolveModel(bundle, { unsetVariables: 'error', ...options, outside: 'refuse' });
  if ('problems' in resolved) return resolved;
  const { model, warnings, lookup } = resolved;
  const report = createReport();
  const spec = compileModel(report, model, {
    bundle,
    lookup,
    name: model.name,
    ignoreBudget: createStepBudget(),
    digests: new Map(),
    contexts: new Map(),
    builds: 0,
  });
  if (spec === undefined || report.hasErrors()) return { problems: [...report.problems, ...warnings] };
  const asked = model.isNamed ? { name: model.name } : {};
  return {
    spec,
    ...asked,
    warnings: [...warnings, ...report.problems],
    placeOf: (path) => placeOfPath(model.root, path),
  };
};

const compileModel = (report: Report, model: ComposeModel, sources: Sources): ApplicationSpec | undefined => {
  judgeKeys(report, model);
  const services = section(model.root, 'services');
  if (services.length === 0)
    report.error(
      model.root.place,
      ['services'],
      'missing_key',
      'There is no service to publish. Add one under "services:".',
    );
  checkNames(report, model);
  const files = filesOf(report, model.root, sources);
  const names = new Set(services.map(([name]) => name));
  const draft = {
    services: Object.fromEntries(
      services.map(([name, node]) => [
        name,
        compileService(report, node, ['services', name], { sources, files, names }),
      ]),
    ),
    networks: withDefault(
      services,
      Object.fromEntries(section(model.root, 'networks').map(([name, node]) => [name, networkOf(report, name, node)])),
    ),
    volumes: Object.fromEntries(section(model.root, 'volumes').map(([name, node]) => [name, volumeOf(name, node)])),
    ...(Object.keys(files.specs).length === 0 ? {} : { files: files.specs }),
  };
  if (report.hasErrors()) return undefined;
  const parsed = applicationSpecSchema.safeParse(draft);
  if (parsed.success) return parsed.data;
  for (const issue of parsed.error.issues) {
    const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
    report.error(placeNear(model.root, path), path, 'invalid_value', `"${pathText(path)}": ${issue.message}.`);
  }
  return undefined;
};

/** A service on `network_mode: bridge` joins the application's own network, which then must exist. */
const withDefault = (
  services: readonly (readonly [string, Node])[],
  networks: Record<string, unknown>,
): Record<string, unknown> => {
  const isBridged = services.some(([, node]) => /^(?:bridge|default)$/.test(textOf(get(node, 'network_mode')) ?? ''));
  return isBridged && !Object.hasOwn(networks, 'default')
    ? { ...networks, default: { external: false, labels: {} } }
    : networks;
};

const placeNear = (root: Node, path: Path): Node['place'] => {
  let node: Node = root;
  for (const part of path) {
    const next = typeof part === 'number' ? itemsOf(node)[part] : get(node, part);
    if (next === undefined) break;
    node = next;
  }
  return node.place;
};

const namePattern = /^[A-Za-z0-9][A-Za-z0-9_.-]{0,62}$/;

const checkNames = (report: Report, model: ComposeModel): void => {
  for (const kind of ['services', 'networks', 'volumes', 'configs', 'secrets']) {
    for (const [name, { place }] of entriesOf(get(model.root, kind))) {
      if (namePattern.test(name)) continue;
      const message = `"${name}" cannot be a name: start with a letter or digit, go on with letters, digits, "_", "." and "-", 63 at most.`;
      report.error(place, [kind, name], 'bad_name', message);
    }
  }
};

const isExternal = (node: Node): boolean => boolOf(get(node, 'external')) === true;

const nameOf = (key: string, node: Node): string | undefined =>
  textOf(get(node, 'name')) || (isExternal(node) ? key : undefined);

const networkOf = (report: Report, key: string, node: Node): Record<string, unknown> => {
  const ipv4 = get(node, 'enable_ipv4');
  if (boolOf(ipv4) === false) {
    const message = '"enable_ipv4: false" is refused: engines of this platform give every network IPv4. Leave it out.';
    report.error(ipv4?.place, ['networks', key, 'enable_ipv4'], 'publish_refused', message);
  }
  return present({
    external: isExternal(node),
    name: nameOf(key, node),
    driver: textOf(get(node, 'driver')) || undefined,
    driverOptions: optionalRecord(get(node, 'driver_opts')),
    internal: boolOf(get(node, 'internal')),
    attachable: boolOf(get(node, 'attachable')),
    enableIpv6: boolOf(get(node, 'enable_ipv6')),
    labels: textRecord(get(node, 'labels')),
    ipam: ipamOf(get(node, 'ipam')),
  });
};

const ipamOf = (node: Node | undefined): unknown => {
  if (node === undefined || isNull(node)) return undefined;
  return present({
    driver: textOf(get(node, 'driver')) || undefined,
    config: itemsOf(get(node, 'config')).map((item) =>
      present({
        subnet: textOf(get(item, 'subnet')),
        gateway: textOf(get(item, 'gateway')),
        ipRange: textOf(get(item, 'ip_range')),
        auxAddresses: optionalRecord(get(item, 'aux_addresses')),
      }),
    ),
  });
};

const volumeOf = (key: string, node: Node): Record<string, unknown> =>
  present({
    external: isExternal(node),
    name: nameOf(key, node),
    driver: textOf(get(node, 'driver')) || undefined,
    driverOptions: optionalRecord(get(node, 'driver_opts')),
    labels: textRecord(get(node, 'labels')),
  });
