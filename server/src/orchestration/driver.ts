// What an orchestration driver does for one application. Planners are pure; executors are the only part that acts.
// A driver is added beside the others and passes driver-conformance.ts.
import type { PlanStep } from '@berth/contract/applications.ts';
import type { PullLine } from '@berth/contract/engine-objects.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { Instant } from '@berth/contract/time.ts';
import type { DesiredApplication, ObservedApplication } from './desired.ts';

export interface PlannedStep<Detail> extends PlanStep {
  /** Ids of steps that must be done first. */
  readonly after: readonly string[];
  readonly detail: Detail;
}

export interface Waiting {
  readonly service: string;
  /** The service it waits for, and what of it. */
  readonly dependency: string;
  readonly condition: 'service_started' | 'service_healthy' | 'service_completed_successfully';
}

export interface Plan<Detail> {
  readonly steps: readonly PlannedStep<Detail>[];
  readonly waiting: readonly Waiting[];
  /** What stands in the way and no step can change. */
  readonly blocked: readonly Problem[];
  /** Containers that are right as they are. */
  readonly unchanged: number;
  /** Restarts somebody asked for that wait until those before them are good; `againMs`: when that can come by itself. */
  readonly restarts?: { readonly left: number; readonly againMs?: number };
}

export interface StepProgress {
  readonly id: string;
  readonly state: 'running' | 'done' | 'failed';
  readonly pull?: Extract<PullLine, { type: 'progress' }>;
  readonly error?: { readonly code: string; readonly message: string };
}

export interface Applied {
  readonly done: readonly string[];
  readonly failed: readonly { readonly step: PlanStep; readonly error: Error }[];
}

/** How far an upgrade is, and whether something speaks against it. */
export interface UpgradeProgress {
  /** Containers in all, of the target revision already, and of these: good. */
  readonly services: readonly {
    readonly name: string;
    readonly total: number;
    readonly moved: number;
    readonly ready: number;
  }[];
  /** What `DesiredUpgrade.batchDoneAt` is to be from now on. */
  readonly batchDoneAt: Readonly<Record<string, Instant>>;
  /** All containers are moved and good, and nothing of the former revision is left. */
  readonly finished: boolean;
  /** The first moved container that ended badly, or did not become good in time. */
  readonly failure?: {
    readonly service: string;
    readonly reason: string;
    readonly message: string;
    readonly container: string;
  };
  /** When the answer can change by itself: a container has run for long enough, a pause or a deadline is over. */
  readonly againMs?: number;
}

export interface Driver<Detail> {
  readonly plan: (desired: DesiredApplication, observed: ObservedApplication) => Plan<Detail>;
  /** Where the upgrade of `desired` stands. Pure. */
  readonly progress: (desired: DesiredApplication, observed: ObservedApplication) => UpgradeProgress;
  /** Does the steps, side by side where nothing forbids it. Never throws for a step that fails: it is in the answer. */
  readonly apply: (
    plan: Plan<Detail>,
    progress: (progress: StepProgress) => void,
    signal: AbortSignal,
  ) => Promise<Applied>;
}
