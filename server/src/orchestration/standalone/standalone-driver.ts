// Carries out the steps of a standalone plan through the Docker Server of the environment's one host.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Build } from '@berth/contract/application-spec.ts';
import type { ContainerSpec, PullLine } from '@berth/contract/engine-objects.ts';
import type { DockerServerLink, Fence } from '#hosts/docker-server-links.ts';
import type { ObservedApplication } from '#orchestration/desired.ts';
import type { Driver, StepProgress } from '#orchestration/driver.ts';
import { runSteps } from '#orchestration/run-steps.ts';
import { makeDeclaredMounts } from './declared-mounts.ts';
import { sha256 } from './sha256.ts';
import { upgradeProgress } from './upgrade-progress.ts';
import { planStandalone } from './standalone-plan.ts';
import type { StandaloneDetail } from './standalone-steps.ts';

// Measured on two cores: 32 at once start twenty containers sooner than 12, and no later than all twenty.
const stepsAtOnce = 32;
const pullIdleMs = 300_000;
const changeLimitMs = 120_000;
const graceMaximumMs = 3_600_000;

/** One application's driver for one pass: `observed` is what the plan was made from, for finding partners of shared networks. */
export const makeStandaloneDriver = (
  link: DockerServerLink,
  fence: Fence,
  observed: ObservedApplication,
  /** Files of a build, by path in its context → base64. */
  contextOf?: (service: string, build: Build) => Promise<Readonly<Record<string, string>>>,
): Driver<StandaloneDetail> => ({
  progress: upgradeProgress,
  plan: (desired, seen) => planStandalone(desired, seen, sha256),
  apply: (plan, progress, signal) => {
    const made = new Map<string, string>();
    const executors = makeExecutors({ link, fence, observed, made, progress, signal, contextOf });
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
  readonly contextOf: ((service: string, build: Build) => Promise<Readonly<Record<string, string>>>) | undefined;
}

const buildImage = async (
  { link, fence, progress, signal, contextOf }: Parts,
  stepId: string,
  { reference, service, owner, build }: Extract<StandaloneDetail, { do: 'build_image' }>,
): Promise<void> => {
  const files = await contextOf?.(service, build);
  if (files === undefined)
    throw new PlatformError('wrong_state', `The files ${reference} is built from are not at hand`);
  const client = link.client({ fence, limits: { firstByteMs: changeLimitMs, idleMs: pullIdleMs } });
  let last: PullLine | undefined;
  let said = '';
  for await (const line of client.lines('buildImage', {
    body: { reference, owner, build, files: { ...files } },
    signal,
  })) {
    if (line.type === 'progress') progress({ id: stepId, state: 'running', pull: line });
    if (line.type === 'output' && line.text.trim() !== '') said = line.text.trim();
    last = line;
  }
  if (last?.type === 'failed')
    throw new PlatformError(
      last.code,
      `Building ${service} failed: ${last.message}${said === '' ? '' : `; last: ${said}`}`,
    );
  if (last?.type !== 'done') throw new PlatformError('engine_unavailable', `Building ${service} broke off`);
};

const pullImage = async (
  { link, fence, progress, signal }: Pick<Parts, 'link' | 'fence' | 'progress' | 'signal'>,
  stepId: string,
  { reference, platform, policy }: Extract<StandaloneDetail, { do: 'pull_image' }>,
): Promise<void> => {
  if (policy === 'never')
    throw new PlatformError(
      'image_not_found',
      `The image ${reference} is not on the host, and the file forbids pulling it`,
    );
  const client = link.client({ fence, limits: { firstByteMs: changeLimitMs, idleMs: pullIdleMs } });
  const body = { reference, ...(platform === undefined ? {} : { platform }) };
  let last: PullLine | undefined;
  for await (const line of client.lines('pullImage', { body, signal })) {
    if (line.type === 'progress') progress({ id: stepId, state: 'running', pull: line });
    last = line;
  }
  if (last?.type === 'failed') {
    const words =
      last.code === 'image_not_found'
        ? `The image ${reference} is not on the host and could not be pulled`
        : last.code === 'image_denied'
          ? `The registry does not let this host pull ${reference}, or does not have it`
          : `Pulling ${reference} failed`;
    throw new PlatformError(last.code, `${words}: ${last.message}`, { reference });
  }
  if (last?.type !== 'done') throw new PlatformError('engine_unavailable', `Pulling ${reference} broke off`);
};

const makeExecutors = (parts: Parts): Executors => {
  const { link, fence, observed, made, progress, signal } = parts;
  const client = link.client({ fence, limits: { firstByteMs: changeLimitMs, idleMs: changeLimitMs } });
  const ofEnvironment = observed.volumes.filter(({ owner }) => owner?.environment === fence.environment);
  const mountsOf = makeDeclaredMounts(client, signal, new Set(ofEnvironment.map(({ name }) => name)));
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
    pull_image: (stepId, detail) => pullImage({ link, fence, progress, signal }, stepId, detail),
    build_image: (stepId, detail) => buildImage(parts, stepId, detail),
    create_network: async (_, { name, owner, spec, specHash }) =>
      void (await client.createNetwork({ body: { name, owner, spec, specHash }, signal })),
    create_volume: async (_, { name, owner, spec, specHash }) =>
      void (await client.createVolume({ body: { name, owner, spec, specHash }, signal })),
    create_container: async (_, { container }) => {
      const shared = container.networkMode?.match(/^service:(.+)$/)?.[1];
      const networkMode =
        shared === undefined ? container.networkMode : `container:${idOf(container.owner, shared, 0)}`;
      const { id } = await client.createContainer({
        body: {
          ...container,
          mounts: await mountsOf(container),
          ...(networkMode === undefined ? {} : { networkMode }),
        },
        signal,
      });
      made.set(`${container.owner.key}/${container.owner.slot}`, id);
    },
    start_container: async (_, { container, service, slot }) => {
      const id = container ?? made.get(`${service}/${slot}`);
      if (id === undefined) throw new PlatformError('wrong_state', 'The container to start was not made');
      await client.startContainer({ params: { container: id }, signal });
    },
    stop_container: async (_, { container, graceMs: asked }) => {
      // However long the file would wait, a stop that the Docker Server refuses would never come.
      const graceMs = asked === undefined ? undefined : Math.min(asked, graceMaximumMs);
      const stopping = link.client({
        fence,
        limits: { firstByteMs: changeLimitMs + (graceMs ?? 10_000), idleMs: changeLimitMs },
      });
      await stopping.stopContainer({ params: { container }, body: graceMs === undefined ? {} : { graceMs }, signal });
    },
    remove_container: async (_, { container }) =>
      void (await client.removeContainer({ params: { container }, body: {}, signal })),
    rename_container: async (_, { container, name }) =>
      void (await client.renameContainer({ params: { container }, body: { name }, signal })),
    remove_network: async (_, { network }) => void (await client.removeNetwork({ params: { network }, signal })),
    remove_volume: async (_, { volume }) => void (await client.removeVolume({ params: { volume }, signal })),
  };
};
