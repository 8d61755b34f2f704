// Images from a real registry: pulled with their progress before anything is stopped, refused in the dry run when they are
// not there or not to be had, and pinned: a tag that moves on is followed when the file says so, and never by a way back.
import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { eventually } from '@berth/common/testing/eventually.ts';
import type { Operation, Publication } from '@berth/contract/applications.ts';
import { endsWell, publishWell, readApplication, refusedWith, removeWell } from '#harness/application.ts';
import { publication, startBerth, waitForOperation, type Berth } from '#harness/berth.ts';
import { closeAll } from '#harness/close-all.ts';
import { fetchText, untilAnswers } from '#harness/http.ts';
import { inspect, openLab, type Lab } from '#harness/lab.ts';
import {
  doorOptions,
  labAccount,
  openRegistry,
  openRegistryDoor,
  pushImage,
  type Registry,
  type RegistryDoor,
} from '#harness/registry.ts';

let lab: Lab;
let berth: Berth;
let registry: Registry;
/** The same images, for one person only. */
let locked: Registry;
let door: RegistryDoor;
/** What the open registry has: a tag that is not moved. */
let steady: string;
before(async () => {
  lab = await openLab({ daemonOptions: doorOptions });
  const storage = join(lab.folder, 'images');
  [registry, locked] = await Promise.all([
    openRegistry(lab, { port: 5000, storage }),
    openRegistry(lab, { port: 5001, storage, account: labAccount }),
  ]);
  door = await openRegistryDoor(lab, registry);
  berth = await startBerth({ engineSocket: lab.engine.socket });
  steady = `${registry.name}/shop/web:1`;
  await pushText(steady, 'from the registry');
});
after(() => closeAll(berth, door, locked, registry, lab));

/** An image that serves this text; gives its digest. */
const pushText = (reference: string, text: string, more: Readonly<Record<string, Buffer>> = {}): Promise<string> => {
  const copies = Object.keys(more).map((name) => `COPY ${name} /${name}`);
  // With its own name in it: of two that are the same the engine makes one.
  const lines = ['FROM lab/web:1', `LABEL name="${reference}"`, `ENV TEXT="${text}"`, ...copies];
  return pushImage(lab, reference, { Dockerfile: lines.join('\n'), ...more });
};
const at = (application: string) => ({ ...berth.place, application });
const service = (image: string, more = ''): string => `services:\n  web:\n    image: ${image}\n${more}`;
const succeeded = (wish: Promise<{ operation: Operation }>) => endsWell(berth, wish);
const imagesOf = async (application: string, number: number) =>
  (await berth.admin.readRevision({ params: { ...at(application), number } })).images;
const lifeOf = async (container: string) => {
  const { Id, State, Image } = await inspect(lab, container);
  return { id: Id, image: Image, startedAt: State.StartedAt };
};

