// Who needs whom, who meets where, who keeps data where: for the picture of an application. Pure.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Application } from '@berth/contract/applications.ts';
import { objectName } from '#orchestration/standalone/wanted-containers.ts';

export const topologyOf = (application: string, spec: ApplicationSpec): Application['topology'] => ({
  services: Object.entries(spec.services).map(([name, service]) => {
    const shared = service.networkMode?.match(/^service:(.+)$/)?.[1];
    return {
      name,
      needs: [
        ...new Set([
          ...Object.keys(service.dependsOn),
          ...service.links.map((link) => link.service),
          ...(service.volumesFrom ?? []).map((from) => from.service),
          ...(shared === undefined ? [] : [shared]),
        ]),
      ].filter((needed) => spec.services[needed] !== undefined),
      networks: Object.keys(service.networks),
      volumes: service.mounts.flatMap((mount) =>
        mount.kind === 'volume' && mount.volume !== undefined
          ? [{ name: mount.volume, target: mount.target, readOnly: mount.readOnly }]
          : [],
      ),
    };
  }),
  networks: Object.entries(spec.networks).map(([name, network]) => ({
    name,
    engineName: network.engineName ?? objectName(application, name, network),
    external: network.external,
  })),
  volumes: Object.entries(spec.volumes).map(([name, volume]) => ({
    name,
    engineName: volume.engineName ?? objectName(application, name, volume),
    external: volume.external,
  })),
});
