// The life of an application, by hand and eye, in Chromium on a simulated engine: the next revision with settings of how to
// replace, the upgrade as it goes, what changed, back again with a look before, a job, a hook, the topology, restart, export.
// Once in English and once in 中文; the words are the portal's own.
import assert from 'node:assert/strict';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { after, before, test } from 'node:test';
import type { Browser, Page } from 'playwright-core';
import { en } from '@berth/portal/i18n/en.ts';
import { zh } from '@berth/portal/i18n/zh.ts';
import { publishWell } from '#harness/application.ts';
import { adminName, adminPassword, publication } from '#harness/berth.ts';
import { openBrowser, visit, type Visit } from '#harness/browser.ts';
import { personPassword, startSimulatedBerth, type SimulatedBerth } from '#harness/simulated-berth.ts';

type Words = typeof en | typeof zh;

let browser: Browser;
let berth: SimulatedBerth;

before(async () => {
  [browser, berth] = await Promise.all([
    openBrowser(),
    startSimulatedBerth({ portalFolder: resolve(import.meta.dirname, '../../portal/dist') }),
  ]);
});

after(async () => {
  await browser?.close();
  await berth?.close();
});

/** A machine under load is slow; what is waited for is a state, never a time. */
const patienceMs = 60_000;

const fill = (text: string, values: Readonly<Record<string, string | number>>): string =>
  text.replace(/\{\{(\w+)\}\}/g, (_, name: string) => String(values[name]));

const composeFile = (color: string): string => `services:
  web:
    image: sim/web:1
    environment:
      COLOR: ${color}
    depends_on: [db]
    networks: [front, back]
    deploy:
      replicas: 2
  db:
    image: sim/db:1
    networks: [back]
    volumes: [data:/data]
  chore:
    image: sim/exits-0:1
    restart: "no"
networks:
  front:
  back:
volumes:
  data:
`;

const journeys = {
  en: { words: en, locale: 'en-GB', colorScheme: 'light' },
  zh: { words: zh, locale: 'zh-CN', colorScheme: 'dark' },
} as const;

for (const [language, { words, locale, colorScheme }] of Object.entries(journeys))
  test(`a person goes through the life of an application in ${language}`, { timeout: 300_000 }, async () => {
    const name = `shop-${language}`;
    await publishWell(berth, publication(name, composeFile('red'), { note: 'in red' }));
    const guest = await visit(browser, { locale, colorScheme });
    guest.context.setDefaultTimeout(patienceMs);
    const { page } = guest;
    const step = (what: string) => guest.picture(`life-${language}-${what}`);
    try {
      await signIn(page, words, `/applications/${name}`, name);
      await publishNext(page, words);
      await step('1-upgrade');
      await seeUpgrade(page, words, { from: 1, to: 2 });
      await step('2-upgraded');
      await compare(guest, words);
      await step('3-compared');
      await rollBack(guest, words, language);
      await step('4-rolled-back');
      await accept(page, words);
      await runJob(guest, words, language);
      await step('5-run');
      await callHook(guest, words, language, name);
      await step('6-hooks');
      await seeTopology(page, words, name);
      await step('7-topology');
      await restartAndExport(page, words, name);
      // Chromium notes refused requests: nobody signed in yet, the log of a run whose container has just gone. Nothing else.
      assert.deepEqual(
        guest.complaints.filter((complaint) => !/status of (401|404)/.test(complaint)),
        [],
      );
    } catch (thrown) {
      await step('failed');
      throw thrown;
    } finally {
      await guest.context.close();
    }
  });