suite('images of a registry', { concurrency: 3 }, () => {
  test('are pulled before the first stop, with progress: what runs answers all that time', async () => {
    const port = 18_501;
    const files = (tag: string): Publication =>
      publication('slow', service(`${door.name}/slow/web:${tag}`, `    ports: ["${port}:80"]\n`));
    const pushed = { blob: randomBytes(6 * 2 ** 20) };
    await pushText(`${registry.name}/slow/web:1`, 'one');
    await pushText(`${registry.name}/slow/web:2`, 'two', pushed);
    await publishWell(berth, files('1'));
    await untilAnswers(lab, port, 'one');
    const before = await lifeOf('berth-slow-web-1');
    door.hold(2 * 2 ** 20);
    const { operation } = await berth.admin.publishApplication({ params: berth.place, body: files('2') });
    const pulling = await eventually(
      async () => {
        const { progress } = await berth.admin.readOperation({ params: { ...berth.place, operation: operation.id } });
        const pull = progress.find(({ action }) => action === 'pull_image');
        return door.isHolding() && (pull?.pull?.bytes ?? 0) > 0 ? { pull, progress } : undefined;
      },
      { withinMs: 60_000, because: 'the pull is half-way' },
    );
    assert.equal(pulling.pull?.state, 'running');
    assert.ok((pulling.pull?.pull?.bytes ?? 0) < (pulling.pull?.pull?.bytesTotal ?? 0), JSON.stringify(pulling.pull));
    const others = pulling.progress.filter(({ action }) => action !== 'pull_image');
    assert.ok(others.some(({ action }) => action === 'stop_container'));
    assert.deepEqual(new Set(others.map(({ state }) => state)), new Set(['waiting']));
    for (let time = 0; time < 20; time += 1)
      assert.equal(await fetchText(`http://${lab.engine.address}:${port}/`), 'one');
    assert.deepEqual(await lifeOf('berth-slow-web-1'), before);
    const seen = followDowntime(port);
    door.release();
    await waitForOperation(berth.admin, berth.place, operation.id);
    await untilAnswers(lab, port, 'two');
    const downtimeMs = await seen.end();
    const floorMs = await restartTimeMs('berth-slow-web-1', port);
    // Replacing is a stop, a removal, a creation and a start, where a restart is a stop and a start.
    assert.ok(downtimeMs < 3 * floorMs + 5_000, `away for ${downtimeMs} ms; a restart takes ${floorMs} ms`);
    await removeWell(lab, berth, 'slow');
  });

  test('that are not there are refused in the dry run, and nothing that runs is touched', async () => {
    const services = ['a', 'b', 'c'];
    const files = (images: Readonly<Record<string, string>>): Publication =>
      publication(
        'misspelt',
        `services:\n${services.map((name) => `  ${name}:\n    image: ${images[name] ?? steady}\n    labels: {v: "${images['v'] ?? 'one'}"}\n`).join('')}`,
      );
    await publishWell(berth, files({}));
    const lives = () => Promise.all(services.map((name) => lifeOf(`berth-misspelt-${name}-1`)));
    const before = await lives();
    const wrong = files({ v: 'two', b: `${registry.name}/shop/web:wrong` });
    const preview = await berth.admin.previewApplication({ params: berth.place, body: wrong });
    assert.deepEqual(
      preview.problems.map(({ severity, code, path }) => [severity, code, path]),
      [['error', 'image_not_found', 'services.b.image']],
    );
    const refusal = await refusedWith('impossible_plan', () =>
      berth.admin.publishApplication({ params: berth.place, body: wrong }),
    );
    assert.match(refusal.message, /There is no image .*shop\/web:wrong in its registry/);
    await refusedWith('impossible_plan', () =>
      berth.admin.publishApplication({
        params: berth.place,
        body: files({ v: 'two', c: `${registry.name}/no/such-repository:1` }),
      }),
    );
    assert.deepEqual(await lives(), before);
    await removeWell(lab, berth, 'misspelt');
  });

  test('that are not for this host are refused as denied, which is not the same as not being there', async () => {
    const files = (policy: string) => publication('denied', service(`${locked.name}/shop/web:1`, policy));
    const preview = await berth.admin.previewApplication({ params: berth.place, body: files('') });
    assert.deepEqual(
      preview.problems.map(({ severity, code, path }) => [severity, code, path]),
      [['error', 'image_denied', 'services.web.image']],
    );
    assert.deepEqual(await problemsOf(files('    pull_policy: always\n')), ['image_denied']);
    assert.deepEqual(await problemsOf(publication('denied', service(`${registry.name}/shop/web:9`))), [
      'image_not_found',
    ]);
  });

  test('are what a revision runs for ever; a tag that moved on is followed by a new one that asks for it', async () => {
    const port = 18_502;
    const reference = `${registry.name}/moving/web:stable`;
    const files = (policy: string): Publication =>
      publication('moving', service(reference, `    ports: ["${port}:80"]\n${policy}`));
    const always = '    pull_policy: always\n';
    const container = 'berth-moving-web-1';
    const first = await pushText(reference, 'one');
    await publishWell(berth, files(''));
    await untilAnswers(lab, port, 'one');
    const original = await lifeOf(container);
    assert.deepEqual(await imagesOf('moving', 1), {
      [reference]: { id: original.image, digest: `${registry.name}/moving/web@${first}` },
    });
    const second = await pushMoved(reference, 'two');
    await publishWell(berth, files(''));
    assert.deepEqual(
      await lifeOf(container),
      original,
      'the host has the image, and the file does not ask for another',
    );
    await publishWell(berth, files(always));
    await untilAnswers(lab, port, 'two');
    const newer = await lifeOf(container);
    assert.notEqual(newer.image, original.image);
    const pinned = { [reference]: { id: newer.image, digest: `${registry.name}/moving/web@${second}` } };
    assert.deepEqual(await imagesOf('moving', 3), pinned);
    await publishWell(berth, files(always));
    assert.deepEqual(await lifeOf(container), newer, 'the tag has not moved, so nothing is replaced');
    // The host forgets the former image: it comes back by its digest, wherever the tag is now.
    await lab.engine.docker('rmi', original.image);
    await succeeded(berth.admin.rollBackApplication({ params: { ...at('moving'), number: 1 }, body: {} }));
    await untilAnswers(lab, port, 'one');
    assert.equal((await lifeOf(container)).image, original.image);
    await succeeded(berth.admin.rollBackApplication({ params: { ...at('moving'), number: 3 }, body: {} }));
    await untilAnswers(lab, port, 'two');
    assert.equal((await lifeOf(container)).image, newer.image);
    await removeWell(lab, berth, 'moving');
  });

  test('that moved are rolled out in batches, held when they are bad, and each container heals as what it was', async () => {
    const reference = `${registry.name}/batches/web:stable`;
    const files = publication(
      'batches',
      service(reference, '    pull_policy: always\n    deploy: {replicas: 2, update_config: {monitor: 1s}}\n'),
    );
    await pushText(reference, 'good');
    await publishWell(berth, files);
    const good = await lifeOf('berth-batches-web-1');
    await pushImage(lab, reference, { Dockerfile: 'FROM lab/web:1\nCMD ["sh", "-c", "echo cannot; exit 5"]\n' });
    const { operation } = await berth.admin.publishApplication({ params: berth.place, body: files });
    const failed = await waitForOperation(berth.admin, berth.place, operation.id);
    assert.deepEqual([failed.state, failed.reason], ['failed', 'upgrade_held'], failed.message ?? '');
    assert.match(failed.message ?? '', /code 5/);
    const others = await Promise.all([1, 2].map((slot) => lifeOf(`berth-batches-web-${slot}`)));
    assert.equal(others.filter(({ image }) => image === good.image).length, 1, 'one of them was left alone');
    await lab.engine.docker('rm', '-f', 'berth-batches-web-2');
    await eventually(async () => (await inspect(lab, 'berth-batches-web-2')).State.Running, {
      withinMs: 30_000,
      because: 'it heals',
    });
    assert.equal((await lifeOf('berth-batches-web-2')).image, good.image, 'from the image of its own revision');
    await succeeded(berth.admin.abortUpgrade({ params: at('batches') }));
    // What the tag stands for on the host now is what the next revision means: the same again, without a pull.
    const text = files.bundle.files['compose.yaml']?.replace('always', 'missing') ?? '';
    const again = await berth.admin.publishApplication({ params: berth.place, body: publication('batches', text) });
    const held = await waitForOperation(berth.admin, berth.place, again.operation.id);
    assert.deepEqual([held.state, held.reason], ['failed', 'upgrade_held'], held.message ?? '');
    assert.ok(held.progress.every(({ action }) => action !== 'pull_image'));
    await succeeded(berth.admin.abortUpgrade({ params: at('batches') }));
    const images = await Promise.all([1, 2].map((slot) => lifeOf(`berth-batches-web-${slot}`)));
    assert.deepEqual(
      images.map(({ image }) => image),
      [good.image, good.image],
    );
    await removeWell(lab, berth, 'batches');
  });
});

