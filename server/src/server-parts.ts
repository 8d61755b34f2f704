// What the parts of a portal server hand to one another; assemble.ts makes it.
import type { Clock } from '@berth/common/clock.ts';
import type { Log } from '@berth/common/log.ts';
import type { NewId } from '@berth/common/new-id.ts';
import type { ApplicationParts } from '#applications/application-wishes.ts';
import type { ShellSockets } from '#containers/shell-sockets.ts';
import type { Db } from '#db/tables.ts';
import type { Gate } from '#hosts/docker-server-gate.ts';
import type { DockerServerLinks } from '#hosts/docker-server-links.ts';
import type { CallParts } from '#hooks/call-hook.ts';
import type { ImportParts } from '#imports/import-actions.ts';
import type { JobActionParts } from '#jobs/job-actions.ts';
import type { LiveHub } from '#live/live-hub.ts';
import type { LoopStatus } from '#reconcile/loop.ts';
import type { SignInParts } from '#sign-in/sign-in-actions.ts';

export interface ServerParts {
  readonly db: Db;
  readonly clock: Clock;
  readonly newId: NewId;
  readonly log: Log;
  readonly version: string;
  readonly live: LiveHub;
  readonly links: DockerServerLinks;
  readonly gate: Gate;
  readonly shells: ShellSockets;
  readonly signIn: SignInParts;
  readonly applications: ApplicationParts;
  readonly imports: ImportParts;
  readonly jobs: JobActionParts;
  readonly hooks: CallParts;
  readonly loops: () => LoopStatus[];
}
