// What would be taken away, said before it is, and confirmed by a person.
import type { Loss } from '@berth/contract/applications.ts';
import { Alert, Checkbox } from '@mantine/core';
import { IconAlertTriangle } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import styles from './plan.module.css';

type Props = {
  readonly losses: readonly Loss[];
  readonly areAccepted: boolean;
  readonly onAccept: (areAccepted: boolean) => void;
};

export const Losses = ({ losses, areAccepted, onAccept }: Props) => {
  const { t } = useTranslation();
  if (losses.length === 0) return null;
  return (
    <Alert color="yellow" variant="light" icon={<IconAlertTriangle />} title={t('publish.losses')} mb="md">
      <ul className={styles.losses}>
        {losses.map((loss) => (
          <li key={`${loss.kind} ${loss.name}`}>
            <b>
              {t(`loss.${loss.kind}`)}: {loss.name}
            </b>
            <div>{loss.message}</div>
          </li>
        ))}
      </ul>
      <Checkbox
        label={t('publish.acceptLosses')}
        checked={areAccepted}
        onChange={(event) => onAccept(event.currentTarget.checked)}
      />
    </Alert>
  );
};
