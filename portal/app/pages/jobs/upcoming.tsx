// The next few times of a job, in its own zone and in the reader's.
import type { Job } from '@berth/contract/jobs.ts';
import { Table, Text } from '@mantine/core';
import { useTranslation } from 'react-i18next';
import { appointmentText } from '#util/age.ts';
import { instantMs } from '#util/clock.ts';

const shownMaximum = 5;

export const Upcoming = ({ job }: { job: Job }) => {
  const { t, i18n } = useTranslation();
  if (job.upcoming.length === 0) return <Text size="sm">{t('jobs.noUpcoming')}</Text>;
  return (
    <Table aria-label={t('jobs.upcomingOf', { name: job.name })} withRowBorders={false} verticalSpacing={4}>
      <Table.Thead>
        <Table.Tr>
          <Table.Th scope="col">{t('jobs.inZone', { zone: job.timeZone })}</Table.Th>
          <Table.Th scope="col">{t('jobs.here')}</Table.Th>
        </Table.Tr>
      </Table.Thead>
      <Table.Tbody>
        {job.upcoming.slice(0, shownMaximum).map((instant) => (
          <Table.Tr key={instant}>
            <Table.Td>{appointmentText(instantMs(instant), i18n.language, job.timeZone)}</Table.Td>
            <Table.Td>{appointmentText(instantMs(instant), i18n.language)}</Table.Td>
          </Table.Tr>
        ))}
      </Table.Tbody>
    </Table>
  );
};
