// Which address ranges an application may take for a network of its own. The host gets a route for each, so a range that
// others use would cut the host off from them.

/** What is wrong with a subnet, as a sentence; undefined: nothing. */
export const subnetFault = (subnet: string): string | undefined => {
  const [address = '', length = ''] = subnet.split('/');
  const prefix = /^\d{1,3}$/.test(length) ? Number(length) : Number.NaN;
  const isVersion6 = address.includes(':');
  if (Number.isNaN(prefix) || (!isVersion6 && !octets(address)))
    return `${subnet} is no subnet; write one such as 172.28.0.0/16`;
  const isFree = isVersion6 ? /^(f[cd][0-9a-f]{2}:|2001:0?db8:)/i.test(address) : isPrivate(octets(address) ?? []);
  if (!isFree)
    return `The subnet ${subnet} is not private, and the host would no longer reach what has these addresses; use one within 10.0.0.0/8, 172.16.0.0/12, 192.168.0.0/16 or fd00::/8`;
  const shortest = isVersion6 ? 48 : 16;
  if (prefix < shortest)
    return `The subnet ${subnet} is wider than one application needs; use /${shortest} or narrower`;
  return undefined;
};

const octets = (address: string): readonly number[] | undefined => {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(address)) return undefined;
  const numbers = address.split('.').map(Number);
  return numbers.every((number) => number <= 255) ? numbers : undefined;
};

const isPrivate = ([first = 0, second = 0]: readonly number[]): boolean =>
  first === 10 || (first === 172 && second >= 16 && second <= 31) || (first === 192 && second === 168);
