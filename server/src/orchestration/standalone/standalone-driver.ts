// Carries out the steps of a standalone plan through the Docker Server of the environment's one host.
import { createHash } from 'node:crypto';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ContainerSpec, PullLine } from '@berth/contract/docker-server-api.ts';
import type { DockerServerLink, Fence } from '#hosts/docker-server-links.ts';
import type { ObservedApplication } from '../desired.ts';
import type { Driver, StepProgress } from '../driver.ts';
import { runSteps } from '../run-steps.ts';
import { planStandalone, type StandaloneDetail } from './standalone-plan.ts';

// The engine works on several containers at once, but not on any number of them faster.
const stepsAtOnce = 12;
const pullIdleMs = 300_000;
const changeLimitMs = 120_000;

export const sha256: (text: string) => string = (text) => createHash('sha256').update(text).digest('hex').slice(0, 32);

/** One application's driver for one pass: `observed` is what the plan was made from, for finding partners of shared networks. */
export const makeStandaloneDriver = (
  link: DockerServerLink,
  fence: Fence,
  observed: ObservedApplication,
): Driver<StandaloneDetail> => ({
  plan: (desired, seen) => planStandalone(desired, seen, sha256),
  apply: (plan, progress, signal) => {
    const made = new Map<string, string>();
    const executors = makeExecutors({ link, fence, observed, made, progress, signal });
    return runSteps(plan.steps, {
      atOnce: stepsAtOnce,
      signal,
      progress,
      execute: (step) => run(executors, step.id, step.detail),
    });
  },
});

type Executors = {
  readonly [D in StandaloneDetail['do']]: (
    stepId: string,
    detail: Extract<StandaloneDetail, { do: D }>,
  ) => Promise<void>;
};

const run = <D extends StandaloneDetail['do']>(
  executors: Executors,
  stepId: string,
  detail: Extract<StandaloneDetail, { do: D }>,
): Promise<void> =>
  (executors[detail.do as D] as (stepId: string, detail: Extract<StandaloneDetail, { do: D }>) => Promise<void>)(
    stepId,
    detail,
  );

interface Parts {
  readonly link: DockerServerLink;
  readonly fence: Fence;
  readonly observed: ObservedApplication;
  /** `service/slot` → engine id of containers made in this pass. */
  readonly made: Map<string, string>;
  readonly progress: (progress: StepProgress) => void;
  readonly signal: AbortSignal;
}

const makeExecutors = ({ link, fence, observed, made, progress, signal }: Parts): Executors => {
  const client = link.client({ fence, limits: { firstByteMs: changeLimitMs, idleMs: changeLimitMs } });
  const idOf = (owner: ContainerSpec['owner'], service: string, slot: number): string => {
    const known =
      made.get(`${service}/${slot}`) ??
      observed.containers.find(
        (container) =>
          container.owner?.application === owner.application &&
          container.owner.key === service &&
          container.owner.slot === slot,
      )?.id;
    if (known === undefined)
      throw new PlatformError('wrong_state', `The container of ${service} it depends on is not there`);
    return known;
  };
  return {
    pull_image: async (stepId, { reference, platform, policy }) => {
      if (policy === 'never')
        throw new PlatformError(
          'image_not_found',
          `The image ${reference} is not on the host, and the file forbids pulling it`,
        );
      const pulling = link.client({ fence, limits: { firstByteMs: changeLimitMs, idleMs: pullIdleMs } });
      let last: PullLine | undefined;
      for await (const line of pulling.lines('pullImage', {
        body: { reference, ...(platform === undefined ? {} : { platform }) },
        signal,
      })) {
        if (line.type === 'progress') progress({ id: stepId, state: 'running', pull: line });
        last = line;
      }
      if (last?.type === 'failed') throw new PlatformError(last.code, last.message, { reference });
      if (last?.type !== 'done') throw new PlatformError('engine_unavailable', `Pulling ${reference} broke off`);
    },
    create_network: async (_, { name, owner, spec, specHash }) =>
      void (await client.createNetwork({ body: { name, owner, spec, specHash }, signal })),
    create_volume: async (_, { name, owner, spec, specHash }) =>
      void (await client.createVolume({ body: { name, owner, spec, specHash }, signal })),
    create_container: async (_, { container }) => {
      const shared = container.networkMode?.match(/^service:(.+)$/)?.[1];
      const networkMode =
        shared === undefined ? container.networkMode : `container:${idOf(container.owner, shared, 0)}`;
      const { id } = await client.createContainer({
        body: { ...container, ...(networkMode === undefined ? {} : { networkMode }) },
        signal,
      });
      made.set(`${container.owner.key}/${container.owner.slot}`, id);
    },
    start_container: async (_, { container, service, slot }) => {
      const id = container ?? made.get(`${service}/${slot}`);
      if (id === undefined) throw new PlatformError('wrong_state', 'The container to start was not made');
      await client.startContainer({ params: { container: id }, signal });
    },
    stop_container: async (_, { container, graceMs }) => {
      const stopping = link.client({
        fence,
        limits: { firstByteMs: changeLimitMs + (graceMs ?? 10_000), idleMs: changeLimitMs },
      });
      await stopping.stopContainer({ params: { container }, body: graceMs === undefined ? {} : { graceMs }, signal });
    },
    remove_container: async (_, { container }) =>
      void (await client.removeContainer({ params: { container }, body: {}, signal })),
    remove_network: async (_, { network }) => void (await client.removeNetwork({ params: { network }, signal })),
    remove_volume: async (_, { volume }) => void (await client.removeVolume({ params: { volume }, signal })),
  };
};
