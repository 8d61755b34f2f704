// Each container, the service it becomes, and where it runs otherwise than the file says.
import type { ImportPreview } from '@berth/contract/imports.ts';
import { Text, Title } from '@mantine/core';
import { IconArrowRight } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Tag } from '#ui/status-badge.tsx';
import styles from './import.module.css';

type Match = ImportPreview['matches'][number];

export const ImportMatches = ({ matches }: { matches: readonly Match[] }) => {
  const { t } = useTranslation();
  if (matches.length === 0) return null;
  const differs = matches.some((match) => match.differences.length > 0);
  return (
    <section>
      <Title order={3} mb={6}>
        {t('imports.matches')}
      </Title>
      <ul className={styles.matches} aria-label={t('imports.matches')}>
        {matches.map((match) => (
          <MatchRow key={match.container} match={match} />
        ))}
      </ul>
      {differs ? (
        <Text size="xs" c="dimmed" mt="xs">
          {t('imports.differencesHint')}
        </Text>
      ) : null}
    </section>
  );
};

const MatchRow = ({ match }: { match: Match }) => {
  const { t } = useTranslation();
  return (
    <li className={styles.match}>
      <Text size="sm">
        {match.name} <IconArrowRight size={13} className={styles.arrow} aria-label={t('imports.becomes')} />{' '}
        <b>
          {match.service} {match.slot + 1}
        </b>{' '}
        {match.differences.length === 0 ? <Tag tone="good">{t('imports.noDifferences')}</Tag> : null}
      </Text>
      {match.differences.length === 0 ? null : (
        <>
          <Text size="xs" c="dimmed" mt={4}>
            {t('imports.differences')}
          </Text>
          <dl className={styles.differences}>
            {match.differences.map((difference) => (
              <div key={difference.path}>
                <dt>{difference.path}</dt>
                <dd>{t('imports.runs', { text: difference.runs })}</dd>
                <dd>{t('imports.file', { text: difference.file })}</dd>
              </div>
            ))}
          </dl>
        </>
      )}
    </li>
  );
};
