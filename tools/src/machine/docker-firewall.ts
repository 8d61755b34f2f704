// What an engine leaves behind in the kernel's tables when it ends: empty chains, a closed FORWARD policy, forwarding
// switched on. An engine that was started for one run alone takes them along, unless another one has use for them.
import { readFileSync, readdirSync, readlinkSync, writeFileSync } from 'node:fs';
import { mustRun, runProgram } from './run-program.ts';

const limitMs = 20_000;
const forwardingFile = '/proc/sys/net/ipv4/ip_forward';
const iptables = (...args: readonly string[]) => runProgram('/usr/sbin/iptables', ['-w', ...args], { limitMs });

/** Looks at the tables now; the answer puts them back. */
export const rememberFirewall = async (): Promise<() => Promise<void>> => {
  const hadChains = (await iptables('-S', 'DOCKER-USER')).code === 0;
  const policy = /^-P FORWARD (\w+)/m.exec((await iptables('-S', 'FORWARD')).output)?.[1] ?? 'ACCEPT';
  const forwarding = readFileSync(forwardingFile, 'utf8');
  return async () => {
    if (hadChains || anotherEngineRuns()) return;
    await removeChains();
    await mustRun('/usr/sbin/iptables', ['-w', '-P', 'FORWARD', policy], { limitMs });
    if (readFileSync(forwardingFile, 'utf8') !== forwarding) writeFileSync(forwardingFile, forwarding);
  };
};

const isolation = ['DOCKER-ISOLATION-STAGE-1', 'DOCKER-ISOLATION-STAGE-2'];
const chains = { filter: ['DOCKER', 'DOCKER-USER', ...isolation], nat: ['DOCKER'] };

const removeChains = async (): Promise<void> => {
  for (const [table, names] of Object.entries(chains)) {
    const { output } = await iptables('-t', table, '-S');
    const refersToOurs = (rule: string) => names.some((name) => rule.endsWith(` -j ${name}`));
    for (const rule of output.split('\n').filter((line) => line.startsWith('-A ') && refersToOurs(line)))
      await iptables('-t', table, '-D', ...rule.split(' ').slice(1));
    for (const act of ['-F', '-X']) for (const name of names) await iptables('-t', table, act, name);
  }
};

const anotherEngineRuns = (): boolean => {
  const here = readlinkSync('/proc/self/ns/net');
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((pid) => {
      try {
        return (
          readFileSync(`/proc/${pid}/comm`, 'utf8') === 'dockerd\n' && readlinkSync(`/proc/${pid}/ns/net`) === here
        );
      } catch (thrown) {
        // The process ended while we looked.
        if (thrown instanceof Error && 'code' in thrown && ['ENOENT', 'ESRCH'].includes(String(thrown.code)))
          return false;
        throw thrown;
      }
    });
};
