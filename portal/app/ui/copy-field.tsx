// Text to take elsewhere, with a button that copies it.
import { ActionIcon, CopyButton, Group, Text, Tooltip } from '@mantine/core';
import { IconCheck, IconCopy } from '@tabler/icons-react';
import { CodeBlock } from './code-block.tsx';

type Props = { readonly label: string; readonly text: string; readonly copy: string; readonly copied: string };

export const CopyField = ({ label, text, copy, copied }: Props) => (
  <div>
    <Group justify="space-between" mb={4}>
      <Text size="sm" fw={550}>
        {label}
      </Text>
      <CopyButton value={text} timeout={2000}>
        {({ copied: done, copy: run }) => (
          <Tooltip label={done ? copied : copy}>
            <ActionIcon
              variant="subtle"
              color={done ? 'green' : 'gray'}
              onClick={run}
              aria-label={done ? copied : `${copy}: ${label}`}
            >
              {done ? <IconCheck size={17} /> : <IconCopy size={17} />}
            </ActionIcon>
          </Tooltip>
        )}
      </CopyButton>
    </Group>
    <CodeBlock label={label} text={text} />
  </div>
);
