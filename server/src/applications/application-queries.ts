// What callers may read of applications: lists, one of them with its services, revisions, operations, events.
import { PlatformError } from '@berth/common/platform-error.ts';
import { printApplication } from '@berth/compose/print-application.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { ApplicationEvent, Publication } from '@berth/contract/applications.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { authorize, rolesOf } from '#authz/authorize.ts';
import { listOfApplication, listRunningOrEnded, presentContainer } from '#containers/container-store.ts';
import type { Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db } from '#db/tables.ts';
import * as store from './application-store.ts';
import { presentServices, presentSummary } from './application-view.ts';
import { hideSecrets, readContent } from './hidden-secrets.ts';
import { findLatestOperation, listEvents, listOperations, presentOperation, readOperation } from './operation-store.ts';
import * as differences from './revision-diff.ts';
import * as revisions from './revision-store.ts';
import { topologyOf } from './topology.ts';
import { effectiveRevision, presentUpgrade } from './upgrade-state.ts';

type EnvironmentReference = { readonly tenant: string; readonly environment: string };
type ApplicationReference = EnvironmentReference & { readonly application: string };

export const listApplications = async (ctx: Context, db: Db, reference: EnvironmentReference, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'environment.applications', reference);
  const { rows, limit, total } = await store.listApplications(db, allowed, page);
  const [containers, roles, specs] = await Promise.all([
    listRunningOrEnded(
      db,
      allowed,
      rows.map((row) => row.id),
    ),
    rolesOf(ctx, db, allowed),
    revisions.readSpecs(db, allowed, rows),
  ]);
  const empty: ApplicationSpec = { services: {}, networks: {}, volumes: {} };
  return makePage(
    rows,
    limit,
    total,
    (row) => row.name,
    (row) =>
      presentSummary(
        row,
        specs.get(row.id) ?? empty,
        containers.filter((container) => container.application.id === row.id),
        roles,
      ),
  );
};

export const readApplication = async (ctx: Context, db: Db, reference: ApplicationReference) => {
  const allowed = await authorize(ctx, db, 'read', 'application', reference);
  const row = await store.readApplication(db, allowed);
  const [spec, containerRows, roles, operation] = await Promise.all([
    revisions.readSpec(db, allowed, effectiveRevision(row)),
    listOfApplication(db, allowed),
    rolesOf(ctx, db, allowed),
    findLatestOperation(db, allowed),
  ]);
  const containers = containerRows.map(presentContainer).filter(({ run }) => run === undefined);
  return {
    ...presentSummary(row, spec, containers, roles),
    services: presentServices(row, spec, containers),
    upgrade: presentUpgrade(row),
    topology: topologyOf(row.name, spec),
    operation: operation === undefined ? null : presentOperation(operation),
  };
};

const presentRevision = (
  row: Pick<revisions.RevisionRow, 'id' | 'number' | 'author' | 'note' | 'created_at'>,
  current: number,
) => ({
  id: row.id,
  number: row.number,
  author: row.author,
  note: row.note,
  isCurrent: row.number === current,
  createdAt: row.created_at,
});

type RevisionReference = ApplicationReference & { readonly number: number };

export const listRevisions = async (ctx: Context, db: Db, reference: ApplicationReference, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'application.revisions', reference);
  const { rows, limit, total } = await revisions.listRevisions(db, allowed, page);
  const current = await revisions.readEffectiveRevision(db, allowed);
  return makePage(
    rows,
    limit,
    total,
    (row) => String(row.number),
    (row) => presentRevision(row, current),
  );
};

export const readRevision = async (ctx: Context, db: Db, reference: RevisionReference) => {
  const allowed = await authorize(ctx, db, 'read', 'application.revisions', reference);
  const row = await mustRead(db, allowed, reference.number);
  return {
    ...presentRevision(row, await revisions.readEffectiveRevision(db, allowed)),
    ...hideSecrets(readContent(row)),
    images: JSON.parse(row.images) as revisions.RevisionImages,
  };
};

/** What the revision changes against the other. That the bytes of a secret differ is not told. */
export const diffRevisions = async (ctx: Context, db: Db, reference: RevisionReference, against: number) => {
  const allowed = await authorize(ctx, db, 'read', 'application.revisions', reference);
  const [from, to] = [await mustRead(db, allowed, against), await mustRead(db, allowed, reference.number)];
  const current = await revisions.readEffectiveRevision(db, allowed);
  return {
    from: presentRevision(from, current),
    to: presentRevision(to, current),
    ...differences.diffRevisions(hideSecrets(readContent(from)), hideSecrets(readContent(to))),
  };
};

/** Everything it takes to publish just this again; secrets too, or it would not be the same. */
export const exportApplication = async (
  ctx: Context,
  db: Db,
  reference: ApplicationReference,
  query: { form?: 'files' | 'resolved' | undefined; revision?: number | undefined },
) => {
  const allowed = await authorize(ctx, db, 'read', 'application.export', reference);
  const number = query.revision ?? (await revisions.readEffectiveRevision(db, allowed));
  const { bundle, variables, profiles, spec } = readContent(await mustRead(db, allowed, number));
  const common = { name: allowed.application.name, revision: number };
  if (query.form !== 'resolved') return { ...common, bundle, variables, profiles };
  const isBuilt = Object.values(spec.services).some(({ build }) => build !== undefined);
  const printed = printApplication(spec, allowed.application.name, isBuilt ? filesOf(bundle) : new Map());
  return { ...common, bundle: { ...printed.bundle }, variables: printed.variables, profiles: [] };
};

const filesOf = (bundle: Publication['bundle']): Map<string, string | Uint8Array> =>
  new Map<string, string | Uint8Array>([
    ...Object.entries(bundle.files),
    ...Object.entries(bundle.binaries ?? {}).map(([name, content]): [string, Uint8Array] => [
      name,
      Buffer.from(content, 'base64'),
    ]),
  ]);

const mustRead = async (
  db: Db,
  allowed: Parameters<typeof revisions.readRevision>[1],
  number: number,
): Promise<revisions.RevisionRow> => {
  const row = await revisions.readRevision(db, allowed, number);
  if (row === undefined) throw new PlatformError('not_found', 'There is no such revision, or it is not kept any more');
  return row;
};

export const listApplicationEvents = async (
  ctx: Context,
  db: Db,
  reference: ApplicationReference,
  page: PageQuery & { type?: ApplicationEvent['type'] | undefined },
) => {
  const allowed = await authorize(ctx, db, 'list', 'application.events', reference);
  const { rows, limit, total } = await listEvents(db, allowed, page);
  return makePage(
    rows,
    limit,
    total,
    (row) => row.id,
    ({ service, ...row }) => ({ ...row, ...(service === null ? {} : { service }) }),
  );
};

export const listOperationsOfEnvironment = async (
  ctx: Context,
  db: Db,
  reference: EnvironmentReference,
  page: PageQuery & { application?: string | undefined },
) => {
  const allowed = await authorize(ctx, db, 'list', 'environment.operations', reference);
  const { rows, limit, total } = await listOperations(db, allowed, page);
  return makePage(rows, limit, total, (row) => row.id, presentOperation);
};

export const readOneOperation = async (ctx: Context, db: Db, reference: EnvironmentReference & { operation: string }) =>
  presentOperation(await readOperation(db, await authorize(ctx, db, 'read', 'operation', reference)));
