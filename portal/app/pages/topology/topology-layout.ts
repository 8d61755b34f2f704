// Where the boxes of a topology stand: services in layers, each below those that need it; volumes below all. Pure.
import type { Application } from '@berth/contract/applications.ts';

type Topology = Application['topology'];

export type Box = {
  readonly kind: 'service' | 'volume';
  readonly name: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
};
export type Edge = {
  readonly kind: 'needs' | 'keeps';
  readonly from: string;
  readonly to: string;
  /** A curve, as an SVG path. */
  readonly path: string;
};
export type Layout = {
  readonly boxes: readonly Box[];
  readonly edges: readonly Edge[];
  readonly width: number;
  readonly height: number;
};

const serviceSize = { width: 176, height: 76 };
const volumeSize = { width: 150, height: 48 };
/** The width a line takes that passes a row on its way further down. */
const viaWidth = 8;
const gap = { x: 24, y: 54 };
const margin = 12;
/** A wider layer is broken into rows. */
const rowBoxesMaximum = 6;
const sweeps = 4;

/** How far below the top a service stands: one more than the lowest of those that need it. */
const depthsOf = ({ services }: Topology): ReadonlyMap<string, number> => {
  const depths = new Map(services.map((service) => [service.name, 0]));
  // Files whose services need each other in a circle are refused; the bound keeps a mistake from turning for ever.
  for (let round = 0; round < services.length; round += 1) {
    let hasMoved = false;
    for (const service of services)
      for (const needed of service.needs) {
        const depth = (depths.get(service.name) ?? 0) + 1;
        if (!depths.has(needed) || (depths.get(needed) ?? 0) >= depth) continue;
        depths.set(needed, depth);
        hasMoved = true;
      }
    if (!hasMoved) break;
  }
  return depths;
};

const rowsOf = (names: readonly string[]): string[][] => {
  const rowCount = Math.max(1, Math.ceil(names.length / rowBoxesMaximum));
  const size = Math.ceil(names.length / rowCount);
  return Array.from({ length: rowCount }, (_, index) => names.slice(index * size, (index + 1) * size));
};

/** Orders each row by the middle of its neighbours' places, over and over, so that few lines cross. */
const ordered = (rows: readonly string[][], neighbours: ReadonlyMap<string, readonly string[]>): string[][] => {
  let now = rows.map((row) => [...row]);
  for (let sweep = 0; sweep < sweeps; sweep += 1) {
    const place = new Map(now.flatMap((row) => row.map((name, index) => [name, (index + 0.5) / row.length] as const)));
    const middle = (name: string): number => {
      const places = (neighbours.get(name) ?? []).map((other) => place.get(other) ?? 0.5);
      return places.length === 0 ? (place.get(name) ?? 0.5) : places.reduce((sum, one) => sum + one, 0) / places.length;
    };
    now = now.map((row) => [...row].sort((a, b) => middle(a) - middle(b)));
  }
  return now;
};

type Link = Pick<Edge, 'kind' | 'from' | 'to'> & {
  /** Keys of the places it goes through, row by row. */
  readonly via: readonly string[];
};

const viaPrefix = 'via ';
const rowOf = (rows: readonly string[][]): ReadonlyMap<string, number> =>
  new Map(rows.flatMap((row, index) => row.map((key) => [key, index] as const)));

/**
 * Gives lines that pass rows a place in each of them, so that they do not run behind boxes. All lines to one box share
 * theirs, and become one.
 */
const withVias = (rows: readonly string[][], links: readonly Link[]): { rows: string[][]; links: Link[] } => {
  const places = rowOf(rows);
  const added = rows.map(() => new Set<string>());
  const routed = links.map((link) => {
    const from = places.get(link.from) ?? 0;
    const to = places.get(link.to) ?? 0;
    const via: string[] = [];
    for (let row = from + 1; row < to; row += 1) {
      const key = `${viaPrefix}${row} ${link.to}`;
      added[row]?.add(key);
      via.push(key);
    }
    return { ...link, via };
  });
  return { rows: rows.map((row, index) => [...row, ...(added[index] ?? [])]), links: routed };
};

const volumeKey = (name: string): string => `volume ${name}`;

