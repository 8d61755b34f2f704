// A call of a hook, by nobody until its signature says for whom: verify → once → cool down → act with the maker's present
// rights → answer. All that is wrong with a caller has one answer, so that the address tells nothing to whoever tries.
import { fromInstant, nowInstant, toInstant } from '@berth/common/clock.ts';
import { asPlatformError, PlatformError } from '@berth/common/platform-error.ts';
import type { Operation } from '@berth/contract/applications.ts';
import type { HookSpec } from '@berth/contract/hooks.ts';
import type { ApplicationParts } from '#applications/application-wishes.ts';
import { insertEvents } from '#applications/operation-store.ts';
import { authorize, type Allowed } from '#authz/authorize.ts';
import { actorName, type Context } from '#context.ts';
import type { Db } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { Sealer } from '#secrets/seal.ts';
import type { AttemptLimits } from '#sign-in/attempt-limits.ts';
import { secretPurpose } from './hook-actions.ts';
import { effectOf, type HookEffect, type HookInput } from './hook-effects.ts';
import { verifySignature } from './hook-signature.ts';
import * as store from './hook-store.ts';

export interface CallParts {
  readonly db: Db;
  readonly live: LiveHub;
  readonly sealer: Sealer;
  readonly limits: AttemptLimits;
  readonly applications: ApplicationParts;
  /** Of the reconciler: keeps the book of calls, and does nothing else. */
  readonly context: Context;
}

export interface HookCall {
  readonly hook: string;
  readonly signature: string | undefined;
  readonly delivery: string | undefined;
  readonly bodyText: string;
  readonly body: HookInput;
  readonly address: string;
}

export interface HookAnswer {
  readonly operation: Operation | null;
  readonly message: string;
}

const callsPerHook = 60;
const callsPerAddress = 600;
const keptMs = 24 * 3_600_000;
const abandonedMs = 60_000;
const acceptedStatus = 202;
// Checked against in place of a hook that is not there, so that it takes as long.
const nobodysSecret = 'berthhook_nobody';

export const callHook = async (parts: CallParts, call: HookCall): Promise<HookAnswer> => {
  const { address } = call;
  parts.limits.count({ [`hook:${address}`]: callsPerAddress, [`hook:${address}:${call.hook}`]: callsPerHook });
  const { hook, signature } = await verify(parts, call);
  const way = { tenant: hook.tenant, environment: hook.environment, application: hook.application };
  const book = await authorize(parts.context, parts.db, 'modify', 'application', way);
  const ctx = contextOf(parts, hook);
  try {
    const { answer, isRepeat } = await once(parts, book, hook, namesOf(call, signature), () =>
      act(parts, ctx, book, hook, call),
    );
    if (!isRepeat)
      await record(
        parts,
        ctx,
        book,
        hook,
        call,
        answer.operation === null ? 'nothing_to_do' : 'accepted',
        answer.message,
      );
    return answer;
  } catch (thrown) {
    const { code, message } = asPlatformError(thrown);
    await record(parts, ctx, book, hook, call, code, message);
    throw thrown;
  }
};

const verify = async (parts: CallParts, call: HookCall): Promise<{ hook: store.CalledHook; signature: string }> => {
  const hook = await store.findCalled(parts.db, call.hook);
  const secret =
    hook === undefined ? nobodysSecret : parts.sealer.open(hook.secret, { purpose: secretPurpose, row: hook.id });
  const nowMs = parts.context.clock.nowMs();
  const signature = verifySignature(secret, { header: call.signature, body: call.bodyText }, nowMs);
  if (hook === undefined || signature === undefined || !isOpen(JSON.parse(hook.spec) as HookSpec, nowMs))
    throw new PlatformError('unauthenticated', 'There is no such hook, or the call is not signed with its secret');
  return { hook, signature };
};

const isOpen = ({ enabled, expiresAt }: HookSpec, nowMs: number): boolean =>
  enabled && (expiresAt === null || fromInstant(expiresAt) > nowMs);

const contextOf = ({ context }: CallParts, { user, userName, platformRole, name }: store.CalledHook): Context => ({
  ...context,
  actor: { kind: 'hook', user, name: userName, platformRole, hook: name },
});

