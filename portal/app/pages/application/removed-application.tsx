// The application went while one looked at it: no error, an end.
import { Button } from '@mantine/core';
import { IconCircleCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { AppLink } from '#components/link.tsx';
import { useEnvironmentPlace } from '#components/place.ts';
import { EmptyState } from '#ui/empty-state.tsx';
import { pb } from '#util/path-builder.ts';

export const RemovedApplication = ({ name }: { name: string }) => {
  const { t } = useTranslation();
  const place = useEnvironmentPlace();
  return (
    <div role="status">
      <EmptyState
        icon={<IconCircleCheck size={28} stroke={1.6} />}
        title={t('application.removedTitle', { name })}
        text={t('application.removed')}
        action={
          <Button component={AppLink} to={pb.applications(place)} mt="xs">
            {t('application.backToList')}
          </Button>
        }
      />
    </div>
  );
};
