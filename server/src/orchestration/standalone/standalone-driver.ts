// Carries out the steps of a standalone plan through the Docker Server of the environment's one host.
import { createHash } from 'node:crypto';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Mount } from '@berth/contract/application-spec.ts';
import type { Client } from '@berth/contract/client.ts';
import type { ContainerSpec, DockerServerApi, PullLine } from '@berth/contract/docker-server-api.ts';
import type { DockerServerLink, Fence } from '#hosts/docker-server-links.ts';
import type { ObservedApplication } from '../desired.ts';
import type { Driver, StepProgress } from '../driver.ts';
import { runSteps } from '../run-steps.ts';
import { canonicalJson } from './canonical-json.ts';
import { planStandalone, type StandaloneDetail } from './standalone-plan.ts';
import { anonymousVolume } from './wanted-containers.ts';

// Measured on two cores: 32 at once start twenty containers sooner than 12, and no later than all twenty.
const stepsAtOnce = 32;
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
  const mountsOf = makeDeclaredMounts(client, signal);
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
      if (last?.type === 'failed') {
        const words =
          last.code === 'image_not_found'
            ? `The image ${reference} is not on the host and could not be pulled`
            : `Pulling ${reference} failed`;
        throw new PlatformError(last.code, `${words}: ${last.message}`, { reference });
      }
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

/**
 * The container's mounts, and one for each volume that its image declares and the file does not mention: named after the
 * slot, so that its data lives through a replacement of the container and is found when the application is removed. The
 * engine's own anonymous volumes would be left behind, without an owner.
 */
const makeDeclaredMounts = (client: Client<DockerServerApi>, signal: AbortSignal) => {
  const declared = new Map<string, Promise<readonly string[]>>();
  const declaredBy = (reference: string): Promise<readonly string[]> => {
    const known =
      declared.get(reference) ?? client.findImage({ query: { reference } }).then(({ image }) => image?.volumes ?? []);
    declared.set(reference, known);
    return known;
  };
  return async ({ owner, service, mounts }: ContainerSpec): Promise<Mount[]> => {
    const mentioned = new Set(mounts.map(({ target }) => trimmed(target)));
    const missing = (await declaredBy(service.image)).filter((target) => !mentioned.has(trimmed(target)));
    const { slot, revision: _r, specHash: _h, ...application } = owner;
    const made = missing.map(async (target): Promise<Mount> => {
      const name = anonymousVolume(owner.applicationName, owner.key, slot, target);
      const spec = { external: false, labels: {} };
      const key = `${owner.key}-${slot + 1}:${target}`;
      const specHash = sha256(canonicalJson(spec));
      await client.createVolume({ body: { name, owner: { ...application, key }, spec, specHash }, signal });
      return { kind: 'volume', volume: name, target, readOnly: false };
    });
    return [...mounts, ...(await Promise.all(made))];
  };
};

const trimmed = (path: string): string => path.replace(/(?<=.)\/+$/, '');
