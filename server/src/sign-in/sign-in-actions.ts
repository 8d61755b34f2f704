// First-run set-up, signing in and out.
import { nowInstant, toInstant, type Clock } from '@berth/common/clock.ts';
import type { NewId } from '@berth/common/new-id.ts';
import { PlatformError } from '@berth/common/platform-error.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { Caller } from '@berth/contract/sign-in.ts';
import type { Actor } from '#context.ts';
import type { Db, Queries } from '#db/tables.ts';
import { transact } from '#db/transaction.ts';
import {
  countUsers,
  deleteExpiredSessions,
  deleteSession,
  findSession,
  findUserByName,
  insertSession,
  insertUser,
  listMemberships,
  readSession,
} from './account-store.ts';
import type { AttemptLimits } from './attempt-limits.ts';
import { hashPassword, nobodysHash, passwordFits } from './password.ts';
import { newSecret, secretHash } from './secret.ts';
import type { SetupCode } from './setup-code.ts';

const sessionMs = { portal: 12 * 3_600_000, cli: 90 * 24 * 3_600_000 } as const;
const triesPerAccount = 10;
const triesPerAddress = 60;

export interface SignInParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly limits: AttemptLimits;
  readonly setupCode: SetupCode;
}

export interface SignedIn {
  readonly caller: Caller;
  /** Goes into the cookie or to the command line, and is kept nowhere. */
  readonly secret: string;
  readonly lifeMs: number;
}

export const setupNeeded = async (db: Queries): Promise<boolean> => (await countUsers(db)) === 0;

export const completeSetup = async (
  parts: SignInParts,
  input: { code: string; name: string; password: string; tenantTitle?: string | undefined; address: string },
): Promise<SignedIn> => {
  parts.limits.count({ [`setup:${input.address}`]: triesPerAccount, setup: triesPerAddress });
  if (!(await setupNeeded(parts.db))) throw new PlatformError('wrong_state', 'Set-up is done already; sign in instead');
  if (!parts.setupCode.fits(input.code))
    throw new PlatformError('forbidden', 'This is not the set-up code the server printed');
  const user = { id: parts.newId('user'), password_hash: await hashPassword(input.password) };
  const signedIn = await transact(parts.db, async (tx) => {
    if (!(await setupNeeded(tx))) throw new PlatformError('wrong_state', 'Set-up is done already; sign in instead');
    await insertUser(tx, {
      ...user,
      name: input.name,
      title: input.name,
      platform_role: 'platform_admin',
      created_at: nowInstant(parts.clock),
    });
    // The tenants of a first run belong to the person who set it up.
    const tenants = await tx.selectFrom('tenants').select('id').limit(10).execute();
    for (const tenant of tenants)
      await tx.insertInto('members').values({ tenant_id: tenant.id, user_id: user.id, role: 'tenant_admin' }).execute();
    const first = tenants[0];
    if (first !== undefined && input.tenantTitle !== undefined)
      await tx.updateTable('tenants').set({ title: input.tenantTitle }).where('id', '=', first.id).execute();
    return beginSession(parts, tx, user.id, 'portal');
  });
  parts.setupCode.spend();
  return signedIn;
};

export const signIn = async (
  parts: SignInParts,
  input: { name: string; password: string; client: 'portal' | 'cli'; address: string },
): Promise<SignedIn> => {
  const account = `account:${input.name.toLowerCase()}:${input.address}`;
  parts.limits.count({ [account]: triesPerAccount, [`address:${input.address}`]: triesPerAddress });
  const user = await findUserByName(parts.db, input.name.toLowerCase());
  const fits = await passwordFits(input.password, user?.password_hash ?? (await nobodysHash));
  if (user === undefined || !fits) throw new PlatformError('unauthenticated', 'Name or password is wrong');
  parts.limits.forgive(account);
  return transact(parts.db, (tx) => beginSession(parts, tx, user.id, input.client));
};

/** undefined: no such session, or it has run out. */
export const findActor = async (db: Queries, clock: Clock, secret: string): Promise<Actor | undefined> => {
  const row = await findSession(db, secretHash(secret));
  if (row === undefined || row.expiresAt <= nowInstant(clock)) return undefined;
  return { kind: 'user', user: row.user, name: row.name, platformRole: row.platformRole, session: row.session };
};

export const readCaller = async (db: Queries, session: Id<'session'>): Promise<Caller> => {
  const row = await readSession(db, session);
  if (row === undefined) throw new PlatformError('unauthenticated', 'Your session has ended; sign in again');
  const memberships = await listMemberships(db, row.user);
  return {
    user: { id: row.user, name: row.name, title: row.title, platformRole: row.platformRole },
    memberships: memberships.map(({ role, ...tenant }) => ({ tenant, role })),
    expiresAt: row.expiresAt,
  };
};

export const signOut = (db: Queries, session: Id<'session'>) => deleteSession(db, session);

const beginSession = async (
  parts: SignInParts,
  tx: Queries,
  user: Id<'user'>,
  client: 'portal' | 'cli',
): Promise<SignedIn> => {
  const secret = newSecret(client === 'cli' ? 'berthkey' : 'berthses');
  const id = parts.newId('session');
  const now = parts.clock.nowMs();
  await deleteExpiredSessions(tx, toInstant(now));
  await insertSession(tx, {
    id,
    user_id: user,
    secret_hash: secretHash(secret),
    client,
    created_at: toInstant(now),
    expires_at: toInstant(now + sessionMs[client]),
  });
  return { caller: await readCaller(tx, id), secret, lifeMs: sessionMs[client] };
};
