// There is nothing at this address, or the caller may not know of it.
import { Button } from '@mantine/core';
import { IconMapOff } from '@tabler/icons-react';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { AppLink } from '#components/link.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { pb } from '#util/path-builder.ts';

export const NotFoundPage = () => {
  const { t } = useTranslation();
  useEffect(() => {
    document.title = `${t('error.notFoundTitle')} · Berth`;
  }, [t]);
  return (
    <EmptyState
      icon={<IconMapOff size={28} stroke={1.6} />}
      title={t('error.notFoundTitle')}
      isPage
      text={t('error.notFound')}
      action={
        <Button component={AppLink} to={pb.home()} variant="default" mt="xs">
          {t('error.home')}
        </Button>
      }
    />
  );
};
