// An operation for tests; what matters is given.
import { operationSchema, type Operation } from '@berth/contract/applications.ts';

export const sampleOperation = (more: Partial<Operation> = {}): Operation => ({
  ...operationSchema.parse({
    id: 'opn_01m889t9117azjwfncra7zt7nf',
    kind: 'publish',
    state: 'running',
    application: { id: 'app_01m889t91000y4xckvwypz5d2d', name: 'shop' },
    requestedBy: 'ada',
    createdAt: '2026-01-01T12:00:00.000Z',
    deadlineAt: '2126-01-01T12:30:00.000Z',
    finishedAt: null,
    reason: null,
    message: null,
    progress: [],
  }),
  ...more,
});

export const sampleStep = (more: Partial<Operation['progress'][number]> = {}): Operation['progress'][number] => ({
  id: 'container:web:0',
  action: 'create_container',
  target: 'web-1',
  host: 'h1',
  because: 'the service wants it',
  state: 'waiting',
  ...more,
});
