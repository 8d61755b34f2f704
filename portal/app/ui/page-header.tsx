// The head of every page: where one is, what this is, what one can do.
import { Box, Group, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import { useEffect } from 'react';
import { announce } from './announcer.tsx';

type Props = {
  readonly title: string;
  /** Beside the title, such as a state. */
  readonly badge?: ReactNode;
  readonly above?: ReactNode;
  readonly below?: ReactNode;
  readonly actions?: ReactNode;
};

export const PageHeader = ({ title, badge, above, below, actions }: Props) => {
  useEffect(() => {
    document.title = `${title} · Berth`;
    announce(title);
  }, [title]);
  return (
    <Box component="header" mb="lg">
      {above}
      <Group justify="space-between" align="flex-start" gap="md">
        <Box style={{ flex: '1 1 16rem', minWidth: 0 }}>
          <Group gap="sm" align="center">
            <Title order={1}>{title}</Title>
            {badge}
          </Group>
          {below}
        </Box>
        {actions === undefined ? null : <Group gap="xs">{actions}</Group>}
      </Group>
    </Box>
  );
};
