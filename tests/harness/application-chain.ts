// A short life of one application, wish after wish, with what is to be on the engine after each: for tests that disturb every
// step of it in some way, and want the same end.
import type { Operation } from '@berth/contract/applications.ts';
import { bundle, type Site } from './application.ts';

export type ChainSite = Pick<Site, 'admin' | 'place'>;

const compose = (text: string): string => `
services:
  db:
    image: sim/db:1
    environment: {TEXT: ${text}}
    volumes: ["data:/data"]
    deploy: {update_config: {monitor: 1ms}}
  api:
    image: sim/api:1
    environment: {TEXT: ${text}}
    depends_on: [db]
    deploy: {update_config: {monitor: 1ms}}
  web:
    image: sim/web:1
    environment: {TEXT: ${text}}
    depends_on: [api]
    deploy: {replicas: 2, update_config: {order: start-first, parallelism: 1, monitor: 1ms}}
volumes: {data: {}}
`;

export const chainName = 'shop';
export interface ChainStage {
  readonly phase: string;
  readonly ask: (site: ChainSite) => Promise<{ operation: Operation }>;
  /** What is on the engine afterwards. */
  readonly holds: readonly string[];
}

const at = (site: ChainSite) => ({ ...site.place, application: chainName });
const publish = (text: string) => (site: ChainSite) =>
  site.admin.publishApplication({ params: site.place, body: bundle(chainName, { 'compose.yaml': compose(text) }) });
const three = [
  'berth-shop-api-1',
  'berth-shop-db-1',
  'berth-shop-web-1',
  'berth-shop-web-2',
  'berth-shop_data',
  'berth-shop_default',
];

export const chainStages: readonly ChainStage[] = [
  { phase: 'a publish', ask: publish('one'), holds: three },
  { phase: 'an upgrade', ask: publish('two'), holds: three },
  {
    phase: 'a rollback',
    ask: (site) => site.admin.rollBackApplication({ params: { ...at(site), number: 1 }, body: {} }),
    holds: three,
  },
  {
    phase: 'a change of scale',
    ask: (site) => site.admin.scaleApplication({ params: at(site), body: { services: { web: 3, api: 2 } } }),
    holds: [...three, 'berth-shop-api-2', 'berth-shop-web-3'].sort(),
  },
  {
    phase: 'a removal',
    ask: (site) => site.admin.removeApplication({ params: at(site), body: { removeVolumes: true } }),
    holds: [],
  },
];
