// Numbered, linear, forward only. A migration that has landed is never edited; the next one changes what it made.
import { sql, type Kysely } from 'kysely';
import type { Migration } from 'kysely/migration';

// Migrations see the tables as they were, not as tables.ts has them now.
type AnyTables = Kysely<unknown>;

const idType = 'varchar(40)';
const timeType = 'varchar(30)';
const longText = (db: AnyTables) =>
  db.getExecutor().adapter.constructor.name.startsWith('Mysql') ? sql`longtext` : sql`text`;

export const migrations: Readonly<Record<string, Migration>> = {
  '0001-first-tables': {
    up: async (db: AnyTables) => {
      const long = longText(db);
      const table = (name: string) => db.schema.createTable(name);
      await table('settings')
        .addColumn('name', 'varchar(100)', (c) => c.primaryKey())
        .addColumn('value', long, (c) => c.notNull())
        .execute();
      await table('users')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('name', 'varchar(40)', (c) => c.notNull().unique())
        .addColumn('title', 'varchar(80)', (c) => c.notNull())
        .addColumn('password_hash', 'varchar(300)', (c) => c.notNull())
        .addColumn('platform_role', 'varchar(30)')
        .addColumn('created_at', timeType, (c) => c.notNull())
        .execute();
      await table('sessions')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('user_id', idType, (c) => c.notNull().references('users.id').onDelete('cascade'))
        .addColumn('secret_hash', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('client', 'varchar(10)', (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addColumn('expires_at', timeType, (c) => c.notNull())
        .execute();
      await table('tenants')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('name', 'varchar(40)', (c) => c.notNull().unique())
        .addColumn('title', 'varchar(80)', (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .execute();
      await table('members')
        .addColumn('tenant_id', idType, (c) => c.notNull().references('tenants.id').onDelete('cascade'))
        .addColumn('user_id', idType, (c) => c.notNull().references('users.id').onDelete('cascade'))
        .addColumn('role', 'varchar(30)', (c) => c.notNull())
        .addPrimaryKeyConstraint('members_key', ['tenant_id', 'user_id'])
        .execute();
      await table('zones')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('name', 'varchar(40)', (c) => c.notNull().unique())
        .addColumn('title', 'varchar(80)', (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .execute();
      await table('environments')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('tenant_id', idType, (c) => c.notNull().references('tenants.id'))
        .addColumn('zone_id', idType, (c) => c.notNull().references('zones.id'))
        .addColumn('name', 'varchar(40)', (c) => c.notNull())
        .addColumn('title', 'varchar(80)', (c) => c.notNull())
        .addColumn('kind', 'varchar(20)', (c) => c.notNull())
        .addColumn('policy_profile', 'varchar(20)', (c) => c.notNull())
        .addColumn('bind_roots', long, (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addUniqueConstraint('environments_name', ['tenant_id', 'name'])
        .execute();
      await table('join_tokens')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('environment_id', idType, (c) => c.notNull().references('environments.id'))
        .addColumn('secret_hash', 'varchar(64)', (c) => c.notNull().unique())
        .addColumn('expires_at', timeType, (c) => c.notNull())
        .addColumn('used_at', timeType)
        .execute();
      await table('hosts')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('environment_id', idType, (c) => c.notNull().references('environments.id'))
        .addColumn('name', 'varchar(255)', (c) => c.notNull())
        .addColumn('public_key', 'varchar(200)', (c) => c.notNull().unique())
        .addColumn('state', 'varchar(20)', (c) => c.notNull())
        .addColumn('reason', 'varchar(500)')
        .addColumn('since', timeType, (c) => c.notNull())
        .addColumn('facts', long)
        .addColumn('observed_at', timeType)
        .addColumn('running', 'integer', (c) => c.notNull())
        .addColumn('total', 'integer', (c) => c.notNull())
        .addColumn('foreign_total', 'integer', (c) => c.notNull())
        .addColumn('joined_at', timeType, (c) => c.notNull())
        .addUniqueConstraint('hosts_name', ['environment_id', 'name'])
        .execute();
      await table('containers')
        .addColumn('host_id', idType, (c) => c.notNull().references('hosts.id').onDelete('cascade'))
        .addColumn('id', 'varchar(64)', (c) => c.notNull())
        .addColumn('environment_id', idType, (c) => c.notNull())
        .addColumn('application_id', idType, (c) => c.notNull())
        .addColumn('name', 'varchar(255)', (c) => c.notNull())
        .addColumn('service', 'varchar(255)', (c) => c.notNull())
        .addColumn('slot', 'integer', (c) => c.notNull())
        .addColumn('revision', 'integer', (c) => c.notNull())
        .addColumn('state', 'varchar(20)', (c) => c.notNull())
        .addColumn('observed', long, (c) => c.notNull())
        .addPrimaryKeyConstraint('containers_key', ['host_id', 'id'])
        .execute();
      await table('applications')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('tenant_id', idType, (c) => c.notNull().references('tenants.id'))
        .addColumn('environment_id', idType, (c) => c.notNull().references('environments.id'))
        .addColumn('name', 'varchar(40)', (c) => c.notNull())
        .addColumn('generation', 'integer', (c) => c.notNull())
        .addColumn('observed_generation', 'integer', (c) => c.notNull())
        .addColumn('desired_state', 'varchar(20)', (c) => c.notNull())
        .addColumn('revision', 'integer', (c) => c.notNull())
        .addColumn('scale', long, (c) => c.notNull())
        .addColumn('remove_volumes', 'integer', (c) => c.notNull())
        .addColumn('phase', 'varchar(20)', (c) => c.notNull())
        .addColumn('conditions', long, (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addColumn('updated_at', timeType, (c) => c.notNull())
        .addUniqueConstraint('applications_name', ['environment_id', 'name'])
        .execute();
      await table('revisions')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('application_id', idType, (c) => c.notNull().references('applications.id').onDelete('cascade'))
        .addColumn('number', 'integer', (c) => c.notNull())
        .addColumn('author', 'varchar(100)', (c) => c.notNull())
        .addColumn('note', 'varchar(500)', (c) => c.notNull())
        .addColumn('bundle', long, (c) => c.notNull())
        .addColumn('variables', long, (c) => c.notNull())
        .addColumn('profiles', long, (c) => c.notNull())
        .addColumn('spec', long, (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addUniqueConstraint('revisions_number', ['application_id', 'number'])
        .execute();
      await table('operations')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('environment_id', idType, (c) => c.notNull().references('environments.id'))
        .addColumn('application_id', idType, (c) => c.notNull())
        .addColumn('application_name', 'varchar(40)', (c) => c.notNull())
        .addColumn('kind', 'varchar(20)', (c) => c.notNull())
        .addColumn('state', 'varchar(20)', (c) => c.notNull())
        .addColumn('generation', 'integer', (c) => c.notNull())
        .addColumn('requested_by', 'varchar(100)', (c) => c.notNull())
        .addColumn('reason', 'varchar(100)')
        .addColumn('message', long)
        .addColumn('progress', long, (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addColumn('deadline_at', timeType, (c) => c.notNull())
        .addColumn('finished_at', timeType)
        .execute();
      await table('events')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('application_id', idType, (c) => c.notNull().references('applications.id').onDelete('cascade'))
        .addColumn('at', timeType, (c) => c.notNull())
        .addColumn('type', 'varchar(10)', (c) => c.notNull())
        .addColumn('reason', 'varchar(100)', (c) => c.notNull())
        .addColumn('message', long, (c) => c.notNull())
        .addColumn('actor', 'varchar(100)', (c) => c.notNull())
        .addColumn('service', 'varchar(255)')
        .execute();
      await table('leases')
        .addColumn('name', 'varchar(100)', (c) => c.primaryKey())
        .addColumn('holder', 'varchar(100)', (c) => c.notNull())
        .addColumn('fence', 'integer', (c) => c.notNull())
        .addColumn('expires_ms', 'bigint', (c) => c.notNull())
        .execute();
      const index = (on: string, columns: string[]) =>
        db.schema
          .createIndex(`${on}_by_${columns.join('_')}`)
          .on(on)
          .columns(columns)
          .execute();
      await index('containers', ['environment_id', 'name']);
      await index('containers', ['application_id']);
      await index('operations', ['application_id', 'created_at']);
      await index('operations', ['environment_id', 'created_at']);
      await index('events', ['application_id', 'at']);
      await index('members', ['user_id']);
    },
  },
  '0002-life-of-an-application': {
    up: async (db: AnyTables) => {
      const long = longText(db);
      const table = (name: string) => db.schema.createTable(name);
      const addToApplications = db.schema.alterTable('applications');
      await addToApplications.addColumn('former_revision', 'integer').execute();
      // MySQL has no default for long text, so the default stands in the code that inserts; rows of before get theirs here.
      for (const name of ['upgrade_settings', 'restart_services', 'upgrade', 'adopted'])
        await addToApplications.addColumn(name, long).execute();
      await addToApplications.addColumn('upgrade_accepted', 'integer', (c) => c.notNull().defaultTo(0)).execute();
      await sql`update applications set upgrade_settings = '{}', restart_services = '[]', adopted = '{}'`.execute(db);
      await db.schema.alterTable('revisions').addColumn('images', long).execute();
      await sql`update revisions set images = '{}'`.execute(db);
      await table('jobs')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('application_id', idType, (c) => c.notNull().references('applications.id').onDelete('cascade'))
        .addColumn('name', 'varchar(40)', (c) => c.notNull())
        .addColumn('spec', long, (c) => c.notNull())
        .addColumn('enabled', 'integer', (c) => c.notNull())
        .addColumn('created_by', 'varchar(100)', (c) => c.notNull())
        .addColumn('next_run_at', timeType)
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addColumn('updated_at', timeType, (c) => c.notNull())
        .addUniqueConstraint('jobs_name', ['application_id', 'name'])
        .execute();
      await table('runs')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('application_id', idType, (c) => c.notNull().references('applications.id').onDelete('cascade'))
        .addColumn('environment_id', idType, (c) => c.notNull())
        .addColumn('job_id', idType)
        .addColumn('job_name', 'varchar(40)')
        .addColumn('service', 'varchar(255)', (c) => c.notNull())
        .addColumn('command', long, (c) => c.notNull())
        .addColumn('environment', long, (c) => c.notNull())
        .addColumn('timeout_ms', 'bigint', (c) => c.notNull())
        .addColumn('revision', 'integer', (c) => c.notNull())
        .addColumn('state', 'varchar(20)', (c) => c.notNull())
        .addColumn('cancelled', 'integer', (c) => c.notNull())
        .addColumn('reason', 'varchar(100)')
        .addColumn('message', long)
        .addColumn('exit_code', 'integer')
        .addColumn('requested_by', 'varchar(100)', (c) => c.notNull())
        .addColumn('scheduled_for', timeType)
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addColumn('started_at', timeType)
        .addColumn('finished_at', timeType)
        .addColumn('container', 'varchar(100)')
        .addColumn('log_lines', long, (c) => c.notNull())
        .addUniqueConstraint('runs_schedule', ['job_id', 'scheduled_for'])
        .execute();
      await table('hooks')
        .addColumn('id', idType, (c) => c.primaryKey())
        .addColumn('application_id', idType, (c) => c.notNull().references('applications.id').onDelete('cascade'))
        .addColumn('name', 'varchar(40)', (c) => c.notNull())
        .addColumn('spec', long, (c) => c.notNull())
        .addColumn('secret', 'varchar(500)', (c) => c.notNull())
        .addColumn('user_id', idType, (c) => c.notNull().references('users.id').onDelete('cascade'))
        .addColumn('created_by', 'varchar(100)', (c) => c.notNull())
        .addColumn('created_at', timeType, (c) => c.notNull())
        .addColumn('last_call_at', timeType)
        .addColumn('last_effect_at', timeType)
        .addColumn('last_outcome', 'varchar(100)')
        .addUniqueConstraint('hooks_name', ['application_id', 'name'])
        .execute();
      await table('hook_deliveries')
        .addColumn('hook_id', idType, (c) => c.notNull().references('hooks.id').onDelete('cascade'))
        .addColumn('delivery', 'varchar(100)', (c) => c.notNull())
        .addColumn('at', timeType, (c) => c.notNull())
        .addColumn('status', 'integer', (c) => c.notNull())
        .addColumn('answer', long, (c) => c.notNull())
        .addPrimaryKeyConstraint('hook_deliveries_key', ['hook_id', 'delivery'])
        .execute();
      const index = (on: string, columns: string[]) =>
        db.schema
          .createIndex(`${on}_by_${columns.join('_')}`)
          .on(on)
          .columns(columns)
          .execute();
      await index('jobs', ['next_run_at']);
      await index('runs', ['application_id', 'created_at']);
      await index('runs', ['state']);
    },
  },
};
