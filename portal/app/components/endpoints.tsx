// Addresses at which something answers, as links where a browser can open them.
import { Anchor, Group, Text, Tooltip, VisuallyHidden } from '@mantine/core';
import { IconExternalLink } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { distinctEndpoints, endpointText, endpointUrl, type Endpoint } from '#util/endpoint.ts';

const shownMaximum = 6;

const EndpointLink = ({ endpoint }: { endpoint: Endpoint }) => {
  const { t } = useTranslation();
  const url = endpointUrl(endpoint);
  const text = endpointText(endpoint);
  if (url === undefined)
    return (
      <Text size="sm" ff="monospace">
        {text}
      </Text>
    );
  return (
    <Anchor href={url} target="_blank" rel="noreferrer" size="sm" style={{ whiteSpace: 'nowrap' }}>
      {text}
      <IconExternalLink size={13} style={{ marginInlineStart: 4, verticalAlign: -1 }} aria-hidden="true" />
      <VisuallyHidden>{t('common.opensNewTab')}</VisuallyHidden>
    </Anchor>
  );
};

export const Endpoints = ({ endpoints, none }: { endpoints: readonly Endpoint[]; none: string }) => {
  const { t } = useTranslation();
  const list = distinctEndpoints(endpoints);
  const rest = list.slice(shownMaximum);
  if (list.length === 0)
    return (
      <Text size="sm" c="dimmed">
        {none}
      </Text>
    );
  return (
    <Group gap="4px 14px">
      {list.slice(0, shownMaximum).map((endpoint) => (
        <EndpointLink key={endpointText(endpoint)} endpoint={endpoint} />
      ))}
      {rest.length === 0 ? null : (
        <Tooltip label={rest.map(endpointText).join(', ')}>
          <Text size="sm" c="dimmed" tabIndex={0}>
            {t('common.and', { count: rest.length })}
          </Text>
        </Tooltip>
      )}
    </Group>
  );
};