// What was signed is the same call wherever it comes from again: the delivery is not part of what is signed, so another one
// does not make another call of it.
const namesOf = ({ delivery }: HookCall, signature: string): string[] => {
  if (delivery === undefined) return [`s:${signature}`];
  if (!/^[\x21-\x7e]{1,90}$/.test(delivery))
    throw new PlatformError('invalid_request', 'berth-delivery is at most 90 signs, without blanks');
  return [`s:${signature}`, `d:${delivery}`];
};

/** Does the work unless it has been done under one of the names; then gives the answer of that time. */
const once = async (
  parts: CallParts,
  book: Allowed<'modify', 'application'>,
  hook: store.CalledHook,
  names: readonly string[],
  work: () => Promise<HookAnswer>,
): Promise<{ answer: HookAnswer; isRepeat: boolean }> => {
  const { clock } = parts.context;
  const former = await transact(parts.db, async (tx) => {
    const known = await store.findDelivery(tx, book, hook.id, names);
    if (known !== undefined && known.status !== 0) return known;
    if (known !== undefined) {
      if (clock.nowMs() - fromInstant(known.at) < abandonedMs)
        throw new PlatformError('too_many_requests', 'This call is being handled; ask again in a moment', {
          retryAfterSeconds: 1,
        });
      // A server that ended in the middle left it.
      await store.deleteDeliveries(tx, book, hook.id, names);
    }
    await store.insertDeliveries(tx, book, hook.id, names, {
      now: nowInstant(clock),
      forgetBefore: toInstant(clock.nowMs() - keptMs),
    });
    return undefined;
  });
  if (former !== undefined) return { answer: JSON.parse(former.answer) as HookAnswer, isRepeat: true };
  try {
    const answer = await work();
    await store.writeAnswer(parts.db, book, hook.id, names, { status: acceptedStatus, text: JSON.stringify(answer) });
    return { answer, isRepeat: false };
  } catch (thrown) {
    // Nothing was done: the same call may be tried again.
    await store.deleteDeliveries(parts.db, book, hook.id, names);
    throw thrown;
  }
};

const act = async (
  parts: CallParts,
  ctx: Context,
  book: Allowed<'modify', 'application'>,
  hook: store.CalledHook,
  call: HookCall,
): Promise<HookAnswer> => {
  const spec = JSON.parse(hook.spec) as HookSpec;
  const effect = await effectOf(ctx, parts.applications, hook, spec, call.body);
  if (effect.act === undefined) return { operation: null, message: effect.message };
  return coolDown(parts, book, hook, spec.coolDownMs, effect.act, effect.message);
};

const coolDown = async (
  parts: CallParts,
  book: Allowed<'modify', 'application'>,
  hook: store.CalledHook,
  coolDownMs: number,
  work: NonNullable<HookEffect['act']>,
  message: string,
): Promise<HookAnswer> => {
  const nowMs = parts.context.clock.nowMs();
  const now = toInstant(nowMs);
  if (!(await store.claimEffect(parts.db, book, hook.id, { now, notSince: toInstant(nowMs - coolDownMs) }))) {
    const readyMs = fromInstant((await store.findCalled(parts.db, hook.id))?.last_effect_at ?? now) + coolDownMs;
    throw new PlatformError('too_many_requests', 'The hook is cooling down after its last call', {
      retryAfterSeconds: Math.max(1, (readyMs - nowMs) / 1000),
    });
  }
  try {
    return { operation: await work(), message };
  } catch (thrown) {
    await store.giveBackEffect(parts.db, book, hook.id, now, hook.last_effect_at);
    throw thrown;
  }
};

const record = async (
  parts: CallParts,
  ctx: Context,
  book: Allowed<'modify', 'application'>,
  hook: store.CalledHook,
  { address }: HookCall,
  code: string,
  message: string,
): Promise<void> => {
  const now = nowInstant(ctx.clock);
  await transact(parts.db, async (tx) => {
    await store.writeOutcome(tx, book, hook.id, { at: now, code });
    await insertEvents(tx, book, hook.application, [
      {
        id: ctx.newId('event'),
        at: now,
        type: code === 'accepted' || code === 'nothing_to_do' ? 'normal' : 'warning',
        reason: 'hook_called',
        message: `The hook ${hook.name} was called from ${address}: ${code}. ${message}`,
        actor: actorName(ctx.actor),
      },
    ]);
  });
  parts.live.tell(hook.environment, { type: 'changed', what: 'events', application: hook.application });
};
