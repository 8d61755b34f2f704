// Whether the host has room for what the applications of an environment set aside together. Pure; asked before anything is
// touched. What is reserved must fit; limits may add up to more, since not all need their limit at once.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Problem } from '@berth/contract/problems.ts';

interface Sized {
  readonly spec: ApplicationSpec;
  readonly scale: Readonly<Record<string, number>>;
}

export const findRoomProblems = (
  application: Sized,
  others: readonly Sized[],
  host: { readonly name: string; readonly memoryBytes: number; readonly cpus: number },
): Problem[] => {
  const all = [application, ...others];
  const problems: Problem[] = [];
  const own = sumOf([application], 'memoryReservationBytes');
  const reserved = sumOf(all, 'memoryReservationBytes');
  const limits = sumOf(all, 'memoryBytes');
  if (own > 0 && reserved > host.memoryBytes)
    problems.push({
      severity: 'error',
      code: 'no_room',
      message: `${mebibytes(reserved)} of memory would be reserved on ${host.name}, which has ${mebibytes(host.memoryBytes)}`,
    });
  else if (sumOf([application], 'memoryBytes') > 0 && limits > host.memoryBytes)
    problems.push({
      severity: 'warning',
      code: 'no_room',
      message: `The memory limits on ${host.name} add up to ${mebibytes(limits)}, more than its ${mebibytes(host.memoryBytes)}; not all can use theirs at once`,
    });
  const cpus = sumOf(all, 'nanoCpus') / nanoPerCpu;
  if (sumOf([application], 'nanoCpus') > 0 && cpus > host.cpus)
    problems.push({
      severity: 'warning',
      code: 'no_room',
      message: `The CPU limits on ${host.name} add up to ${cpus}, more than its ${host.cpus} CPUs; not all can use theirs at once`,
    });
  return problems;
};

const nanoPerCpu = 1e9;

const sumOf = (applications: readonly Sized[], what: 'memoryReservationBytes' | 'memoryBytes' | 'nanoCpus'): number =>
  applications
    .flatMap(({ spec, scale }) =>
      Object.entries(spec.services).map(([name, service]) => (service[what] ?? 0) * (scale[name] ?? service.replicas)),
    )
    .reduce((sum, size) => sum + size, 0);

const mebibytes = (bytes: number): string => `${Math.round(bytes / 1024 / 1024)} MiB`;
