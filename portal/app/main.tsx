// Starts the portal: language, cache, router, theme.
import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '#ui/global.css';
import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { config } from 'zod';
import { makeQueryClient } from '#api/query-client.ts';
import { startI18n } from '#i18n/i18n.ts';
import { cssVariablesResolver, theme } from '#ui/theme.ts';
import { makeRouter } from './routes.tsx';

// The content security policy forbids making code out of text, which zod would try in order to be faster.
config({ jitless: true });

const start = async (root: HTMLElement): Promise<void> => {
  await startI18n();
  const queries = makeQueryClient(() => {
    // The routes ask anew who the caller is, and lead to sign-in from wherever one was.
    queries.removeQueries({ queryKey: ['caller'] });
    void router.invalidate();
  });
  const router = makeRouter(queries);
  createRoot(root).render(
    <StrictMode>
      <MantineProvider theme={theme} cssVariablesResolver={cssVariablesResolver} defaultColorScheme="auto">
        <Notifications position="bottom-right" limit={4} />
        <QueryClientProvider client={queries}>
          <RouterProvider router={router} />
        </QueryClientProvider>
      </MantineProvider>
    </StrictMode>,
  );
};

const root = document.getElementById('root');
if (root !== null) void start(root);
