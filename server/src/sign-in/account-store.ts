// Accounts and sessions. Reading one's own session needs no handle: holding the secret is the leave.
import type { Id } from '@berth/contract/ids.ts';
import type { Queries, Tx } from '#db/tables.ts';

export const countUsers = async (db: Queries): Promise<number> =>
  Number(
    (
      await db
        .selectFrom('users')
        .select((e) => e.fn.countAll().as('count'))
        .executeTakeFirstOrThrow()
    ).count,
  );

export const findUserByName = (db: Queries, name: string) =>
  db
    .selectFrom('users')
    .select(['id', 'name', 'title', 'password_hash', 'platform_role', 'created_at'])
    .where('name', '=', name)
    .executeTakeFirst();

export const insertUser = (
  tx: Tx,
  user: {
    id: Id<'user'>;
    name: string;
    title: string;
    password_hash: string;
    platform_role: 'platform_admin' | null;
    created_at: string;
  },
) => tx.insertInto('users').values(user).execute();

export const insertSession = (
  tx: Queries,
  session: {
    id: Id<'session'>;
    user_id: Id<'user'>;
    secret_hash: string;
    client: 'portal' | 'cli';
    created_at: string;
    expires_at: string;
  },
) => tx.insertInto('sessions').values(session).execute();

export const findSession = (db: Queries, hash: string) =>
  db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select([
      's.id as session',
      's.expires_at as expiresAt',
      'u.id as user',
      'u.name',
      'u.title',
      'u.platform_role as platformRole',
    ])
    .where('s.secret_hash', '=', hash)
    .executeTakeFirst();

export const readSession = (db: Queries, session: Id<'session'>) =>
  db
    .selectFrom('sessions as s')
    .innerJoin('users as u', 'u.id', 's.user_id')
    .select(['s.expires_at as expiresAt', 'u.id as user', 'u.name', 'u.title', 'u.platform_role as platformRole'])
    .where('s.id', '=', session)
    .executeTakeFirst();

export const deleteSession = (db: Queries, session: Id<'session'>) =>
  db.deleteFrom('sessions').where('id', '=', session).execute();

export const deleteExpiredSessions = (db: Queries, now: string) =>
  db.deleteFrom('sessions').where('expires_at', '<', now).execute();

export const listMemberships = (db: Queries, user: Id<'user'>) =>
  db
    .selectFrom('members as m')
    .innerJoin('tenants as t', 't.id', 'm.tenant_id')
    .select(['t.id', 't.name', 't.title', 'm.role'])
    .where('m.user_id', '=', user)
    .orderBy('t.name')
    .limit(1000)
    .execute();
