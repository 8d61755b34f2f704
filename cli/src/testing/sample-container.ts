// A container for tests; what matters is given.
import { containerSchema, type Container } from '@berth/contract/containers.ts';

export const sampleContainer = (name: string, more: Partial<Container> = {}): Container => ({
  ...containerSchema.parse({
    id: name,
    name,
    application: { id: 'app_01m889t91000y4xckvwypz5d2d', name: 'shop' },
    service: 'web',
    slot: 0,
    revision: 1,
    host: { id: 'hst_01m889t91000y4xckvwypz5d2d', name: 'h1', address: '192.0.2.2' },
    image: 'web:1',
    state: 'running',
    health: 'none',
    ports: [],
    createdAt: '2026-01-01T12:00:00.000Z',
    observedAt: '2026-01-01T12:00:00.000Z',
  }),
  ...more,
});
