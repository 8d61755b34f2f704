// What callers may read of applications: lists, one of them with its services, revisions, operations, events.
import { PlatformError } from '@berth/common/platform-error.ts';
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { authorize, rolesOf } from '#authz/authorize.ts';
import { listOfApplication, listRunning, presentContainer } from '#containers/container-store.ts';
import type { Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db } from '#db/tables.ts';
import * as store from './application-store.ts';
import { presentServices, presentSummary } from './application-view.ts';
import { findLatestOperation, listEvents, listOperations, presentOperation, readOperation } from './operation-store.ts';

type EnvironmentReference = { readonly tenant: string; readonly environment: string };
type ApplicationReference = EnvironmentReference & { readonly application: string };

export const listApplications = async (ctx: Context, db: Db, reference: EnvironmentReference, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'environment.applications', reference);
  const { rows, limit, total } = await store.listApplications(db, allowed, page);
  const [running, roles, specs] = await Promise.all([
    listRunning(
      db,
      allowed,
      rows.map((row) => row.id),
    ),
    rolesOf(ctx, db, allowed),
    store.readSpecs(db, allowed, rows),
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
        running.filter((container) => container.application.id === row.id),
        roles,
      ),
  );
};

export const readApplication = async (ctx: Context, db: Db, reference: ApplicationReference) => {
  const allowed = await authorize(ctx, db, 'read', 'application', reference);
  const row = await store.readApplication(db, allowed);
  const [spec, containerRows, roles, operation] = await Promise.all([
    store.readSpec(db, allowed, row.revision),
    listOfApplication(db, allowed),
    rolesOf(ctx, db, allowed),
    findLatestOperation(db, allowed),
  ]);
  const containers = containerRows.map(presentContainer);
  return {
    ...presentSummary(
      row,
      spec,
      containers.filter((container) => container.state === 'running'),
      roles,
    ),
    services: presentServices(row, spec, containers),
    operation: operation === undefined ? null : presentOperation(operation),
  };
};

const presentRevision = (row: {
  id: store.RevisionRow['id'];
  number: number;
  author: string;
  note: string;
  created_at: string;
}) => ({
  id: row.id,
  number: row.number,
  author: row.author,
  note: row.note,
  createdAt: row.created_at,
});

export const listRevisions = async (ctx: Context, db: Db, reference: ApplicationReference, page: PageQuery) => {
  const allowed = await authorize(ctx, db, 'list', 'application.revisions', reference);
  const { rows, limit, total } = await store.listRevisions(db, allowed, page);
  return makePage(rows, limit, total, (row) => String(row.number), presentRevision);
};

export const readRevision = async (ctx: Context, db: Db, reference: ApplicationReference & { number: number }) => {
  const allowed = await authorize(ctx, db, 'read', 'application.revisions', reference);
  const row = await store.readRevision(db, allowed, reference.number);
  if (row === undefined) throw new PlatformError('not_found', 'There is no such revision');
  return {
    ...presentRevision(row),
    bundle: JSON.parse(row.bundle) as { files: Record<string, string>; main: string[] },
    variables: JSON.parse(row.variables) as Record<string, string>,
    profiles: JSON.parse(row.profiles) as string[],
    spec: JSON.parse(row.spec) as ApplicationSpec,
  };
};

export const listApplicationEvents = async (ctx: Context, db: Db, reference: ApplicationReference, page: PageQuery) => {
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
