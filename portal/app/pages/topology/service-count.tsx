// How many containers a service has of those it should; of one that is there to end, that it has.
import type { Service } from '@berth/contract/applications.ts';
import { useTranslation } from 'react-i18next';

export const ServiceCount = ({ service }: { service: Service | undefined }) => {
  const { t } = useTranslation();
  const { running = 0, finished = 0, desired = 0 } = service ?? {};
  if (running === 0 && finished > 0) return t('services.finished', { finished });
  return `${running} / ${desired}`;
};
