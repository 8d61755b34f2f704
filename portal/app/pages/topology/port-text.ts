// A port as it is published: `8080 → 80`. Pure.
import type { PublishedPort } from '@berth/contract/application-spec.ts';

export const portText = ({ published, target, protocol, hostIp }: PublishedPort): string => {
  const inner = protocol === 'tcp' ? String(target) : `${target}/${protocol}`;
  const range =
    published === undefined
      ? '*'
      : published.from === published.to
        ? String(published.from)
        : `${published.from}–${published.to}`;
  return `${hostIp === undefined ? '' : `${hostIp}:`}${range} → ${inner}`;
};
