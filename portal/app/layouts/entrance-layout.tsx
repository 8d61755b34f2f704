// The frame of the pages before sign-in: one card in the middle, preferences in the corner.
import { Box, Group, Paper, Stack, Text, Title } from '@mantine/core';
import { useEffect, type ReactNode } from 'react';
import { ColorsMenu, LanguageMenu } from '#components/preferences.tsx';
import { LogoMark } from '#ui/logo.tsx';
import styles from './entrance-layout.module.css';

export const EntranceLayout = ({ title, lead, children }: { title: string; lead: string; children: ReactNode }) => {
  useEffect(() => {
    document.title = `${title} · Berth`;
  }, [title]);
  return (
    <div className={styles.page}>
      <Group justify="flex-end" p="sm" gap={4} component="header">
        <LanguageMenu />
        <ColorsMenu />
      </Group>
      <Box component="main" className={styles.middle}>
        <Stack gap="lg" w="100%" maw={420}>
          <Group gap="sm" justify="center">
            <LogoMark size={44} />
            <Text fz={28} fw={700} lh={1}>
              Berth
            </Text>
          </Group>
          <Paper p="xl" bg="var(--berth-card)" shadow="sm">
            <Title order={1} mb={4}>
              {title}
            </Title>
            <Text c="dimmed" mb="lg">
              {lead}
            </Text>
            {children}
          </Paper>
        </Stack>
      </Box>
    </div>
  );
};