test('a person takes over containers that run already', { timeout: 300_000 }, async () => {
  const ids = ['web', 'db'].map(addComposed);
  const startOf = (id: string) => berth.engine.state.findContainer(id)?.startedMs;
  const starts = ids.map(startOf);
  const guest = await visit(browser, { locale: 'en-GB' });
  guest.context.setDefaultTimeout(patienceMs);
  const { page } = guest;
  try {
    await signIn(page, en, '/applications', en.applications.title);
    await page.getByRole('link', { name: en.nav.imports }).click();
    await page.getByLabel(fill(en.imports.chooseProject, { name: 'blog' })).check();
    assert.equal(await page.getByLabel(en.imports.applicationName).inputValue(), 'blog');
    await page.getByText(en.imports.ok).waitFor();
    await page.getByRole('list', { name: en.imports.matches }).getByText('blog-web-1').waitFor();
    await guest.picture('import-1-preview');
    await page.getByRole('button', { name: en.imports.submit, exact: true }).click();
    await page.getByRole('heading', { name: 'blog', level: 1 }).waitFor();
    const latest = page.getByRole('region', { name: en.operation.latest, exact: true });
    await latest.getByText(en.operation.state_succeeded, { exact: true }).waitFor();
    await tab(page, en.application.containers).click();
    await page.getByText('blog-web-1', { exact: true }).waitFor();
    await guest.picture('import-2-imported');
    // The very same containers, running as they were since they were started.
    assert.deepEqual(ids.map(startOf), starts);
  } catch (thrown) {
    await guest.picture('import-failed');
    throw thrown;
  } finally {
    await guest.context.close();
  }
});

test('a viewer sees everything and is told why nothing can be done', { timeout: 300_000 }, async () => {
  await publishWell(berth, publication('seen', composeFile('red')));
  await berth.addPerson('vic', { [berth.place.tenant]: 'viewer' });
  const guest = await visit(browser, { locale: 'en-GB', width: 375 });
  guest.context.setDefaultTimeout(patienceMs);
  const { page } = guest;
  try {
    await signIn(page, en, '/applications/seen/jobs', 'seen', { name: 'vic', password: personPassword });
    const create = page.getByRole('button', { name: en.jobs.create });
    assert.equal(await create.getAttribute('aria-disabled'), 'true');
    await create.hover();
    await page.getByRole('tooltip').getByText(en.common.mayNot).waitFor();
    await guest.picture('viewer-jobs');
    await tab(page, en.application.hooks).click();
    // Whom the role denies even the list reads the sentence on the page itself.
    await page
      .getByRole('tabpanel', { name: en.application.hooks })
      .getByText(en.common.mayNot)
      .filter({ visible: true })
      .waitFor();
    await tab(page, en.application.topology).click();
    await page.getByRole('table', { name: fill(en.topology.label, { name: 'seen' }) }).waitFor();
    const width = Number(await page.evaluate('document.documentElement.scrollWidth'));
    assert.ok(width <= 375, `a phone shows the page without scrolling sideways, and it is ${width} wide`);
    assert.equal(await page.getByRole('link', { name: en.nav.imports }).count(), 0);
  } catch (thrown) {
    await guest.picture('viewer-failed');
    throw thrown;
  } finally {
    await guest.context.close();
  }
});

/** A container as Docker Compose would have made it for the project `blog`, on the project's network. */
const addComposed = (service: string): string => {
  const network = 'blog_default';
  const { state } = berth.engine;
  if (state.findNetwork(network) === undefined)
    state.networks.set(network, { id: network, name: network, driver: 'bridge', labels: {}, createdMs: 0 });
  return berth.engine.addForeign(`blog-${service}-1`, {
    Labels: {
      'com.docker.compose.project': 'blog',
      'com.docker.compose.service': service,
      'com.docker.compose.container-number': '1',
    },
    HostConfig: { NetworkMode: network },
    NetworkingConfig: { EndpointsConfig: { [network]: { Aliases: [service] } } },
  });
};

const tab = (page: Page, label: string) => page.getByRole('tab', { name: label, exact: true });
const dialog = (page: Page) => page.getByRole('dialog');

/** Goes to a page of the environment, and through sign-in to it. */
const signIn = async (
  page: Page,
  words: Words,
  path: string,
  heading: string,
  person = { name: adminName, password: adminPassword },
): Promise<void> => {
  const { tenant, environment } = berth.place;
  await page.goto(`${berth.url}/t/${tenant}/e/${environment}${path}`);
  await page.getByLabel(words.signIn.name).fill(person.name);
  await page.getByLabel(words.signIn.password).first().fill(person.password);
  await page.getByRole('button', { name: words.signIn.submit }).click();
  await page.getByRole('heading', { name: heading, level: 1 }).waitFor();
};

