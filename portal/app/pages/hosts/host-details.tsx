// A host's name, and behind it the facts one asks for when something is odd.
import type { Host } from '@berth/contract/hosts.ts';
import { Anchor, Modal, Table, Text } from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import { useTranslation } from 'react-i18next';

export const HostDetails = ({ host }: { host: Host }) => {
  const { t } = useTranslation();
  const [isOpen, details] = useDisclosure(false);
  const { facts } = host;
  if (facts === null)
    return (
      <Text fw={600} size="sm">
        {host.name}
      </Text>
    );
  const rows: readonly [string, string][] = [
    [t('hosts.address'), facts.address],
    [t('hosts.operatingSystem'), facts.operatingSystem],
    [t('hosts.kernel'), facts.kernel],
    [t('hosts.architecture'), facts.architecture],
    [t('hosts.engine'), facts.engineVersion],
    [t('hosts.apiVersion'), facts.apiVersion],
    [t('hosts.storageDriver'), facts.storageDriver],
    [t('hosts.cgroupVersion'), facts.cgroupVersion],
    [t('hosts.liveRestore'), facts.liveRestore ? t('hosts.yes') : t('hosts.no')],
    [t('hosts.dockerServer'), facts.dockerServerVersion],
  ];
  return (
    <>
      <Anchor
        component="button"
        type="button"
        inherit
        fw={600}
        onClick={details.open}
        aria-label={t('hosts.details', { name: host.name })}
      >
        {host.name}
      </Anchor>
      <Text size="xs" c="dimmed">
        {facts.address}
      </Text>
      <Modal
        opened={isOpen}
        onClose={details.close}
        title={t('hosts.details', { name: host.name })}
        closeButtonProps={{ 'aria-label': t('common.close') }}
      >
        <Table withRowBorders={false} verticalSpacing={5}>
          <Table.Tbody>
            {rows.map(([name, value]) => (
              <Table.Tr key={name}>
                <Table.Th scope="row" fw={400} c="dimmed">
                  {name}
                </Table.Th>
                <Table.Td>{value}</Table.Td>
              </Table.Tr>
            ))}
          </Table.Tbody>
        </Table>
      </Modal>
    </>
  );
};