test('a start whose image the registry denies says so, and goes on by itself when it is let in', async () => {
  await pushText(`${registry.name}/heals/web:1`, 'healed');
  const reference = `${door.name}/heals/web:1`;
  await publishWell(berth, publication('heals', service(reference)));
  const { image } = await lifeOf('berth-heals-web-1');
  door.leadTo(locked);
  await succeeded(berth.admin.stopApplication({ params: at('heals') }));
  await lab.engine.docker('rm', 'berth-heals-web-1');
  await lab.engine.docker('rmi', '-f', image);
  const { operation } = await berth.admin.startApplication({ params: at('heals') });
  const failed = await waitForOperation(berth.admin, berth.place, operation.id);
  assert.deepEqual([failed.state, failed.reason], ['failed', 'image_denied'], failed.message ?? '');
  const denied = (await readApplication(berth, 'heals')).conditions.find(({ reason }) => reason === 'image_denied');
  assert.equal(denied?.type, 'Blocked');
  assert.match(denied?.message ?? '', /does not let this host pull .*heals\/web@sha256:/);
  door.leadTo(registry);
  await eventually(async () => (await inspect(lab, 'berth-heals-web-1')).State.Running, {
    withinMs: 90_000,
    because: 'it starts by itself',
  });
  assert.equal((await lifeOf('berth-heals-web-1')).image, image);
  await removeWell(lab, berth, 'heals');
});

/** Moves a tag that the engine has too: what it has by that name stays as it is. */
const pushMoved = async (reference: string, text: string): Promise<string> => {
  const before = (await lab.engine.docker('image', 'inspect', '-f', '{{.Id}}', reference)).trim();
  const digest = await pushText(reference, text);
  await lab.engine.docker('tag', before, reference);
  return digest;
};

const problemsOf = async (body: Publication): Promise<string[]> => {
  const refusal = await refusedWith('impossible_plan', () =>
    berth.admin.publishApplication({ params: berth.place, body }),
  );
  return refusal.problems.map(({ code }) => code);
};

/** Asks a port again and again; tells the longest time without an answer. */
const followDowntime = (port: number) => {
  const asking = new AbortController();
  let longestMs = 0;
  const follow = async () => {
    let lastMs = performance.now();
    while (!asking.signal.aborted) {
      const hasAnswered = await fetchText(`http://${lab.engine.address}:${port}/`).then(
        () => true,
        () => false,
      );
      if (!hasAnswered) continue;
      longestMs = Math.max(longestMs, performance.now() - lastMs);
      lastMs = performance.now();
    }
  };
  const followed = follow();
  return {
    end: async () => {
      asking.abort();
      await followed;
      return Math.round(longestMs);
    },
  };
};

const restartTimeMs = async (container: string, port: number): Promise<number> => {
  const seen = followDowntime(port);
  await lab.engine.docker('restart', container);
  await untilAnswers(lab, port, 'two');
  return seen.end();
};
