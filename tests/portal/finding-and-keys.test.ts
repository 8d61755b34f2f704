// Finding one's way in Chromium on a simulated engine: lists that are searched and grow, what has ended well and what waits
// for a decision, and everything by keyboard alone.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { eventually } from '@berth/common/testing/eventually.ts';
import { en } from '@berth/portal/i18n/en.ts';
import { zh } from '@berth/portal/i18n/zh.ts';
import { publishWell, untilPhase } from '#harness/application.ts';
import { adminName, adminPassword, publication, publishAndWait } from '#harness/berth.ts';
import { openBrowser, visit, type Visit } from '#harness/browser.ts';
import { startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

const folder = mkdtempSync(join(tmpdir(), 'berth-folder-'));
let browser: Browser;
let berth: SimulatedBerth;

before(async () => {
  [browser, berth] = await Promise.all([
    openBrowser(),
    startSimulatedBerth({ portalFolder: resolve(import.meta.dirname, '../../portal/dist') }),
  ]);
  await publishWell(berth, publication('shop', composeFile('red'), { note: 'in red' }));
  await publishWell(berth, publication('shop', composeFile('blue'), { note: 'in blue' }));
});

after(async () => {
  await browser?.close();
  await berth?.close();
  rmSync(folder, { recursive: true, force: true });
});

/** A machine under load is slow; what is waited for is a state, never a time. */
const patienceMs = 60_000;

const composeFile = (color: string): string => `services:
  web:
    image: sim/web:1
    environment: { COLOR: ${color} }
    deploy: { replicas: 12, update_config: { parallelism: 0 } }
  migration:
    image: sim/exits-0:1
    restart: "no"
`;

const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

const withGuest = async (
  name: string,
  options: Parameters<typeof visit>[1],
  look: (guest: Visit) => Promise<void>,
): Promise<void> => {
  const guest = await visit(browser, options);
  guest.context.setDefaultTimeout(patienceMs);
  try {
    await look(guest);
    await guest.picture(name);
  } catch (thrown) {
    await guest.picture(`${name}-failed`);
    throw thrown;
  } finally {
    await guest.context.close();
  }
};

const addressOf = (path: string): string => {
  const { tenant, environment } = berth.place;
  return `${berth.url}/t/${tenant}/e/${environment}${path}`;
};

const signIn = async (page: Page, words: typeof en | typeof zh, path: string): Promise<void> => {
  await page.goto(addressOf(path));
  await page.getByLabel(words.signIn.name).fill(adminName);
  await page.getByLabel(words.signIn.password).first().fill(adminPassword);
  await page.getByRole('button', { name: words.signIn.submit }).click();
  await page.getByRole('heading', { level: 1 }).waitFor();
};

const tab = (page: Page, label: string) => page.getByRole('tab', { name: label, exact: true });

test('lists of an application are searched, and a service that has ended well is finished', { timeout: 300_000 }, () =>
  withGuest('lists', { locale: 'en-GB' }, async ({ page }) => {
    await signIn(page, en, '/applications');
    const all = page.getByRole('table', { name: en.applications.table });
    await all.getByText(fill(en.applications.finished, { finished: 1 })).waitFor();
    await all.getByRole('link', { name: 'shop', exact: true }).click();
    const services = page.getByRole('table', { name: fill(en.services.table, { name: 'shop' }) });
    await services.getByText(fill(en.services.finished, { finished: 1 })).waitFor();

    await tab(page, en.application.containers).click();
    const containers = page.getByRole('table', { name: fill(en.containers.table, { name: 'shop' }) });
    await containers.getByText('berth-shop-web-12', { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: en.containers.search }).fill('migration');
    await containers.getByText('berth-shop-web-12', { exact: true }).waitFor({ state: 'detached' });
    await containers.getByText('berth-shop-migration-1', { exact: true }).waitFor();

    await tab(page, en.application.events).click();
    const events = page.getByRole('list', { name: fill(en.events.list, { name: 'shop' }) });
    await events.getByText('berth-shop-web-12').first().waitFor();
    await page.getByRole('searchbox', { name: en.events.search }).fill('migration');
    await events.getByText('berth-shop-web-12').first().waitFor({ state: 'detached' });
    await events.getByText('berth-shop-migration-1').first().waitFor();
    await page.getByRole('switch', { name: en.events.warningsOnly }).click();
    await page.getByText(en.events.noMatch).waitFor();

    await tab(page, en.application.operation).click();
    // Two were published: the latest is told in full, the one before stands in the list.
    const before = page.getByRole('table', { name: fill(en.operation.list, { name: 'shop' }) });
    await before.getByText(en.operation.publish, { exact: true }).waitFor();

    await tab(page, en.application.revisions).click();
    const revisions = page.getByRole('table', { name: fill(en.revisions.list, { name: 'shop' }) });
    await revisions.getByText('in blue', { exact: true }).waitFor();
    await page.getByRole('searchbox', { name: en.revisions.search }).fill('red');
    await revisions.getByText('in blue', { exact: true }).waitFor({ state: 'detached' });
    await revisions.getByRole('link', { name: fill(en.revisions.viewOf, { number: 1 }) }).click();
    await page.getByRole('link', { name: fill(en.revisions.compareWith, { number: 2 }) }).waitFor();
  }),
);

test('a held upgrade says what each choice will do, and refusals are said in 中文', { timeout: 300_000 }, () =>
  withGuest('held', { locale: 'zh-CN', colorScheme: 'dark' }, async ({ page }) => {
    const file = (image: string) =>
      `services:\n  web:\n    image: ${image}\n    healthcheck: { test: ["CMD", "true"] }\n`;
    await publishWell(berth, publication('held', file('sim/web:1')));
    const held = await publishAndWait(berth.admin, berth.place, publication('held', file('sim/unhealthy:1')));
    assert.equal(held.reason, 'upgrade_held');
    await signIn(page, zh, '/applications/held');
    const banner = page.getByRole('region', { name: zh.upgrade.label, exact: true });
    await banner.getByText(zh.upgrade.state_held, { exact: true }).waitFor();
    for (const hint of [zh.upgrade.resumeHint, fill(zh.upgrade.abortHint, { from: 1 }), zh.upgrade.accept_rolling])
      await banner.getByText(hint, { exact: true }).waitFor();
    // What the banner says is not said once more below it.
    assert.equal(await page.getByText(`${zh.condition.Degraded}: ${zh.reason.upgrade_held}`).count(), 0);
    await banner.getByRole('button', { name: fill(zh.upgrade.abort, { from: 1 }) }).click();
    const confirm = page.getByRole('dialog').getByRole('button', { name: fill(zh.upgrade.abort, { from: 1 }) });
    await page.getByText(fill(zh.upgrade.abortText, { from: 1, to: 2 })).waitFor();
    await confirm.click();
    await untilPhase(berth, 'held', 'running', patienceMs);
  }),
);

test('a folder with a build and bytes is published as it is', { timeout: 300_000 }, () =>
  withGuest('folder', { locale: 'en-GB' }, async ({ page }) => {
    const bytes = Buffer.from([0, 255, 254, 0, 10, 200]);
    writeFileSync(join(folder, 'compose.yaml'), 'services:\n  web:\n    build: .\n');
    writeFileSync(join(folder, 'Dockerfile'), 'FROM sim/web:1\nCOPY logo.bin /\n');
    writeFileSync(join(folder, 'logo.bin'), bytes);
    await signIn(page, en, '/publish');
    await page.locator('input[webkitdirectory]').setInputFiles(folder);
    await page.getByLabel(en.publish.name).fill('built');
    await page.getByRole('tab', { name: 'logo.bin' }).click();
    await page.getByText(fill(en.publish.binary, { size: '6 B' })).waitFor();
    const plan = page.getByRole('region', { name: en.publish.plan, exact: true });
    await plan.getByText(en.step.build_image, { exact: true }).waitFor();
    await page.getByRole('button', { name: en.publish.publish, exact: true }).click();
    const latest = page.getByRole('region', { name: en.operation.latest, exact: true });
    await latest.getByText(en.operation.state_succeeded, { exact: true }).waitFor();
    const application = { ...berth.place, application: 'built' };
    const { bundle } = await berth.admin.exportApplication({ params: application, query: {} });
    assert.deepEqual(bundle.main, ['compose.yaml']);
    assert.deepEqual(bundle.binaries, { 'logo.bin': bytes.toString('base64') });
    await page.goto(addressOf('/applications/built/revisions/1'));
    await page.getByRole('tab', { name: 'logo.bin' }).click();
    await page.getByText(fill(en.revisions.binary, { size: '6 B' })).waitFor();
  }),
);

test('the editor, dialogs and tabs are used by keyboard alone', { timeout: 300_000 }, () =>
  withGuest('keyboard', { locale: 'en-GB' }, async ({ page }) => {
    const focused = (): Promise<string> =>
      page.evaluate(`document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.textContent ?? ''`);
    await signIn(page, en, '/publish');
    const label = fill(en.publish.editor, { file: 'docker-compose.yml' });
    await page.getByRole('textbox', { name: label }).focus();
    await page.keyboard.press('Tab');
    assert.equal(await focused(), label, 'Tab indents');
    await page.keyboard.press('Escape');
    await page.keyboard.press('Tab');
    assert.notEqual(
      await focused(),
      fill(en.publish.editor, { file: 'docker-compose.yml' }),
      'Escape and Tab leave it',
    );

    await page.goto(addressOf('/applications/shop'));
    const scale = page.getByRole('button', { name: en.application.scale, exact: true });
    await scale.focus();
    await page.keyboard.press('Enter');
    const dialog = page.getByRole('dialog');
    await dialog.waitFor();
    // Focus goes round in the dialog: more steps than it has fields never lead out of it.
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('Tab');
      assert.equal(await dialog.locator(':focus').count(), 1, `step ${step} stays in the dialog`);
    }
    await page.keyboard.press('Escape');
    await dialog.waitFor({ state: 'detached' });
    await eventually(async () => (await focused()) === en.application.scale, {
      withinMs: patienceMs,
      because: 'focus returns to the button that opened the dialog',
    });

    // What was opened from a menu leads back to the button of the menu.
    await page.getByRole('button', { name: en.application.more }).focus();
    await page.keyboard.press('Enter');
    await page.getByRole('menuitem', { name: en.application.export }).press('Enter');
    await dialog.waitFor();
    await page.keyboard.press('Escape');
    await eventually(async () => (await focused()) === en.application.more, {
      withinMs: patienceMs,
      because: 'focus returns to the button of the menu',
    });

    await tab(page, en.application.services).focus();
    await page.keyboard.press('ArrowRight');
    await page.waitForURL('**/containers');
  }),
);

test('a phone shows the head of an application first, and no page is wider than the screen', { timeout: 300_000 }, () =>
  withGuest('phone', { locale: 'en-GB', width: 375, height: 700 }, async ({ page }) => {
    await signIn(page, en, '/applications/shop/hooks');
    await page.getByText(en.hooks.empty).waitFor();
    assert.equal(await page.evaluate('window.scrollY'), 0, 'the page has not moved to the tabs');
    for (const path of ['/applications', '/applications/shop', '/applications/shop/events', '/publish', '/hosts']) {
      await page.goto(addressOf(path));
      await page.getByRole('heading', { level: 1 }).waitFor();
      const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
      assert.ok(width <= 375, `${path} is ${width} wide`);
    }
  }),
);
