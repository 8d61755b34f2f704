// Ports in all their forms → `{mode, host_ip, target, published, protocol}`, one entry for each port inside the
// container. A host address that is no address is an error: it must never become "all interfaces".
import type { Entry, Node, Path } from '#tree/node.ts';
import { get, list, map, scalar, scalarText, set, textOf } from '#tree/node.ts';
import type { Report } from '#tree/report.ts';

export const ports = (report: Report, node: Node, path: Path): Node => {
  if (node.kind !== 'list') return node;
  const items: Node[] = [];
  for (const [index, item] of node.items.entries()) {
    const at = [...path, index];
    if (item.kind === 'map') items.push(longPort(report, item, at));
    else if (item.kind === 'scalar' && item.value !== null)
      items.push(...shortPorts(report, item, scalarText(item), at));
    if (items.length > portsMax) break;
  }
  if (items.length <= portsMax) return list(items, node.place);
  report.error(node.place, path, 'bad_port', `A service has more than ${portsMax} ports. Use a network instead.`);
  // They count among those of all services, so that many such services end soon.
  return list(items, node.place);
};

/** Every port costs an engine a listening process or a rule. */
export const portsMax = 2000;

const protocols = ['tcp', 'udp', 'sctp'];

const longPort = (report: Report, node: Node & { kind: 'map' }, path: Path): Node => {
  let result = node;
  const target = portNumber(get(node, 'target'));
  if (target === undefined) {
    const message = 'A port needs "target": the port inside the container, from 1 to 65535.';
    report.error(get(node, 'target')?.place ?? node.place, path, 'bad_port', message);
  } else result = set(result, 'target', scalar(target, get(node, 'target')?.place ?? node.place));
  const published = get(node, 'published');
  if (published?.kind === 'scalar' && published.value !== null) {
    const text = scalarText(published);
    if (text !== '' && text !== '0' && readRange(text) === undefined)
      report.error(
        published.place,
        [...path, 'published'],
        'bad_port',
        `"${text}" is no port. Use 1 to 65535, or a range.`,
      );
    result = set(result, 'published', scalar(text, published.place));
  }
  checkProtocol(report, get(node, 'protocol'), path);
  checkAddress(report, get(node, 'host_ip'), path);
  if (get(node, 'mode') === undefined) result = set(result, 'mode', scalar('ingress', node.place));
  if (!textOf(get(node, 'protocol'))) result = set(result, 'protocol', scalar('tcp', node.place));
  return result;
};

const portNumber = (node: Node | undefined): number | undefined => {
  if (node?.kind !== 'scalar' || node.value === null) return undefined;
  const range = readRange(scalarText(node));
  return range !== undefined && range.from === range.to ? range.from : undefined;
};

const checkProtocol = (report: Report, node: Node | undefined, path: Path): void => {
  const text = textOf(node);
  if (node === undefined || !text || protocols.includes(text.toLowerCase())) return;
  report.error(node.place, [...path, 'protocol'], 'bad_port', `"${text}" is no protocol. Use tcp, udp or sctp.`);
};

const checkAddress = (report: Report, node: Node | undefined, path: Path): void => {
  const text = textOf(node);
  if (node === undefined || text === undefined || text === '' || isAddress(text)) return;
  report.error(
    node.place,
    [...path, 'host_ip'],
    'bad_address',
    `"${text}" is no IP address. Ports listen on addresses.`,
  );
};

export const isAddress = (text: string): boolean => isIpv4(text) || isIpv6(text);

const isIpv4 = (text: string): boolean => {
  const parts = text.split('.');
  return parts.length === 4 && parts.every((part) => /^(?:0|[1-9]\d{0,2})$/.test(part) && Number(part) <= 255);
};

const isIpv6 = (text: string): boolean => {
  if (!/^[0-9a-fA-F:.]+$/.test(text) || !text.includes(':') || text.length > 45) return false;
  const halves = text.split('::');
  if (halves.length > 2) return false;
  const groups = halves.flatMap((half) => (half === '' ? [] : half.split(':')));
  const last = groups.at(-1) ?? '';
  const hasIpv4 = last.includes('.');
  const count = groups.length + (hasIpv4 ? 1 : 0);
  const isFine = groups.every(
    (group, index) => /^[0-9a-fA-F]{1,4}$/.test(group) || (index === groups.length - 1 && isIpv4(group)),
  );
  return isFine && (halves.length === 2 ? count < 8 : count === 8);
};

type Range = { readonly from: number; readonly to: number };