const publishNext = async (page: Page, words: Words): Promise<void> => {
  await page.getByRole('button', { name: words.application.publishRevision }).click();
  const editor = page.getByRole('textbox', { name: fill(words.publish.editor, { file: 'compose.yaml' }) });
  await editor.click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(composeFile('blue'));
  await page.getByLabel(words.publish.note, { exact: false }).fill('in blue');
  await page.getByRole('button', { name: words.publish.replaceHow }).click();
  const settings = page.getByRole('group', {
    name: fill(words.publish.settingsOf, { service: words.publish.forAll }),
  });
  await settings.getByLabel(words.publish.batch, { exact: false }).fill('1');
  await settings.getByLabel(words.publish.deadline).fill('45');
  const plan = page.getByRole('region', { name: words.publish.plan, exact: true });
  // The dry run says how the two containers would be replaced: one at once, in two batches, within what was set.
  await plan.getByText(fill(words.publish.plan_batches_other, { count: 2 }), { exact: false }).waitFor();
  await plan.getByText(words.publish.planOk, { exact: false }).waitFor();
  await page.getByRole('button', { name: words.publish.publishRevision, exact: true }).click();
  await page.waitForURL('**/operation');
};

const banner = (page: Page, words: Words) => page.getByRole('region', { name: words.upgrade.label, exact: true });

const seeUpgrade = async (page: Page, words: Words, between: { from: number; to: number }): Promise<void> => {
  const upgrade = banner(page, words);
  await upgrade.getByRole('heading', { name: fill(words.upgrade.title, between) }).waitFor();
  await upgrade.getByText(words.upgrade.state_done, { exact: true }).waitFor();
  // Once it is through, how far each service is can be looked up.
  await upgrade.getByRole('button', { name: words.upgrade.showServices }).click();
  await upgrade.getByText(fill(words.upgrade.counts, { moved: 2, total: 2, ready: 2 })).waitFor();
};

const compare = async ({ page }: Visit, words: Words): Promise<void> => {
  await tab(page, words.application.revisions).click();
  await page.getByLabel(fill(words.revisions.choose, { number: 1 })).check();
  await page.getByLabel(fill(words.revisions.choose, { number: 2 })).check();
  await page.getByRole('button', { name: words.revisions.compareChosen }).click();
  const diff = page.getByRole('region', { name: fill(words.revisions.diffOf, { file: 'compose.yaml' }) });
  await diff.getByText('red', { exact: true }).waitFor();
  await diff.getByText('blue', { exact: true }).waitFor();
  await page
    .getByRole('table', { name: words.revisions.resolved })
    .getByText('services.web.environment.COLOR')
    .waitFor();
  await page.getByText(words.revisions.unified, { exact: true }).click();
  await diff.getByText('blue', { exact: true }).waitFor();
  await page.getByRole('link', { name: words.revisions.back }).click();
};

const rollBack = async (guest: Visit, words: Words, language: string): Promise<void> => {
  const { page } = guest;
  await page.getByRole('button', { name: fill(words.revisions.rollBackTo, { number: 1 }) }).click();
  const confirm = dialog(page).getByRole('button', { name: fill(words.application.rollbackConfirm, { number: 1 }) });
  await dialog(page).getByText(words.application.rollbackOk).waitFor();
  await dialog(page).getByText(words.publish.change_changed, { exact: true }).first().waitFor();
  await guest.picture(`life-${language}-3-preview`);
  await confirm.click();
  await page.waitForURL('**/operation');
  await seeUpgrade(page, words, { from: 2, to: 1 });
  await page
    .getByText(fill(words.application.revisionNumber, { number: 1 }))
    .first()
    .waitFor();
};

const accept = async (page: Page, words: Words): Promise<void> => {
  await banner(page, words).getByRole('button', { name: words.upgrade.accept, exact: true }).click();
  await banner(page, words).waitFor({ state: 'detached' });
};

