// The tables, as rows are stored. Times are ISO 8601 text, JSON is text, booleans are 0 and 1: what SQLite and MySQL share.
import type { Kysely, Transaction } from 'kysely';
import type { ObservedContainer } from '@berth/contract/engine-objects.ts';
import type { Id } from '@berth/contract/ids.ts';
import type { PlatformRole, TenantRole } from '@berth/contract/roles.ts';
import type { PolicyProfile } from '@berth/contract/environments.ts';
import type { HostState } from '@berth/contract/hosts.ts';
import type { RunState } from '@berth/contract/jobs.ts';
import type { ApplicationPhase, DesiredState, Operation } from '@berth/contract/applications.ts';

type Json = string;
type Time = string;

export interface Tables {
  settings: { name: string; value: string };
  users: {
    id: Id<'user'>;
    name: string;
    title: string;
    password_hash: string;
    platform_role: PlatformRole | null;
    created_at: Time;
  };
  sessions: {
    id: Id<'session'>;
    user_id: Id<'user'>;
    secret_hash: string;
    client: 'portal' | 'cli';
    created_at: Time;
    expires_at: Time;
  };
  tenants: { id: Id<'tenant'>; name: string; title: string; created_at: Time };
  members: { tenant_id: Id<'tenant'>; user_id: Id<'user'>; role: TenantRole };
  zones: { id: Id<'zone'>; name: string; title: string; created_at: Time };
  environments: {
    id: Id<'environment'>;
    tenant_id: Id<'tenant'>;
    zone_id: Id<'zone'>;
    name: string;
    title: string;
    kind: 'standalone';
    policy_profile: PolicyProfile;
    bind_roots: Json;
    created_at: Time;
  };
  join_tokens: {
    id: Id<'joinToken'>;
    environment_id: Id<'environment'>;
    secret_hash: string;
    expires_at: Time;
    used_at: Time | null;
  };
  hosts: {
    id: Id<'host'>;
    environment_id: Id<'environment'>;
    name: string;
    public_key: string;
    state: HostState;
    reason: string | null;
    since: Time;
    facts: Json | null;
    observed_at: Time | null;
    running: number;
    total: number;
    foreign_total: number;
    joined_at: Time;
  };
  containers: {
    host_id: Id<'host'>;
    id: string;
    environment_id: Id<'environment'>;
    application_id: Id<'application'>;
    name: string;
    service: string;
    slot: number;
    revision: number;
    state: ObservedContainer['state'];
    observed: Json;
  };
  applications: {
    id: Id<'application'>;
    tenant_id: Id<'tenant'>;
    environment_id: Id<'environment'>;
    name: string;
    /** Raised by every wish of a caller. */
    generation: number;
    /** The generation the reconciler has carried out. */
    observed_generation: number;
    desired_state: DesiredState;
    revision: number;
    scale: Json;
    remove_volumes: number;
    /** The revision to go back to, as long as the upgrade is not accepted. A caller's word. */
    former_revision: number | null;
    upgrade_settings: Json;
    /** 1: what is left is replaced without waiting, and nothing turns back by itself. */
    upgrade_accepted: number;
    /** Services to be restarted for the newest wish. */
    restart_services: Json;
    /** How far the upgrade is; the reconciler's word. */
    upgrade: Json | null;
    /** Objects that were taken over: `{networks: {key: engineName}, volumes: {key: engineName}}`. */
    adopted: Json;
    phase: ApplicationPhase;
    conditions: Json;
    created_at: Time;
    updated_at: Time;
  };
  revisions: {
    id: Id<'revision'>;
    application_id: Id<'application'>;
    number: number;
    author: string;
    note: string;
    bundle: Json;
    variables: Json;
    profiles: Json;
    spec: Json;
    /** Image reference → `{id, digest?}`, once it has run; the reconciler's word. */
    images: Json;
    created_at: Time;
  };
  jobs: {
    id: Id<'job'>;
    application_id: Id<'application'>;
    name: string;
    spec: Json;
    enabled: number;
    created_by: string;
    /** When it is due; null: never. What the scheduler looks for. */
    next_run_at: Time | null;
    created_at: Time;
    updated_at: Time;
  };
  runs: {
    id: Id<'run'>;
    application_id: Id<'application'>;
    environment_id: Id<'environment'>;
    job_id: Id<'job'> | null;
    job_name: string | null;
    service: string;
    command: Json;
    environment: Json;
    timeout_ms: number;
    revision: number;
    state: RunState;
    /** 1: somebody asked for its end. */
    cancelled: number;
    reason: string | null;
    message: string | null;
    exit_code: number | null;
    requested_by: string;
    scheduled_for: Time | null;
    created_at: Time;
    started_at: Time | null;
    finished_at: Time | null;
    container: string | null;
    log_lines: Json;
  };
  hooks: {
    id: Id<'hook'>;
    application_id: Id<'application'>;
    name: string;
    spec: Json;
    /** Sealed: the secret itself is needed to check a signature. */
    secret: string;
    user_id: Id<'user'>;
    created_by: string;
    created_at: Time;
    last_call_at: Time | null;
    last_effect_at: Time | null;
    last_outcome: string | null;
  };
  hook_deliveries: {
    hook_id: Id<'hook'>;
    delivery: string;
    at: Time;
    status: number;
    answer: Json;
  };
  operations: {
    id: Id<'operation'>;
    environment_id: Id<'environment'>;
    application_id: Id<'application'>;
    application_name: string;
    kind: Operation['kind'];
    state: Operation['state'];
    generation: number;
    requested_by: string;
    reason: string | null;
    message: string | null;
    progress: Json;
    created_at: Time;
    deadline_at: Time;
    finished_at: Time | null;
  };
  events: {
    id: Id<'event'>;
    application_id: Id<'application'>;
    at: Time;
    type: 'normal' | 'warning';
    reason: string;
    message: string;
    actor: string;
    service: string | null;
  };
  leases: { name: string; holder: string; fence: number; expires_ms: number };
}

export type Db = Kysely<Tables>;
export type Tx = Transaction<Tables>;
/** Where a query may run: by itself, or inside a transaction. */
export type Queries = Db | Tx;
