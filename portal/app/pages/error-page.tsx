// A page that could not be drawn: why, what to do, and the number with which the platform team finds it in its log.
import { Button, Code, Group, Stack, Text } from '@mantine/core';
import { IconBug, IconPlugConnectedX, IconRefresh } from '@tabler/icons-react';
import { useQueryErrorResetBoundary } from '@tanstack/react-query';
import { useRouter, type ErrorComponentProps } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useTranslation } from 'react-i18next';
import { isApiError, isOffline, isUnauthenticated } from '#api/client.ts';
import { errorText } from '#components/error-message.tsx';
import { AppLink } from '#components/link.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { browserClock } from '#util/clock.ts';
import { isLoadFailure } from '#util/load-part.ts';
import { pb } from '#util/path-builder.ts';
import { NotFoundPage } from './not-found-page.tsx';

const againAfterMs = 4_000;

export const ErrorPage = ({ error, reset }: ErrorComponentProps) => {
  const router = useRouter();
  const boundary = useQueryErrorResetBoundary();
  const retry = (): void => {
    boundary.reset();
    reset();
    void router.invalidate();
  };
  if (isUnauthenticated(error)) return null;
  if (isApiError(error) && error.status === 404) return <NotFoundPage />;
  if (isLoadFailure(error)) return <StalePage />;
  if (isOffline(error)) return <OfflinePage retry={retry} />;
  return <FailurePage error={error} retry={retry} />;
};

const StalePage = () => {
  const { t } = useTranslation();
  return (
    <EmptyState
      icon={<IconRefresh size={28} stroke={1.6} />}
      title={t('error.staleTitle')}
      isPage
      text={t('error.stale')}
      action={<Button onClick={() => window.location.reload()}>{t('error.reload')}</Button>}
    />
  );
};

const OfflinePage = ({ retry }: { retry: () => void }) => {
  const { t } = useTranslation();
  useEffect(() => browserClock.after(againAfterMs, retry));
  return (
    <EmptyState
      icon={<IconPlugConnectedX size={28} stroke={1.6} />}
      title={t('error.offlineTitle')}
      isPage
      text={t('error.offline')}
      action={
        <Button variant="default" onClick={retry}>
          {t('common.retry')}
        </Button>
      }
    />
  );
};

const FailurePage = ({ error, retry }: { error: unknown; retry: () => void }) => {
  const { t } = useTranslation();
  const text = errorText(error);
  const requestId = isApiError(error) ? error.requestId : undefined;
  return (
    <div role="alert">
      <EmptyState
        icon={<IconBug size={28} stroke={1.6} />}
        title={t('error.title')}
        isPage
        text={text.message === undefined ? text.title : `${text.title} ${text.message}`}
        action={
          <Stack align="center" gap="md">
            {requestId === undefined ? null : (
              <Text size="sm" c="dimmed">
                {t('error.requestId')}: <Code>{requestId}</Code>
              </Text>
            )}
            <Group gap="xs">
              <Button onClick={retry}>{t('common.retry')}</Button>
              <Button variant="default" component={AppLink} to={pb.home()}>
                {t('error.home')}
              </Button>
            </Group>
          </Stack>
        }
      />
    </div>
  );
};
