// On a real engine, images that do what those of the same names do on the simulated one.
import type { RealEngine } from './real-engine.ts';
import { webCommand } from './real-engine.ts';

const quickCheck = (command: string): string => `HEALTHCHECK --interval=200ms --timeout=5s --retries=1 CMD ${command}`;

const say = 'echo starting; sleep 0.1; echo "cannot open configuration: no such file" >&2';
const talk = 'echo one; sleep 0.1; echo two Apples >&2; sleep 0.1; echo three; echo four apples';
const wait = "trap 'exit 0' TERM INT; while :; do sleep 3600 & wait $!; done";

const images: readonly { readonly name: string; readonly command: readonly string[]; readonly changes?: string[] }[] = [
  { name: 'sim/web:1', command: webCommand('hello'), changes: ['EXPOSE 80'] },
  { name: 'sim/never-starts:1', command: ['/nothing'] },
  { name: 'sim/exits-1:1', command: ['/bin/sh', '-c', `${say}; exit 1`] },
  { name: 'sim/exits-0:1', command: ['/bin/sh', '-c', 'echo done'] },
  { name: 'sim/talks:1', command: ['/bin/sh', '-c', `${talk}; ${wait}`] },
  { name: 'sim/unhealthy:1', command: ['/bin/sh', '-c', wait], changes: [quickCheck('false')] },
  {
    name: 'sim/healthy-after-1s:1',
    command: ['/bin/sh', '-c', `(sleep 1; touch /tmp/ready) & ${wait}`],
    changes: [quickCheck('test -f /tmp/ready').replace('--retries=1', '--retries=50')],
  },
];

export const importSimImages = async (engine: RealEngine): Promise<void> => {
  for (const { name, command, changes } of images) await engine.importImage(name, command, changes);
};