export const readRange = (text: string): Range | undefined => {
  const match = /^0{0,20}(\d{1,5})(?:-0{0,20}(\d{1,5}))?$/.exec(text);
  if (match === null) return undefined;
  const from = Number(match[1]);
  const to = Number(match[2] ?? match[1]);
  return from > 0 && to >= from && to <= 65_535 ? { from, to } : undefined;
};

const shortPorts = (report: Report, node: Node, text: string, path: Path): readonly Node[] => {
  const parsed = parseShort(text);
  if ('fault' in parsed) {
    report.error(node.place, path, parsed.code ?? 'bad_port', parsed.fault);
    return [];
  }
  if (parsed.hint !== undefined) report.warn(node.place, path, 'ambiguous_value', parsed.hint);
  return expand(parsed, node);
};

type Short = {
  readonly hostIp: string;
  readonly published: Range | undefined;
  readonly target: Range;
  readonly protocol: string;
  readonly hint?: string;
};
type Fault = { readonly fault: string; readonly code?: 'bad_port' | 'bad_address' };

const forms = 'Write "8080:80", "127.0.0.1:8080:80", "8000-8002:80-82" or "53:53/udp".';

const parseShort = (text: string): Short | Fault => {
  const slash = text.indexOf('/');
  const protocol = slash < 0 ? 'tcp' : text.slice(slash + 1).toLowerCase() || 'tcp';
  if (protocol.includes(':')) {
    const fault = `The port "${text}" names a network, and ports listen on one address. ${forms}`;
    return { fault, code: 'bad_address' };
  }
  if (!protocols.includes(protocol))
    return { fault: `The port "${text}" has no known protocol. Use /tcp, /udp or /sctp.` };
  const split = splitParts(slash < 0 ? text : text.slice(0, slash));
  if (split === undefined) return { fault: `The port "${text}" is malformed. ${forms}` };
  const { hostIp, published: host, target: container } = split;
  if (hostIp !== '' && !isAddress(hostIp))
    return { fault: `The port "${text}" names "${hostIp}", which is no IP address. ${forms}`, code: 'bad_address' };
  const target = readRange(container);
  if (target === undefined)
    return { fault: `"${container}" in the port "${text}" is no port from 1 to 65535. ${forms}` };
  // Port 0 leaves the choice to the engine.
  const published = host === '' ? undefined : host === '0' ? { from: 0, to: 0 } : readRange(host);
  if (host !== '' && published === undefined)
    return { fault: `"${host}" in the port "${text}" is no port from 1 to 65535. ${forms}` };
  const lengths = [target, published ?? target].map(({ from, to }) => to - from);
  if (lengths[0] !== lengths[1] && lengths[0] !== 0)
    return { fault: `The ranges of the port "${text}" have different lengths. Make them equal.` };
  const hint = split.isBareIpv6 ? `Write the IPv6 address in brackets: "[${hostIp}]:…".` : undefined;
  return { hostIp, published, target, protocol, ...(hint === undefined ? {} : { hint }) };
};

type Parts = { hostIp: string; published: string; target: string; isBareIpv6: boolean };

const splitParts = (text: string): Parts | undefined => {
  const brackets = /^\[([^\]]*)\]:(?:([^:]*):)?([^:]*)$/.exec(text);
  if (brackets !== null)
    return { hostIp: brackets[1] ?? '', published: brackets[2] ?? '', target: brackets[3] ?? '', isBareIpv6: false };
  const parts = text.split(':');
  const target = parts.pop() ?? '';
  const published = parts.pop() ?? '';
  const hostIp = parts.join(':');
  return { hostIp, published, target, isBareIpv6: parts.length > 1 };
};

const expand = (short: Short, node: Node): readonly Node[] => {
  const made: Node[] = [];
  const isPairwise = short.published !== undefined && short.target.to > short.target.from;
  // One more than allowed is enough to know, and a range must not cost more than that.
  const steps = Math.min(short.target.to - short.target.from, portsMax);
  for (let step = 0; step <= steps; step += 1) {
    const published = publishedText(short.published, isPairwise ? step : undefined);
    const entries = new Map<string, Entry>();
    const add = (key: string, value: string | number): void => {
      entries.set(key, { place: node.place, value: scalar(value, node.place) });
    };
    add('mode', 'ingress');
    if (short.hostIp !== '') add('host_ip', short.hostIp);
    add('target', short.target.from + step);
    if (published !== undefined) add('published', published);
    add('protocol', short.protocol);
    made.push(map(entries, node.place));
  }
  return made;
};

const publishedText = (range: Range | undefined, step: number | undefined): string | undefined => {
  if (range === undefined) return undefined;
  if (step !== undefined) return String(range.from + step);
  return range.from === range.to ? String(range.from) : `${range.from}-${range.to}`;
};