const runJob = async (guest: Visit, words: Words, language: string): Promise<void> => {
  const { page } = guest;
  await tab(page, words.application.jobs).click();
  await page.getByRole('button', { name: words.jobs.create }).click();
  await dialog(page).getByLabel(words.jobs.name, { exact: true }).fill('nightly');
  await dialog(page).getByRole('combobox', { name: words.jobs.service, exact: true }).click();
  await page.getByRole('option', { name: 'chore' }).click();
  await dialog(page).getByLabel(words.jobs.schedule, { exact: true }).fill('30 3 * * *');
  await dialog(page).getByRole('button', { name: words.common.save }).click();
  // Saved, the form shows when it will run next.
  await dialog(page)
    .getByRole('table', { name: fill(words.jobs.upcomingOf, { name: 'nightly' }) })
    .getByText('03:30')
    .first()
    .waitFor();
  await guest.picture(`life-${language}-5-job`);
  await dialog(page).getByRole('button', { name: words.common.close }).last().click();
  await page.getByRole('button', { name: fill(words.jobs.runNowOf, { name: 'nightly' }) }).click();
  await page.getByText(words.runs.state_succeeded, { exact: true }).waitFor();
  await page.getByRole('region', { name: words.runs.lastLines }).getByText('done').waitFor();
};

const callHook = async (guest: Visit, words: Words, language: string, name: string): Promise<void> => {
  const { page } = guest;
  const { tenant, environment } = berth.place;
  await page.goto(`${berth.url}/t/${tenant}/e/${environment}/applications/${name}/hooks`);
  await page.getByRole('button', { name: words.hooks.create }).click();
  await dialog(page).getByLabel(words.hooks.name, { exact: true }).fill('balancer');
  await dialog(page).getByText(words.hooks.kind_scale, { exact: true }).click();
  await dialog(page).getByLabel(words.hooks.max).fill('3');
  await dialog(page).getByRole('combobox', { name: words.hooks.service, exact: true }).click();
  await page.getByRole('option', { name: 'web' }).click();
  await dialog(page).getByRole('button', { name: words.common.save }).click();
  const secret = await dialog(page).getByRole('region', { name: words.hooks.secret, exact: true }).innerText();
  const address = await dialog(page).getByRole('region', { name: words.hooks.address, exact: true }).innerText();
  await guest.picture(`life-${language}-6-secret`);
  await dialog(page).getByRole('button', { name: words.common.close }).last().click();
  await page.getByText(words.hooks.never).waitFor();
  const body = JSON.stringify({ replicas: 3 });
  const time = Math.floor(Date.now() / 1000);
  const signature = createHmac('sha256', secret.trim()).update(`${time}.${body}`).digest('hex');
  const reply = await fetch(address.trim(), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'berth-signature': `t=${time},v1=${signature}`,
      'berth-delivery': `delivery-${language}`,
    },
    body,
  });
  assert.equal(reply.status, 202, await reply.text());
  await page.getByText(words.hooks.outcome_accepted, { exact: true }).waitFor();
};

const seeTopology = async (page: Page, words: Words, name: string): Promise<void> => {
  await tab(page, words.application.topology).click();
  const picture = page.getByRole('img', { name: fill(words.topology.label, { name }), exact: false });
  await picture.waitFor();
  await picture.getByText('web', { exact: true }).waitFor();
  await picture.getByText('data', { exact: true }).waitFor();
  await page.getByText(words.topology.list, { exact: true }).click();
  const list = page.getByRole('table', { name: fill(words.topology.label, { name }) });
  await list.getByText('data → /data').waitFor();
  await page.getByText(words.topology.picture, { exact: true }).click();
  await picture.waitFor();
};

const restartAndExport = async (page: Page, words: Words, name: string): Promise<void> => {
  const choose = async (entry: string): Promise<void> => {
    await page.getByRole('button', { name: words.application.more }).click();
    await page.getByRole('menuitem', { name: entry }).click();
  };
  await choose(words.application.restart);
  await dialog(page).getByLabel('chore', { exact: true }).uncheck();
  await dialog(page).getByRole('button', { name: words.application.restartConfirm, exact: true }).click();
  await dialog(page).waitFor({ state: 'detached' });
  await tab(page, words.application.operation).click();
  const latest = page.getByRole('region', { name: words.operation.latest, exact: true });
  await latest.getByRole('heading', { name: words.operation.restart, level: 2 }).waitFor();
  await latest.getByText(words.operation.state_succeeded, { exact: true }).waitFor();
  await choose(words.application.export);
  await dialog(page).getByLabel(words.application.exportResolved).check();
  const download = page.waitForEvent('download');
  await dialog(page).getByRole('button', { name: words.application.exportConfirm }).click();
  const file = await download;
  assert.equal(file.suggestedFilename(), `${name}-revision-1.yaml`);
  assert.match(readFileSync(await file.path(), 'utf8'), /COLOR: "?red/);
};
