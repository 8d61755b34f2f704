// The main job, by hand and eye, in Chromium on a real engine: set up, sign in, publish, see it run, read its log, type into a
// shell, scale, remove. Once in English and once in 中文; the words are the portal's own, so every page is gone through twice.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { startAllInOne, waitForHost, type AllInOne } from '@berth/all-in-one/all-in-one.ts';
import { systemClock } from '@berth/common/clock.ts';
import { silentLog } from '@berth/common/log.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { startRealEngine, type RealEngine } from '@berth/docker-server/testing/real-engine.ts';
import { en } from '@berth/portal/i18n/en.ts';
import { zh } from '@berth/portal/i18n/zh.ts';
import { adminName, adminPassword } from '#harness/berth.ts';
import { openBrowser, visit } from '#harness/browser.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-portal-'));
let engine: RealEngine;
let browser: Browser;

before(async () => {
  [engine, browser] = await Promise.all([startRealEngine({ folder: join(folder, 'e') }), openBrowser()]);
  await engine.importImage('shop/web:1', [
    '/bin/sh',
    '-c',
    'trap "exit 0" TERM; echo "open for business"; echo "a second line"; mkdir -p /www; echo "hello from the shop" > /www/index.html; httpd -f -p 80 -h /www & wait',
  ]);
});

after(async () => {
  await browser?.close();
  await engine?.close();
  rmSync(folder, { recursive: true, force: true });
});

const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

const composeFile = (port: number): string => `services:
  web:
    image: shop/web:1
    ports: ["${port}:80"]
    restart: unless-stopped
  worker:
    image: shop/web:1
    depends_on: [web]
`;

const journeys = {
  en: { words: en, locale: 'en-GB', port: 8181 },
  zh: { words: zh, locale: 'zh-CN', port: 8182 },
} as const;

for (const [language, { words, locale, port }] of Object.entries(journeys))
  test(`a person goes the whole way in ${language}`, { timeout: 180_000 }, async () => {
    const berth = await startFresh(join(folder, language));
    const guest = await visit(browser, { locale });
    try {
      const { page } = guest;
      const step = (name: string) => guest.picture(`whole-way-${language}-${name}`);
      await setUp(page, berth, words);
      await step('1-empty');
      await signOutAndIn(page, words);
      await publish(page, words, composeFile(port));
      await step('2-published');
      await seeItRun(page, words);
      const answer = await (await fetch(`http://${engine.address}:${port}/`)).text();
      assert.match(answer, /hello from the shop/);
      await step('3-running');
      await readLog(page, words);
      await step('4-log');
      await page.goBack();
      await typeIntoShell(page, words);
      await step('5-shell');
      await page.goBack();
      await scale(page, words);
      await step('6-scaled');
      await remove(page, words);
      await step('7-removed');
      // Chromium notes every refused request: nobody signed in yet, wrong password, wrong code, impossible scale. Nothing else.
      assert.deepEqual(
        guest.complaints.filter((complaint) => !/status of (401|403|422)/.test(complaint)),
        [],
      );
    } catch (thrown) {
      await guest.picture(`whole-way-${language}-failed`);
      throw thrown;
    } finally {
      await guest.context.close();
      await berth.close();
      // After a failure too, the next journey finds an empty engine.
      const left = (await engine.docker('ps', '-aq')).split('\n').filter((id) => id !== '');
      if (left.length > 0) await engine.docker('rm', '-f', ...left);
    }
  });

type Words = typeof en | typeof zh;

const startFresh = async (dataFolder: string): Promise<AllInOne> => {
  const berth = await startAllInOne({
    dataFolder,
    address: '127.0.0.1',
    port: 0,
    portalFolder: resolve(import.meta.dirname, '../../portal/dist'),
    tls: undefined,
    trustedProxies: [],
    engineSocket: engine.socket,
    clock: systemClock,
    log: silentLog,
  });
  await waitForHost(systemClock, berth);
  return berth;
};

const setUp = async (page: Page, berth: AllInOne, words: Words): Promise<void> => {
  assert.ok(berth.setupCode, 'a fresh server has a set-up code');
  await page.goto(berth.url);
  await page.getByRole('heading', { name: words.setup.title }).waitFor();
  await page.getByLabel(words.setup.code).fill('WRONG-CODE');
  await page.getByLabel(words.setup.name, { exact: false }).fill(adminName);
  await page.getByLabel(words.setup.password, { exact: false }).first().fill(adminPassword);
  await page.getByLabel(words.setup.tenantTitle, { exact: false }).fill('Harbour 港口');
  await page.getByRole('button', { name: words.setup.submit }).click();
  await page.getByRole('alert').waitFor();
  await page.getByLabel(words.setup.code).fill(berth.setupCode);
  await page.getByRole('button', { name: words.setup.submit }).click();
  await page.getByText(words.applications.emptyTitle).waitFor();
};

const signOutAndIn = async (page: Page, words: Words): Promise<void> => {
  await page.getByRole('button', { name: `${words.nav.account}: ${adminName}` }).click();
  await page.getByRole('menuitem', { name: words.nav.signOut }).click();
  await page.getByRole('heading', { name: words.signIn.title }).waitFor();
  await page.getByLabel(words.signIn.name).fill(adminName);
  await page.getByLabel(words.signIn.password).first().fill('not the password');
  await page.getByRole('button', { name: words.signIn.submit }).click();
  await page.getByText(words.signIn.failed).waitFor();
  await page.getByLabel(words.signIn.password).first().fill(adminPassword);
  await page.getByRole('button', { name: words.signIn.submit }).click();
  await page.getByText(words.applications.emptyTitle).waitFor();
};

