// Where a published port answers, as an address a person can open.
export type Endpoint = {
  readonly target: number;
  readonly protocol: 'tcp' | 'udp' | 'sctp';
  readonly hostIp?: string | undefined;
  readonly hostPort?: number | undefined;
  readonly address: string;
};

const anyAddress = new Set(['', '0.0.0.0', '::', '[::]', '*']);
const tlsPorts = new Set([443, 8443, 9443]);

const hostOf = (endpoint: Endpoint): string => {
  const ip = endpoint.hostIp;
  const host = ip === undefined || anyAddress.has(ip) ? endpoint.address : ip;
  return host.includes(':') && !host.startsWith('[') ? `[${host}]` : host;
};

/** `10.0.0.7:8080`, with the protocol when it is not TCP. Nothing when the port is not bound on the host. */
export const endpointText = (endpoint: Endpoint): string | undefined => {
  if (endpoint.hostPort === undefined) return undefined;
  const text = `${hostOf(endpoint)}:${endpoint.hostPort}`;
  return endpoint.protocol === 'tcp' ? text : `${text}/${endpoint.protocol}`;
};

/** An address for the browser; only TCP ports have one. What speaks behind the port is not known, so TLS is guessed. */
export const endpointUrl = (endpoint: Endpoint): string | undefined => {
  if (endpoint.hostPort === undefined || endpoint.protocol !== 'tcp') return undefined;
  const tls = tlsPorts.has(endpoint.target) || tlsPorts.has(endpoint.hostPort);
  return `${tls ? 'https' : 'http'}://${hostOf(endpoint)}:${endpoint.hostPort}`;
};

/** One of each: engines list a port twice, for IPv4 and IPv6. Ordered by port. */
export const distinctEndpoints = (endpoints: readonly Endpoint[]): readonly Endpoint[] => {
  const byText = new Map<string, Endpoint>();
  for (const endpoint of endpoints) {
    const text = endpointText(endpoint);
    if (text !== undefined && !byText.has(text)) byText.set(text, endpoint);
  }
  return [...byText.values()].sort((a, b) => (a.hostPort ?? 0) - (b.hostPort ?? 0));
};
