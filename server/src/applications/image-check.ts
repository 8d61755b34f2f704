// Whether the images of an application can be had: those on the host are there, unless the file wants the newest; others are
// asked of their registry by the host. Of a revision that has run, it is what it ran that must be there. A registry that does
// not answer is no reason against publishing: it may answer when the image is pulled.
import type { ApplicationSpec } from '@berth/contract/application-spec.ts';
import type { Problem } from '@berth/contract/problems.ts';
import type { HostLook } from '#hosts/look-at-host.ts';
import type { ImagePin, ImagePins } from '#orchestration/desired.ts';

export const findImageProblems = async (
  spec: ApplicationSpec,
  look: Look,
  pins: ImagePins = {},
): Promise<Problem[]> => {
  const wanted = new Map<string, { service: string; policy: 'always' | 'missing' | 'never' }>();
  for (const [service, { image, build, pullPolicy: policy }] of Object.entries(spec.services))
    if (build === undefined && !wanted.has(image)) wanted.set(image, { service, policy });
  const found = await Promise.all(
    [...wanted].map(async ([reference, { service, policy }]): Promise<Problem[]> => {
      const path = `services.${service}.image`;
      const pin = pins[reference];
      if (await isThere(look, reference, pin, policy)) return [];
      const image = pin?.digest ?? reference;
      if (policy === 'never')
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

type Look = Pick<HostLook, 'findImage' | 'findRemoteImage'>;

const isThere = async (look: Look, reference: string, pin: ImagePin | undefined, policy: string): Promise<boolean> => {
  if (pin !== undefined && (await look.findImage(pin.id)) !== undefined) return true;
  // What came from no registry is not to be had again; the planner takes what the reference stands for now.
  const isAskedFor = pin === undefined ? policy === 'always' : pin.digest !== undefined;
  return !isAskedFor && (await look.findImage(reference)) !== undefined;
};
