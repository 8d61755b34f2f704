// The parts of ./test, in their order: what each needs from Debian, and its phases.
import type { DebianPackage } from '#machine/debian-packages.ts';
import { conformancePhase } from './conformance.ts';
import { nodeTestPhase } from './node-tests.ts';
import type { Phase } from './phase.ts';
import { qualityPhases } from './quality.ts';

export const partNames = ['check', 'unit', 'api', 'system', 'portal'] as const;
export type PartName = (typeof partNames)[number];

export interface Part {
  readonly packages: readonly DebianPackage[];
  readonly phases: readonly Phase[];
  /** Phases that may share the machine; the others want it for themselves. */
  readonly sideBySide: boolean;
}

const minuteMs = 60_000;
const enginePackages: readonly DebianPackage[] = [
  'docker.io',
  'iptables',
  'iproute2',
  'busybox-static',
  'docker-compose',
];
const realParts = ['**/*.real.test.ts'];

export const parts: { readonly [P in PartName]: Part } = {
  check: {
    packages: [],
    sideBySide: true,
    phases: [
      ...qualityPhases,
      nodeTestPhase({ name: 'tidy', files: ['tools/src/**/*.test.ts'], isolation: 'together', limitMs: 5 * minuteMs }),
    ],
  },
  unit: {
    packages: [],
    sideBySide: false,
    phases: [
      nodeTestPhase({
        name: 'unit',
        files: [
          '{contract,common,compose,server,docker-server,all-in-one,cli}/src/**/*.test.ts',
          'portal/app/**/*.test.ts',
        ],
        except: realParts,
        isolation: 'together',
        limitMs: 5 * minuteMs,
      }),
      conformancePhase,
    ],
  },
  api: {
    packages: [],
    sideBySide: false,
    phases: [
      nodeTestPhase({
        name: 'api',
        files: ['tests/api/**/*.test.ts'],
        isolation: 'apart',
        filesAtOnce: 2,
        limitMs: 25 * minuteMs,
      }),
    ],
  },
  system: {
    packages: [...enginePackages, 'docker-registry'],
    sideBySide: false,
    phases: [
      nodeTestPhase({
        name: 'engine',
        files: ['docker-server/src/**/*.real.test.ts'],
        isolation: 'apart',
        limitMs: 20 * minuteMs,
      }),
      nodeTestPhase({
        name: 'system',
        files: ['tests/system/**/*.test.ts'],
        isolation: 'apart',
        limitMs: 30 * minuteMs,
      }),
    ],
  },
  portal: {
    packages: [...enginePackages, 'chromium', 'fonts-noto-cjk'],
    sideBySide: false,
    phases: [
      nodeTestPhase({
        name: 'portal',
        files: ['tests/portal/**/*.test.ts'],
        isolation: 'apart',
        limitMs: 20 * minuteMs,
      }),
    ],
  },
};
