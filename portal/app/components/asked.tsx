// When something was asked for, and by whom.
import { Text } from '@mantine/core';
import { Age } from './age.tsx';
import { actorText } from './reason.ts';

export const Asked = ({ at, by }: { at: string; by: string }) => (
  <>
    <Age at={at} />
    <Text size="xs" c="dimmed">
      {actorText(by)}
    </Text>
  </>
);
