// The command that makes a machine a host of an environment: the Docker Server's options are environment variables.

/** Plain HTTP is only for trying out, and the Docker Server wants to be told so unless the portal is on the same machine. */
export const joinCommand = (portal: string, token: string): string =>
  [
    `BERTH_PORTAL=${portal}`,
    `BERTH_JOIN_TOKEN=${token}`,
    ...(portal.startsWith('https:') ? [] : ['BERTH_ALLOW_PLAINTEXT=1']),
    'node docker-server/src/main.ts',
  ].join(' \\\n  ');
