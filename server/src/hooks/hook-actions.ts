// What callers may ask about hooks: make, change and remove them. A secret is shown once, and whoever gets to see it is the
// one whose rights the hook has.
import { nowInstant } from '@berth/common/clock.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Hook, HookSpec } from '@berth/contract/hooks.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PageQuery } from '@berth/contract/pages.ts';
import { readApplication } from '#applications/application-store.ts';
import { insertEvents } from '#applications/operation-store.ts';
import { readSpec } from '#applications/revision-store.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import { actorName, type Context } from '#context.ts';
import { makePage } from '#db/page.ts';
import type { Db, Tx } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { Sealer } from '#secrets/seal.ts';
import { newSecret } from '#sign-in/secret.ts';
import * as store from './hook-store.ts';
import { presentHook } from './hook-view.ts';

type ApplicationReference = { readonly tenant: string; readonly environment: string; readonly application: string };
type HookReference = ApplicationReference & { readonly hook: string };

export interface HookActionParts {
  readonly db: Db;
  readonly live: LiveHub;
  readonly sealer: Sealer;
}

export const secretPurpose = 'hook';
const hooksMaximum = 50;

export const listHooks = async (
  ctx: Context,
  parts: HookActionParts,
  reference: ApplicationReference,
  page: PageQuery,
) => {
  const allowed = await authorize(ctx, parts.db, 'list', 'application.hooks', reference);
  const { rows, limit, total } = await store.listHooks(parts.db, allowed, page);
  return makePage(rows, limit, total, ({ name }) => name, presentHook);
};

export const createHook = async (
  ctx: Context,
  parts: HookActionParts,
  reference: ApplicationReference,
  spec: HookSpec,
): Promise<{ hook: Hook; secret: string }> => {
  const allowed = await authorize(ctx, parts.db, 'create', 'application.hooks', reference);
  await check(ctx, parts, reference, spec);
  const id = ctx.newId('hook');
  const secret = newSecret('berthhook');
  const row = await transact(parts.db, async (tx) => {
    if ((await store.countHooks(tx, allowed)) >= hooksMaximum)
      throw new PlatformError('conflict', `An application has at most ${hooksMaximum} hooks`);
    await refuseNamesake(tx, allowed, spec.name, undefined);
    return store.insertHook(tx, allowed, {
      id,
      spec,
      sealedSecret: parts.sealer.seal(secret, { purpose: secretPurpose, row: id }),
      user: personOf(ctx),
      createdBy: actorName(ctx.actor),
      now: nowInstant(ctx.clock),
    });
  });
  await tellChange(ctx, parts, reference, `The hook ${spec.name} was made: ${describe(spec)}`);
  return { hook: presentHook(row), secret };
};

export const setHook = async (
  ctx: Context,
  parts: HookActionParts,
  reference: HookReference,
  spec: HookSpec,
): Promise<Hook> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application.hooks', reference);
  const known = await find(parts.db, allowed, reference.hook);
  await check(ctx, parts, reference, spec);
  const row = await transact(parts.db, async (tx) => {
    await refuseNamesake(tx, allowed, spec.name, known.id);
    await store.writeHook(tx, allowed, known.id, spec);
    return find(tx, allowed, known.id);
  });
  await tellChange(ctx, parts, reference, `The hook ${spec.name} was changed: ${describe(spec)}`);
  return presentHook(row);
};

export const renewHookSecret = async (
  ctx: Context,
  parts: HookActionParts,
  reference: HookReference,
): Promise<{ hook: Hook; secret: string }> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application.hooks', reference);
  const { id, name } = await find(parts.db, allowed, reference.hook);
  const secret = newSecret('berthhook');
  const row = await transact(parts.db, async (tx) => {
    await store.writeSecret(tx, allowed, id, {
      sealed: parts.sealer.seal(secret, { purpose: secretPurpose, row: id }),
      user: personOf(ctx),
      createdBy: actorName(ctx.actor),
    });
    return find(tx, allowed, id);
  });
  await tellChange(ctx, parts, reference, `The hook ${name} got another secret`);
  return { hook: presentHook(row), secret };
};

export const removeHook = async (ctx: Context, parts: HookActionParts, reference: HookReference) => {
  const allowed = await authorize(ctx, parts.db, 'delete', 'application.hooks', reference);
  const { id, name } = await find(parts.db, allowed, reference.hook);
  await transact(parts.db, (tx) => store.deleteHook(tx, allowed, id));
  await tellChange(ctx, parts, reference, `The hook ${name} was removed`);
  return {};
};

const find = async (
  db: Db | Tx,
  allowed: Allowed<'modify' | 'delete', 'application.hooks'>,
  hook: string,
): Promise<store.HookRow> => {
  const row = await store.findHook(db, allowed, hook);
  if (row === undefined) throw new PlatformError('not_found', 'There is no such object, or you may not know of it');
  return row;
};

const refuseNamesake = async (
  tx: Tx,
  allowed: Allowed<'create' | 'modify', 'application.hooks'>,
  name: string,
  own: Id<'hook'> | undefined,
): Promise<void> => {
  const namesake = await store.findHook(tx, allowed, name);
  if (namesake !== undefined && namesake.id !== own)
    throw new PlatformError('conflict', `There is a hook called ${name} already`);
};

// A hook acts for a person; a part of the platform has nobody's rights to lend.
const personOf = ({ actor }: Context): Id<'user'> => {
  if (actor.kind !== 'user') throw new PlatformError('forbidden', 'Only a person can make a hook');
  return actor.user;
};

const check = async (
  ctx: Context,
  parts: HookActionParts,
  reference: ApplicationReference,
  { does }: HookSpec,
): Promise<void> => {
  if (does.kind !== 'scale') return;
  if (does.min > does.max)
    throw new PlatformError('invalid_request', `The least number (${does.min}) is above the greatest (${does.max})`);
  const allowed = await authorize(ctx, parts.db, 'read', 'application', reference);
  const application = await readApplication(parts.db, allowed);
  const { services } = await readSpec(parts.db, allowed, application.revision);
  if (services[does.service] === undefined)
    throw new PlatformError('invalid_request', `${application.name} has no service called ${does.service}`);
};

const describe = ({ does }: HookSpec): string =>
  does.kind === 'scale'
    ? `scales ${does.service} between ${does.min} and ${does.max}`
    : `upgrades${does.variables.length === 0 ? '' : ` with ${does.variables.join(', ')}`}`;

const tellChange = async (
  ctx: Context,
  parts: HookActionParts,
  reference: ApplicationReference,
  message: string,
): Promise<void> => {
  const allowed = await authorize(ctx, parts.db, 'modify', 'application', reference);
  const event = { id: ctx.newId('event'), at: nowInstant(ctx.clock), actor: actorName(ctx.actor) };
  const { id } = allowed.application;
  await transact(parts.db, (tx) =>
    insertEvents(tx, allowed, id, [{ ...event, type: 'normal', reason: 'hook', message }]),
  );
  parts.live.tell(allowed.environment.id, { type: 'changed', what: 'events', application: id });
};