const publish = async (page: Page, words: Words, file: string): Promise<void> => {
  await page.getByRole('link', { name: words.nav.publish, exact: true }).first().click();
  await page.getByLabel(words.publish.name).fill('shop');
  const editor = page.getByRole('textbox', { name: fill(words.publish.editor, { file: 'docker-compose.yml' }) });
  const write = async (text: string) => {
    await editor.click();
    await page.keyboard.press('Control+A');
    await page.keyboard.insertText(text);
  };
  // A wrong file first: the error stands at its line, and nothing can be published.
  await write('services:\n  web:\n    image: shop/web:1\n    prots: ["80"]\n');
  const problems = page.getByRole('region', { name: words.publish.problems });
  const problem = problems.getByRole('button', { name: /prots/ });
  await problem.getByText(fill(words.common.line, { line: 4 })).waitFor();
  assert.equal(
    await problem.getAttribute('title'),
    fill(words.publish.goToProblem, { line: 4, file: 'docker-compose.yml' }),
  );
  await write(file);
  const plan = page.getByRole('region', { name: words.publish.plan, exact: true });
  await plan.getByText(words.publish.planOk).waitFor();
  await plan.getByText('berth-shop-web-1').first().waitFor();
  await page.getByRole('button', { name: words.publish.publish, exact: true }).click();
  await page.waitForURL('**/applications/shop**');
};

const seeItRun = async (page: Page, words: Words): Promise<void> => {
  await page.getByText(words.phase.running, { exact: true }).first().waitFor();
  await page.getByText(fill(words.applications.containersOf, { running: 2, desired: 2 })).waitFor();
  await page.getByRole('tab', { name: words.application.events }).click();
  await page.getByText('berth-shop-web-1').first().waitFor();
  await page.getByRole('tab', { name: words.application.operation }).click();
  const latest = page.getByRole('region', { name: words.operation.latest, exact: true });
  await latest.getByText(words.operation.state_succeeded, { exact: true }).waitFor({ timeout: 20_000 });
  await page.getByRole('tab', { name: words.application.containers }).click();
  await page.getByRole('link', { name: fill(words.containers.logsOf, { name: 'berth-shop-web-1' }) }).waitFor();
};

const readLog = async (page: Page, words: Words): Promise<void> => {
  await page.getByRole('link', { name: fill(words.containers.logsOf, { name: 'berth-shop-web-1' }) }).click();
  const lines = page.getByLabel(words.logs.lines);
  await lines.getByText('open for business').waitFor();
  await engine.docker('exec', 'berth-shop-web-1', 'sh', '-c', 'echo "a line of now" > /proc/1/fd/1');
  await lines.getByText('a line of now').waitFor();
  await page.getByLabel(words.logs.search).fill('business');
  await eventually(async () => (await lines.getByText('a second line').count()) === 0, {
    withinMs: 10_000,
    because: 'only lines that match stay',
  });
  await lines.getByText('business').first().waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: words.logs.download }).click();
  assert.match((await download).suggestedFilename(), /berth-shop-web-1/);
};

const typeIntoShell = async (page: Page, words: Words): Promise<void> => {
  await page.getByRole('tab', { name: words.application.containers }).click();
  await page.getByRole('button', { name: fill(words.containers.shellOf, { name: 'berth-shop-web-1' }) }).click();
  await page.getByText(words.shell.connected).waitFor();
  const terminal = page.getByRole('region', { name: fill(words.shell.terminal, { name: 'berth-shop-web-1' }) });
  await terminal.click();
  await page.keyboard.type('echo answer is $((40+2)) in $(hostname | wc -c)\n');
  await eventually(async () => /answer is 42 in \d+/.test((await terminal.textContent()) ?? ''), {
    withinMs: 10_000,
    because: 'the shell answers in the terminal',
  });
  await page.keyboard.type('exit 7\n');
  await page.getByText(fill(words.shell.endedCode, { code: 7 })).waitFor();
};

const scale = async (page: Page, words: Words): Promise<void> => {
  await page.getByRole('button', { name: words.application.scale, exact: true }).click();
  const dialog = page.getByRole('dialog');
  const count = dialog.getByLabel(fill(words.application.scaleOf, { service: 'worker' }));
  await count.fill('3');
  await dialog.getByRole('button', { name: words.application.scaleConfirm }).click();
  await page.getByText(fill(words.applications.containersOf, { running: 4, desired: 4 })).waitFor({ timeout: 20_000 });
  // Two containers cannot hold one port: refused before anything happens, with the reason.
  await page.getByRole('button', { name: words.application.scale, exact: true }).click();
  await page
    .getByRole('dialog')
    .getByLabel(fill(words.application.scaleOf, { service: 'web' }))
    .fill('2');
  await page.getByRole('dialog').getByRole('button', { name: words.application.scaleConfirm }).click();
  await page
    .getByText(/web is to have 2 containers/)
    .first()
    .waitFor();
  await page.keyboard.press('Escape');
};

const remove = async (page: Page, words: Words): Promise<void> => {
  await page.getByRole('button', { name: words.application.more }).click();
  await page.getByRole('menuitem', { name: words.application.remove }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: words.application.removeConfirm });
  assert.equal(await confirm.isDisabled(), true, 'the name has to be typed first');
  await dialog.getByLabel(fill(words.application.removeName, { name: 'shop' })).fill('shop');
  await confirm.click();
  await eventually(async () => (await engine.docker('ps', '-aq')).trim() === '', {
    withinMs: 30_000,
    because: 'no container is left on the engine',
  });
  await page.getByRole('link', { name: words.nav.applications, exact: true }).first().click();
  await page.getByText(words.applications.emptyTitle).waitFor();
};
