// For a caller without a tenant, or a tenant without an environment: whom to ask.
import { IconAnchor } from '@tabler/icons-react';
import { useParams } from '@tanstack/react-router';
import { useTranslation } from 'react-i18next';
import { EmptyState } from '#ui/empty-state.tsx';
import { PageHeader } from '#ui/page-header.tsx';

export const NoTenantPage = () => {
  const { t } = useTranslation();
  return (
    <>
      <PageHeader title={t('welcome.title')} />
      <EmptyState icon={<IconAnchor size={28} stroke={1.6} />} title={t('welcome.noTenant')} />
    </>
  );
};

export const NoEnvironmentPage = () => {
  const { t } = useTranslation();
  const params: Readonly<Record<string, unknown>> = useParams({ strict: false });
  return (
    <>
      <PageHeader title={t('welcome.title')} />
      <EmptyState
        icon={<IconAnchor size={28} stroke={1.6} />}
        title={t('welcome.noEnvironment', { tenant: String(params['tenant']) })}
      />
    </>
  );
};
