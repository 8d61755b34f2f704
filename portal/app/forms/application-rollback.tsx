// Roll back to a revision: first what that would do and take away, then the confirmation.
import { Button, Group, Stack, Text } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { Dialog } from '#components/dialog.tsx';
import { useRollBack } from '#api/changes.ts';
import { rollbackPreviewQuery } from '#api/queries.ts';
import { ErrorMessage, notifyDone } from '#components/error-message.tsx';
import { Losses } from '#components/plan/losses.tsx';
import { Changes, Steps } from '#components/plan/preview-parts.tsx';
import { countProblems } from '#components/plan/problem-groups.ts';
import { ProblemList } from '#components/plan/problem-list.tsx';
import { StatusIcon } from '#ui/status-badge.tsx';
import type { ApplicationPlace } from '#util/path-builder.ts';

type Props = {
  readonly place: ApplicationPlace;
  readonly number: number;
  readonly onClose: () => void;
  /** After the server took it. */
  readonly onAccepted: () => void;
};

export const RollBackApplication = ({ place, number, onClose, onAccepted }: Props) => {
  const { t } = useTranslation();
  const name = place.application;
  const [areAccepted, setAccepted] = useState(false);
  const { data, error, refetch } = useQuery(rollbackPreviewQuery(place, number));
  const rollBack = useRollBack(place, {
    onAccepted: () => {
      notifyDone(t('application.asked', { operation: t('operation.rollback') }), name);
      onAccepted();
    },
  });
  const { errors } = countProblems(data?.problems ?? []);
  const isReady = data !== undefined && errors === 0 && (data.losses.length === 0 || areAccepted);
  return (
    <Dialog onClose={onClose} size="lg" title={t('application.rollbackTitle', { name, number })}>
      <Stack>
        {error === null ? null : (
          <ErrorMessage error={error} title={t('publish.failed')} onRetry={() => void refetch()} />
        )}
        {data === undefined ? (
          <Text size="sm" c="dimmed" role="status">
            {error === null ? t('application.rollbackChecking') : null}
          </Text>
        ) : (
          <>
            <Verdict errors={errors} />
            <ProblemList problems={data.problems} files={[]} />
            <div>
              <Losses losses={data.losses} areAccepted={areAccepted} onAccept={setAccepted} />
              <Changes preview={data} />
              <Steps preview={data} isFolded />
            </div>
          </>
        )}
        {rollBack.error === null ? null : <ErrorMessage error={rollBack.error} />}
        <Group justify="flex-end">
          <Button variant="default" onClick={onClose}>
            {t('common.cancel')}
          </Button>
          <Button
            loading={rollBack.isPending}
            disabled={!isReady}
            onClick={() => rollBack.mutate({ number, acceptLosses: areAccepted })}
          >
            {t('application.rollbackConfirm', { number })}
          </Button>
        </Group>
      </Stack>
    </Dialog>
  );
};

const Verdict = ({ errors }: { errors: number }) => {
  const { t } = useTranslation();
  return (
    <Group gap={8} wrap="nowrap">
      <StatusIcon tone={errors > 0 ? 'bad' : 'good'} />
      <Text size="sm" fw={600} role="status">
        {errors > 0 ? t('application.rollbackErrors', { count: errors }) : t('application.rollbackOk')}
      </Text>
    </Group>
  );
};
