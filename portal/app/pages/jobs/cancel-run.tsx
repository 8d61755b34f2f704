// Ends a run that has not ended.
import type { Run } from '@berth/contract/jobs.ts';
import { IconPlayerStop } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { useCancelRun } from '#api/job-changes.ts';
import { useMay } from '#components/caller.ts';
import { notifyDone, notifyError } from '#components/error-message.tsx';
import { useApplicationPlace } from '#components/place.ts';
import { AbilityButton } from '#ui/disabled-reason.tsx';

export const CancelRun = ({ run }: { run: Run }) => {
  const { t } = useTranslation();
  const place = useApplicationPlace();
  const may = useMay(place.tenant);
  const what = run.job?.name ?? t('runs.task');
  const cancel = useCancelRun(place, {
    onDone: () => notifyDone(t('runs.cancelled'), what),
    onRefused: (error) => notifyError(error, t('runs.cancelFailed')),
  });
  if (run.finishedAt !== null) return null;
  return (
    <AbilityButton
      ability={may('modify', 'application.runs') ? true : t('common.mayNot')}
      variant="default"
      size="xs"
      leftSection={<IconPlayerStop size={15} aria-hidden="true" />}
      label={t('runs.cancelRun', { what })}
      loading={cancel.isPending}
      onClick={() => cancel.mutate(run.id)}
    >
      {t('runs.cancel')}
    </AbilityButton>
  );
};
