// What callers may ask about containers: rows as last observed; logs, figures and files from the host itself.
import { Readable } from 'node:stream';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Bytes } from '@berth/common/serve.ts';
import type { Figures, LogLine } from '@berth/contract/containers.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { authorize } from '#authz/authorize.ts';
import type { Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db } from '#db/tables.ts';
import type { DockerServerLinks } from '#hosts/docker-server-links.ts';
import * as store from './container-store.ts';

type EnvironmentReference = { readonly tenant: string; readonly environment: string };
type ContainerReference = EnvironmentReference & { readonly container: string };
type LogQuery = {
  follow?: 'true' | 'false' | undefined;
  tail?: number | undefined;
  since?: string | undefined;
  until?: string | undefined;
  search?: string | undefined;
};

export const listContainers = async (
  ctx: Context,
  db: Db,
  reference: EnvironmentReference,
  page: PageQuery & { application?: string | undefined; service?: string | undefined },
) => {
  const allowed = await authorize(ctx, db, 'list', 'environment.containers', reference);
  const { rows, limit, total } = await store.listContainers(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.name, store.presentContainer);
};

export const readContainer = async (ctx: Context, db: Db, reference: ContainerReference) =>
  store.presentContainer(await store.readContainer(db, await authorize(ctx, db, 'read', 'container', reference)));

const noIdleLimit = { firstByteMs: 30_000, idleMs: 0 };
const linesDefault = 1_000;

export const readLogs = async (
  ctx: Context,
  db: Db,
  links: DockerServerLinks,
  reference: ContainerReference,
  query: LogQuery,
  signal: AbortSignal,
): Promise<AsyncIterable<LogLine>> => {
  const { container } = await authorize(ctx, db, 'read', 'container.logs', reference);
  const client = links.get(container.host).client({ limits: noIdleLimit });
  return client.openLines('readLogs', {
    params: { container: container.id },
    query: { tail: linesDefault, ...query },
    signal,
  });
};

export const followFigures = async (
  ctx: Context,
  db: Db,
  links: DockerServerLinks,
  reference: ContainerReference,
  signal: AbortSignal,
): Promise<AsyncIterable<Figures>> => {
  const { container } = await authorize(ctx, db, 'read', 'container.figures', reference);
  return links
    .get(container.host)
    .client()
    .openLines('followFigures', { params: { container: container.id }, signal });
};

export const readFiles = async (
  ctx: Context,
  db: Db,
  links: DockerServerLinks,
  reference: ContainerReference,
  path: string,
  signal: AbortSignal,
): Promise<Bytes> => {
  const { container } = await authorize(ctx, db, 'read', 'container.files', reference);
  const response = await links
    .get(container.host)
    .client()
    .open('readFiles', { params: { container: container.id }, query: { path }, signal });
  if (response.body === null) throw new PlatformError('host_unreachable', 'The host sent no file');
  const name = path.split('/').filter(Boolean).at(-1) ?? 'files';
  return {
    stream: Readable.fromWeb(response.body as Parameters<typeof Readable.fromWeb>[0]),
    headers: {
      'content-type': 'application/x-tar',
      'content-disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}.tar`,
    },
  };
};
