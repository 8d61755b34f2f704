// What every change does after the server accepted it: follow the operation, then say how it ended and what to do.
import type { Application, ApplicationSummary, Operation } from '@berth/contract/applications.ts';
import { fromInstant } from '@berth/common/clock.ts';
import { ApiError } from '@berth/contract/client.ts';
import { exitCodes } from '#exit-codes.ts';
import type { Machine } from '#machine.ts';
import { conditionDetails, conditionText, endpointLines } from '#applications/application-text.ts';
import { printable } from '#output/printable.ts';
import { printJson } from '#output/table.ts';
import { durationText } from '#output/words.ts';
import { placeText, type Place } from '#session/find-place.ts';
import type { Session } from '#session/session.ts';
import { followOperation } from './follow-operation.ts';
import { makeProgressView } from './progress-view.ts';

export type FollowFlags = { readonly detach?: boolean; readonly json?: boolean };
/** What the server answers; only the operation is looked at. */
export type Accepted = { readonly application?: ApplicationSummary; readonly operation: Operation };

export const followAccepted = async (
  session: Session,
  place: Place,
  accepted: Accepted,
  flags: FollowFlags,
): Promise<number> => {
  const { machine } = session;
  const { kind, id, application } = accepted.operation;
  if (flags.detach === true) {
    if (flags.json === true) printJson(machine, accepted);
    else
      machine.out(
        `${nouns[kind]} of ${application.name} has begun as ${id}. See "berth operations ${application.name}".\n`,
      );
    return exitCodes.done;
  }
  if (flags.json !== true) machine.out(`${nouns[kind]} of ${application.name} in ${placeText(place)}\n`);
  const onInterrupt = (): void => {
    machine.err(`\nThe operation goes on at the server: "berth operations ${application.name}" shows it.\n`);
    process.exit(exitCodes.interrupted);
  };
  process.once('SIGINT', onInterrupt);
  const view = flags.json === true ? undefined : makeProgressView(machine);
  const operation = await followOperation(session, place, accepted.operation, (seen) => view?.show(seen));
  view?.end();
  process.removeListener('SIGINT', onInterrupt);
  const after = await readAfter(session, place, operation);
  if (flags.json === true) printJson(machine, { operation, application: after ?? null });
  else printOutcome(machine, operation, after);
  return operation.state === 'succeeded' ? exitCodes.done : exitCodes.failed;
};

const nouns: Readonly<Record<Operation['kind'], string>> = {
  publish: 'Publish',
  start: 'Start',
  stop: 'Stop',
  scale: 'Scaling',
  restart: 'Restart',
  rollback: 'Rollback',
  abort: 'Abort of the upgrade',
  resume: 'Resumption of the upgrade',
  accept: 'Acceptance of the upgrade',
  import: 'Import',
  remove: 'Removal',
};

/** The application as it is now; undefined once it is gone. */
const readAfter = async ({ client }: Session, place: Place, operation: Operation): Promise<Application | undefined> => {
  try {
    return await client.readApplication({ params: { ...place, application: operation.application.id } });
  } catch (thrown) {
    if (thrown instanceof ApiError && thrown.code === 'not_found') return undefined;
    throw thrown;
  }
};

const printOutcome = (machine: Machine, operation: Operation, application: Application | undefined): void => {
  const { kind, state, createdAt, finishedAt, message } = operation;
  const took = finishedAt === null ? '' : ` in ${durationText(fromInstant(finishedAt) - fromInstant(createdAt))}`;
  const what = `${nouns[kind]} of ${operation.application.name}`;
  if (state === 'succeeded') {
    machine.out(`${machine.style('green', 'done:')} ${what}${took}\n`);
    if (application !== undefined && (kind === 'publish' || kind === 'start'))
      machine.out(endpointLines(application.services));
    return;
  }
  if (state === 'superseded') {
    machine.err(`${machine.style('yellow', 'superseded:')} ${what} gave way to a later operation.\n`);
    return;
  }
  const because = printable(message ?? operation.reason ?? 'no reason was given');
  machine.err(`${machine.style('red', 'failed:')} ${what}${took}: ${because}\n`);
  // What the message says already is not said again; what to do and the last log lines are.
  for (const condition of application?.conditions ?? [])
    if (condition.type !== 'Available' && condition.type !== 'Progressing')
      machine.err(
        condition.message === message ? conditionDetails(machine, condition) : conditionText(machine, condition),
      );
};
