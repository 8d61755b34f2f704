// How an application hangs together: a picture, and a list that says the same in words.
import type { Application } from '@berth/contract/applications.ts';
import { Group, SegmentedControl, Text } from '@mantine/core';
import { useMediaQuery } from '@mantine/hooks';
import { IconTopologyStar3 } from '@tabler/icons-react';
import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useTranslation } from 'react-i18next';
import { containersQuery } from '#api/queries.ts';
import { useApplicationPlace } from '#components/place.ts';
import { useApplication } from '#pages/application/application-layout.tsx';
import { EmptyState } from '#ui/empty-state.tsx';
import { healthOf, type ServiceHealth } from './service-health.ts';
import { TopologyList } from './topology-list.tsx';
import { TopologyPicture } from './topology-picture.tsx';
import styles from './topology.module.css';

/** A picture needs room; on a phone the list comes first. */
const narrow = '(max-width: 40em)';

const useHealths = (application: Application): ReadonlyMap<string, ServiceHealth> => {
  const place = useApplicationPlace();
  const containers = useSuspenseQuery(containersQuery(place, place.application)).data.items;
  const isWanted = application.desiredState === 'running';
  return new Map(
    application.services.map((service) => [service.name, healthOf(service, containers, isWanted)] as const),
  );
};

export const TopologyTab = () => {
  const { t } = useTranslation();
  const application = useApplication();
  const healths = useHealths(application);
  const isNarrow = useMediaQuery(narrow, false, { getInitialValueInEffect: false });
  const [look, setLook] = useState<'picture' | 'list'>();
  const [network, setNetwork] = useState<string>();
  const shown = look ?? (isNarrow ? 'list' : 'picture');
  if (application.topology.services.length === 0)
    return <EmptyState icon={<IconTopologyStar3 size={28} stroke={1.6} />} title={t('services.empty')} />;
  return (
    <section aria-label={t('topology.label', { name: application.name })}>
      <Group justify="space-between" mb="xs" gap="sm">
        <SegmentedControl
          size="xs"
          aria-label={t('topology.look')}
          data={[
            { value: 'picture', label: t('topology.picture') },
            { value: 'list', label: t('topology.list') },
          ]}
          value={shown}
          onChange={(value) => setLook(value === 'list' ? 'list' : 'picture')}
        />
        {shown === 'picture' ? <Networks application={application} network={network} onNetwork={setNetwork} /> : null}
      </Group>
      {shown === 'picture' ? (
        <TopologyPicture application={application} healths={healths} network={network} />
      ) : (
        <TopologyList application={application} healths={healths} />
      )}
    </section>
  );
};

type NetworksProps = {
  readonly application: Application;
  readonly network: string | undefined;
  readonly onNetwork: (network: string | undefined) => void;
};

/** Pointing at a network, or resting on it with the keyboard, shows who is on it. */
const Networks = ({ application, network, onNetwork }: NetworksProps) => {
  const { t } = useTranslation();
  const { networks } = application.topology;
  if (networks.length === 0) return null;
  return (
    <Group gap={6} role="group" aria-label={t('topology.allNetworks')}>
      <Text size="xs" c="dimmed">
        {t('topology.networks')}
      </Text>
      {networks.map(({ name, external }, index) => (
        <button
          key={name}
          type="button"
          className={styles.network}
          data-shown={network === name}
          aria-pressed={network === name}
          onMouseEnter={() => onNetwork(name)}
          onMouseLeave={() => onNetwork(undefined)}
          onFocus={() => onNetwork(name)}
          onBlur={() => onNetwork(undefined)}
        >
          <span className={styles.dot} data-color={index % 6} aria-hidden="true" />
          {name}
          {external ? ` (${t('topology.external')})` : ''}
        </button>
      ))}
    </Group>
  );
};
