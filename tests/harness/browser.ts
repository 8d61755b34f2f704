// Debian's Chromium, driven by role and name as a person with a screen reader would. Screenshots go to tests/output.
import { mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { chromium, type Browser, type BrowserContext, type Page } from 'playwright-core';

const outputFolder = resolve(import.meta.dirname, '../output');

export const openBrowser = (): Promise<Browser> =>
  chromium.launch({
    executablePath: '/usr/bin/chromium',
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });

export interface Visit {
  readonly page: Page;
  readonly context: BrowserContext;
  /** What the page complained about in its console. */
  readonly complaints: readonly string[];
  /** Keeps a picture as test output. */
  readonly picture: (name: string) => Promise<void>;
}

/** `locale`: `en-GB` or `zh-CN`. */
export const visit = async (
  browser: Browser,
  options: { locale: string; colorScheme?: 'light' | 'dark'; width?: number; height?: number },
): Promise<Visit> => {
  const context = await browser.newContext({
    locale: options.locale,
    colorScheme: options.colorScheme ?? 'light',
    viewport: { width: options.width ?? 1280, height: options.height ?? 860 },
  });
  context.setDefaultTimeout(15_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  mkdirSync(outputFolder, { recursive: true });
  return {
    page,
    context,
    complaints,
    picture: async (name) => void (await page.screenshot({ path: join(outputFolder, `${name}.png`) })),
  };
};
