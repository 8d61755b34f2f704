// A state as a pill: colour, shape and word each tell it.
import {
  IconAlertTriangle,
  IconCircleCheck,
  IconCircleX,
  IconHelpCircle,
  IconLoader2,
  IconPlayerStop,
} from '@tabler/icons-react';
import type { ReactNode } from 'react';
import styles from './status-badge.module.css';

export type Tone = 'good' | 'busy' | 'warn' | 'bad' | 'idle' | 'unknown';

const icons = {
  good: IconCircleCheck,
  busy: IconLoader2,
  warn: IconAlertTriangle,
  bad: IconCircleX,
  idle: IconPlayerStop,
  unknown: IconHelpCircle,
};

export const StatusBadge = ({ tone, children }: { tone: Tone; children: ReactNode }) => {
  const Icon = icons[tone];
  return (
    <span className={`${styles.badge} ${styles[tone]}`}>
      <Icon size={15} stroke={2} aria-hidden="true" />
      {children}
    </span>
  );
};

/** A word in the colours of a tone, for what is no state. */
export const Tag = ({ tone, children }: { tone: Tone; children: ReactNode }) => (
  <span className={`${styles.tag} ${styles[tone]}`}>{children}</span>
);

/** The icon alone, in the colour of its tone; for lists where the word stands beside it. */
export const StatusIcon = ({ tone, size = 18 }: { tone: Tone; size?: number }) => {
  const Icon = icons[tone];
  return <Icon size={size} stroke={1.9} color={`var(--berth-${tone})`} aria-hidden="true" />;
};
