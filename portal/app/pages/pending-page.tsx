// A page that takes its time: a calm frame, announced.
import { Center, Loader, VisuallyHidden } from '@mantine/core';
import { useTranslation } from 'react-i18next';

export const PendingPage = () => {
  const { t } = useTranslation();
  return (
    <Center mih="40vh" role="status">
      <Loader size="md" aria-hidden="true" />
      <VisuallyHidden>{t('common.loading')}</VisuallyHidden>
    </Center>
  );
};
