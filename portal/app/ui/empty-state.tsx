// Nothing here yet: says why, and what to do next.
import { Text, Title } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './empty-state.module.css';

type Props = {
  readonly icon: ReactNode;
  readonly title: string;
  readonly text?: string;
  readonly action?: ReactNode;
  /** It is the whole page, and its title the page's. */
  readonly isPage?: boolean;
};

export const EmptyState = ({ icon, title, text, action, isPage = false }: Props) => (
  <div className={styles.box}>
    <div className={styles.icon} aria-hidden="true">
      {icon}
    </div>
    <Title order={isPage ? 1 : 2} size="h2">
      {title}
    </Title>
    {text === undefined ? null : (
      <Text c="dimmed" maw={460}>
        {text}
      </Text>
    )}
    {action}
  </div>
);