const linksOf = (topology: Topology): Link[] => {
  const known = new Set(topology.services.map((service) => service.name));
  const volumes = new Set(topology.volumes.map((volume) => volume.name));
  return topology.services.flatMap((service): Link[] => [
    ...service.needs
      .filter((needed) => known.has(needed))
      .map((to): Link => ({ kind: 'needs', from: service.name, to, via: [] })),
    ...[...new Set(service.volumes.map((volume) => volume.name))]
      .filter((name) => volumes.has(name))
      .map((name): Link => ({ kind: 'keeps', from: service.name, to: volumeKey(name), via: [] })),
  ]);
};

const neighboursOf = (links: readonly Link[]): ReadonlyMap<string, readonly string[]> => {
  const neighbours = new Map<string, string[]>();
  const add = (one: string, other: string): void => void neighbours.set(one, [...(neighbours.get(one) ?? []), other]);
  for (const { from, to, via } of links) {
    const stops = [from, ...via, to];
    for (const [index, stop] of stops.entries()) {
      const next = stops[index + 1];
      if (next === undefined) continue;
      add(stop, next);
      add(next, stop);
    }
  }
  return neighbours;
};

/** From the bottom of one box to the top of the other, in soft bends, straight down where it passes a row. */
const pathOf = (stops: readonly Box[]): string => {
  const [first] = stops;
  if (first === undefined) return '';
  let at = { x: first.x + first.width / 2, y: first.y + first.height };
  let path = `M${at.x} ${at.y}`;
  for (const [index, stop] of stops.entries()) {
    if (index === 0) continue;
    const end = { x: stop.x + stop.width / 2, y: stop.y };
    const bend = Math.max(gap.y / 2, (end.y - at.y) / 2);
    path += ` C${at.x} ${at.y + bend} ${end.x} ${end.y - bend} ${end.x} ${end.y}`;
    at = { x: end.x, y: stop.y + stop.height };
    if (index < stops.length - 1) path += ` V${at.y}`;
  }
  return path;
};

const sizeOf = (key: string): { width: number; height: number } => {
  if (key.startsWith(viaPrefix)) return { width: viaWidth, height: serviceSize.height };
  return key.startsWith('volume ') ? volumeSize : serviceSize;
};

const place = (rows: readonly string[][]): { boxes: Map<string, Box>; width: number; height: number } => {
  const widthOf = (row: readonly string[]): number =>
    row.reduce((sum, key) => sum + sizeOf(key).width, 0) + gap.x * Math.max(0, row.length - 1);
  const width = Math.max(0, ...rows.map(widthOf)) + 2 * margin;
  const boxes = new Map<string, Box>();
  let y = margin;
  for (const row of rows) {
    let x = (width - widthOf(row)) / 2;
    const height = Math.max(...row.filter((key) => !key.startsWith(viaPrefix)).map((key) => sizeOf(key).height));
    for (const key of row) {
      const size = { ...sizeOf(key), ...(key.startsWith(viaPrefix) ? { height } : {}) };
      const isVolume = key.startsWith('volume ');
      const name = isVolume ? key.slice('volume '.length) : key;
      boxes.set(key, { kind: isVolume ? 'volume' : 'service', name, x, y, ...size });
      x += size.width + gap.x;
    }
    y += height + gap.y;
  }
  return { boxes, width, height: rows.length === 0 ? 0 : y - gap.y + margin };
};

export const layoutTopology = (topology: Topology): Layout => {
  const depths = depthsOf(topology);
  const links = linksOf(topology);
  const layers = [...new Set(depths.values())].sort((a, b) => a - b);
  const used = new Set(links.map((link) => link.to));
  const volumes = topology.volumes.map((volume) => volumeKey(volume.name)).filter((key) => used.has(key));
  const rows = [
    ...layers.flatMap((depth) => rowsOf([...depths].filter(([, own]) => own === depth).map(([name]) => name))),
    ...(volumes.length === 0 ? [] : rowsOf(volumes)),
  ];
  const routed = withVias(rows, links);
  const { boxes, width, height } = place(ordered(routed.rows, neighboursOf(routed.links)));
  const edges = routed.links.map(({ kind, from, to, via }): Edge => {
    const stops = [from, ...via, to].map((key) => boxes.get(key)).filter((box) => box !== undefined);
    return { kind, from, to, path: pathOf(stops) };
  });
  return {
    boxes: [...boxes].filter(([key]) => !key.startsWith(viaPrefix)).map(([, box]) => box),
    edges,
    width,
    height,
  };
};
