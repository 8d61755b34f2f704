// Whether the images of an application can be had: those on the host are there, others are asked of their registry by the
// host. A registry that does not answer is no reason against publishing: it may answer when the image is pulled.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { HostLook } from '#hosts/look-at-host.ts';

export const findImageProblems = async (
  spec: ApplicationSpec,
  look: Pick<HostLook, 'findImage' | 'findRemoteImage'>,
): Promise<Problem[]> => {
  const wanted = new Map<string, { service: string; isForbidden: boolean }>();
  for (const [service, { image, build, pullPolicy }] of Object.entries(spec.services))
    if (build === undefined && !wanted.has(image)) wanted.set(image, { service, isForbidden: pullPolicy === 'never' });
  const found = await Promise.all(
    [...wanted].map(async ([image, { service, isForbidden }]): Promise<Problem[]> => {
      const path = `services.${service}.image`;
      if ((await look.findImage(image)) !== undefined) return [];
      if (isForbidden)
        return [
          {
            severity: 'error',
            code: 'image_not_found',
            message: `The image ${image} is not on the host, and the file forbids pulling it`,
            path,
          },
        ];
      const { state, message } = await look.findRemoteImage(image);
      const words = message === undefined ? '' : `: ${message}`;
      if (state === 'not_found')
        return [
          {
            severity: 'error',
            code: 'image_not_found',
            message: `There is no image ${image} in its registry${words}`,
            path,
          },
        ];
      if (state === 'denied')
        return [
          {
            severity: 'error',
            code: 'image_denied',
            message: `The registry does not let this host pull ${image}, or does not have it${words}`,
            path,
          },
        ];
      if (state === 'unknown')
        return [
          {
            severity: 'warning',
            code: 'image_unknown',
            message: `It cannot be told now whether ${image} can be pulled${words}`,
            path,
          },
        ];
      return [];
    }),
  );
  return found.flat();
};
