// Compose files of every era, published over the API on a real engine and answered over HTTP on the mapped port.
import assert from 'node:assert/strict';
import { after, before, suite, test } from 'node:test';
import { closeAll } from '#harness/close-all.ts';
import { eventually } from '@berth/common/testing/eventually.ts';
import { bundle, publishWell, removeWell, withApplication } from '#harness/application.ts';
import { containersOf, publication, startBerth, type Berth } from '#harness/berth.ts';
import { fetchText, untilAnswers } from '#harness/http.ts';
import { inspect, openLab, type Lab } from '#harness/lab.ts';

let lab: Lab;
let berth: Berth;
before(async () => {
  lab = await openLab();
  berth = await startBerth({ engineSocket: lab.engine.socket });
});
after(() => closeAll(berth, lab));

const inside = (container: string, ...command: string[]): Promise<string> =>
  lab.engine.docker('exec', container, ...command);

suite('a first-format file', { concurrency: 3 }, () => {
  test('runs, and its links reach the linked service under alias and name', () =>
    withApplication(
      lab,
      berth,
      publication(
        'first-links',
        `
front:
  image: lab/web:1
  ports:
    - "18101:80"
  links:
    - db:database
    - cache
  environment:
    UPSTREAM: database
    TEXT: front of the first format
db:
  image: lab/web:1
  expose: ["80"]
  environment: [TEXT=from the db]
cache:
  image: lab/web:1
  environment: {TEXT: from the cache}
`,
      ),
      async () => {
        await untilAnswers(lab, 18101, 'front of the first format');
        await untilAnswers(lab, 18101, 'from the db', '/cgi-bin/relay');
        assert.equal(await inside('berth-first-links-front-1', 'wget', '-qO-', 'http://cache/'), 'from the cache');
        assert.equal(await inside('berth-first-links-front-1', 'wget', '-qO-', 'http://db/'), 'from the db');
      },
    ));

  test('has its limits, names, restart policy and volumes of another service really set', () =>
    withApplication(
      lab,
      berth,
      publication(
        'first-limits',
        `
web:
  image: lab/web:1
  ports: ["18102:80"]
  hostname: front
  domainname: lab.test
  user: "0"
  working_dir: /tmp
  mem_limit: 64m
  memswap_limit: 96m
  cpu_shares: 512
  restart: on-failure:3
  read_only: false
  stop_signal: SIGTERM
  environment:
    TEXT: limited
  labels:
    team: blue
  volumes:
    - kept:/kept
writer:
  image: lab/idle:1
  volumes_from: [web]
`,
      ),
      async () => {
        await untilAnswers(lab, 18102, 'limited');
        const { Config, HostConfig } = await inspect(lab, 'berth-first-limits-web-1');
        assert.equal(Config.Hostname, 'front');
        assert.equal(Config.User, '0');
        assert.equal(Config.WorkingDir, '/tmp');
        assert.equal(Config.Labels['team'], 'blue');
        assert.equal(HostConfig['Memory'], 64 * 2 ** 20);
        assert.equal(HostConfig['MemorySwap'], 96 * 2 ** 20);
        assert.equal(HostConfig['CpuShares'], 512);
        assert.deepEqual(HostConfig['RestartPolicy'], { Name: 'on-failure', MaximumRetryCount: 3 });
        await inside('berth-first-limits-writer-1', 'sh', '-c', 'echo shared > /kept/file');
        assert.equal(await inside('berth-first-limits-web-1', 'cat', '/kept/file'), 'shared\n');
      },
    ));

  test('takes an extends of another file of the bundle', () =>
    withApplication(
      lab,
      berth,
      bundle('first-extends', {
        'docker-compose.yml':
          'web:\n  extends: {file: common.yml, service: base}\n  ports: ["18103:80"]\n  environment: {NAME: own}\n',
        'common.yml': 'base:\n  image: lab/web:1\n  environment: {TEXT: from the base, NAME: base}\n',
      }),
      async () => {
        await untilAnswers(lab, 18103, 'from the base');
        assert.ok((await inspect(lab, 'berth-first-extends-web-1')).Config.Env.includes('NAME=own'));
      },
    ));
});

suite('a 2.x file', { concurrency: 3 }, () => {
  test('has networks with aliases that keep services apart', () =>
    withApplication(
      lab,
      berth,
      publication(
        'second-networks',
        `
version: "2.1"
services:
  front:
    image: lab/web:1
    ports: ["18201:80"]
    networks: [outside, inside]
    environment: {UPSTREAM: store, TEXT: front}
  db:
    image: lab/web:1
    networks:
      inside:
        aliases: [store, primary.db]
    environment: {TEXT: from the store}
  stranger:
    image: lab/idle:1
    networks: [outside]
networks:
  outside: {}
  inside:
    internal: true
`,
      ),
      async () => {
        await untilAnswers(lab, 18201, 'from the store', '/cgi-bin/relay');
        assert.equal(
          await inside('berth-second-networks-front-1', 'wget', '-qO-', 'http://primary.db/'),
          'from the store',
        );
        await assert.rejects(
          inside('berth-second-networks-stranger-1', 'wget', '-qO-', 'http://store/'),
          /bad address/,
        );
      },
    ));

  test('starts a service only when the one it needs is healthy', () =>
    withApplication(
      lab,
      berth,
      publication(
        'second-healthy',
        `
version: "2.4"
services:
  app:
    image: lab/web:1
    ports: ["18202:80"]
    environment: {UPSTREAM: db, TEXT: app}
    depends_on:
      db: {condition: service_healthy}
  db:
    image: lab/web:1
    environment: {TEXT: healthy db}
    command: ["/bin/sh", "-c", "mkdir -p /www; printf 'healthy db' > /www/index.html; sleep 2; echo ready > /tmp/ready; httpd -f -p 80 -h /www & trap 'kill %1; exit 0' TERM; wait; wait"]
    healthcheck:
      test: [CMD, test, -f, /tmp/ready]
      interval: 1s
      timeout: 2s
      retries: 10
    mem_limit: 48m
    cpus: 0.5
`,
      ),
      async () => {
        await untilAnswers(lab, 18202, 'healthy db', '/cgi-bin/relay');
        const [app, db] = await Promise.all([
          inspect(lab, 'berth-second-healthy-app-1'),
          inspect(lab, 'berth-second-healthy-db-1'),
        ]);
        assert.ok(
          Date.parse(app.State.StartedAt) - Date.parse(db.State.StartedAt) >= 2_000,
          'the app started after the db was ready',
        );
        assert.equal(db.HostConfig['Memory'], 48 * 2 ** 20);
        assert.equal(db.HostConfig['NanoCpus'], 5e8);
      },
    ));

  test('shares the network of another service, and the alias of a container name answers', () =>
    withApplication(
      lab,
      berth,
      publication(
        'second-shared',
        `
version: "2.3"
services:
  main:
    image: lab/web:1
    container_name: the-main-one
    ports: ["18203:80", "18204:81"]
    environment: {TEXT: main}
  beside:
    image: lab/web:1
    network_mode: service:main
    environment: {TEXT: beside, PORT: "81"}
  asker:
    image: lab/idle:1
`,
      ),
      async () => {
        await untilAnswers(lab, 18203, 'main');
        await untilAnswers(lab, 18204, 'beside');
        assert.equal(await inside('berth-second-shared-beside-1', 'wget', '-qO-', 'http://127.0.0.1:80/'), 'main');
        assert.equal(await inside('berth-second-shared-asker-1', 'wget', '-qO-', 'http://the-main-one/'), 'main');
      },
    ));
});

suite('a 3.x file', { concurrency: 3 }, () => {
  test('keeps what is in a named volume when it is published again', async () => {
    const compose = (text: string) => `
version: "3.8"
services:
  web:
    image: lab/web:1
    ports: ["18301:80"]
    environment: {TEXT: ${text}}
    volumes:
      - data:/data
    deploy:
      resources:
        limits: {memory: 80M, cpus: "0.75"}
volumes:
  data:
`;
    await publishWell(berth, publication('third-volume', compose('one')));
    await untilAnswers(lab, 18301, 'one');
    const before = await inspect(lab, 'berth-third-volume-web-1');
    assert.equal(before.HostConfig['Memory'], 80 * 2 ** 20);
    assert.equal(before.HostConfig['NanoCpus'], 75e7);
    await inside(before.Id, 'sh', '-c', 'echo precious > /data/file');
    await publishWell(berth, publication('third-volume', compose('two')));
    await untilAnswers(lab, 18301, 'two');
    const now = await inspect(lab, 'berth-third-volume-web-1');
    assert.notEqual(now.Id, before.Id, 'the service changed, so its container is another');
    assert.equal(await inside(now.Id, 'cat', '/data/file'), 'precious\n');
    await removeWell(lab, berth, 'third-volume');
  });

  test('leaves a service alone that did not change, and removes one that went', async () => {
    const compose = (services: string) =>
      `version: "3.3"\nservices:\n  same:\n    image: lab/web:1\n    ports: ["18302:80"]\n    environment: {TEXT: same}\n${services}`;
    await publishWell(berth, publication('third-change', compose('  goes:\n    image: lab/idle:1\n')));
    const before = await inspect(lab, 'berth-third-change-same-1');
    await publishWell(
      berth,
      publication('third-change', compose('  comes:\n    image: lab/idle:1\n'), { acceptLosses: true }),
    );
    const now = await inspect(lab, 'berth-third-change-same-1');
    assert.deepEqual([now.Id, now.State.StartedAt], [before.Id, before.State.StartedAt], 'no restart without need');
    const services = (await containersOf(berth.admin, berth.place, 'third-change')).map(({ service }) => service);
    assert.deepEqual(services, ['comes', 'same']);
    await removeWell(lab, berth, 'third-change');
  });

  test('runs as many containers as deploy says, each with a port of the range', () =>
    withApplication(
      lab,
      berth,
      publication(
        'third-range',
        `
version: "3.9"
services:
  web:
    image: lab/web:1
    ports: ["18310-18312:80"]
    environment: {TEXT: ranged}
    deploy: {replicas: 3}
  bound:
    image: lab/web:1
    ports: ["127.0.0.1:18320:80"]
    environment: {TEXT: bound to one address}
`,
      ),
      async (application) => {
        for (const port of [18310, 18311, 18312]) await untilAnswers(lab, port, 'ranged');
        assert.deepEqual(application.containers, { desired: 4, running: 4, finished: 0 });
        await assert.rejects(
          fetchText(`http://${lab.engine.address}:18320/`),
          'the port is bound to the loopback of the host alone',
        );
        const bound = await inspect(lab, 'berth-third-range-bound-1');
        assert.deepEqual(bound.HostConfig['PortBindings'], { '80/tcp': [{ HostIp: '127.0.0.1', HostPort: '18320' }] });
      },
    ));
});

suite('a file of the current form', { concurrency: 4 }, () => {
  test('takes env_file, variables of the request and every operator, and expands no value twice', () =>
    withApplication(
      lab,
      berth,
      bundle(
        'now-variables',
        {
          'compose.yaml': `
name: asked-for
services:
  web:
    image: lab/web:\${TAG:-1}
    env_file:
      - common.env
      - {path: missing.env, required: false}
    ports: ["\${PORT:?a port is needed}:80"]
    environment:
      TEXT: "\${GREETING}|\${UNSET-default}|\${EMPTY:-was empty}|\${GREETING:+set}|\${EMPTY+there}|$$HOME|\${OUTER:-\${GREETING}-nested}"
      SECRET: "\${SECRET}"
`,
          'common.env': 'FROM_FILE="a value # not a comment"\nOTHER=plain # a comment\nTEXT=hidden by environment\n',
        },
        { variables: { GREETING: 'hello', EMPTY: '', PORT: '18401', SECRET: 'u:$apr1$a$b.0 ${GREETING} $$ $(id)' } },
      ),
      async () => {
        await untilAnswers(lab, 18401, 'hello|default|was empty|set|there|$HOME|hello-nested');
        const { Env } = (await inspect(lab, 'berth-now-variables-web-1')).Config;
        assert.ok(Env.includes('SECRET=u:$apr1$a$b.0 ${GREETING} $$ $(id)'), Env.join('\n'));
        assert.ok(Env.includes('FROM_FILE=a value # not a comment'));
        assert.ok(Env.includes('OTHER=plain'));
      },
    ));

  test('takes anchors, merges and extension fields', () =>
    withApplication(
      lab,
      berth,
      publication(
        'now-anchors',
        `
x-web: &web
  image: lab/web:1
  environment: &environment
    TEXT: from the anchor
    EXTRA: kept
services:
  plain:
    <<: *web
    ports: ["18402:80"]
  changed:
    <<: [*web, {image: lab/never:1}]
    environment:
      <<: *environment
      TEXT: changed
    ports:
      - target: 80
        published: "18403"
        protocol: tcp
        mode: host
`,
      ),
      async () => {
        await untilAnswers(lab, 18402, 'from the anchor');
        await untilAnswers(lab, 18403, 'changed');
        assert.ok((await inspect(lab, 'berth-now-anchors-changed-1')).Config.Env.includes('EXTRA=kept'));
      },
    ));

  test('runs only services of the profiles asked for', async () => {
    const compose = `
services:
  always:
    image: lab/web:1
    ports: ["18404:80"]
    environment: {TEXT: always}
  debug:
    image: lab/idle:1
    profiles: [debug]
`;
    await publishWell(berth, publication('now-profiles', compose));
    assert.deepEqual(
      (await containersOf(berth.admin, berth.place, 'now-profiles')).map(({ service }) => service),
      ['always'],
    );
    await publishWell(berth, publication('now-profiles', compose, { profiles: ['debug'] }));
    assert.deepEqual(
      (await containersOf(berth.admin, berth.place, 'now-profiles')).map(({ service }) => service),
      ['always', 'debug'],
    );
    await untilAnswers(lab, 18404, 'always');
    await removeWell(lab, berth, 'now-profiles');
  });

  test('takes every form of command and entrypoint', () =>
    withApplication(
      lab,
      berth,
      publication(
        'now-commands',
        `
services:
  words:
    image: lab/idle:1
    entrypoint: ["/bin/sh", "-c"]
    command: ['echo "$$0 and $$1"; trap "exit 0" TERM; while :; do sleep 1; done', "one two", ""]
  text:
    image: lab/idle:1
    command: /bin/sh -c 'echo "a  b" && trap "exit 0" TERM && while :; do sleep 1; done'
  cleared:
    image: lab/idle:1
    entrypoint: []
    command: ["sh", "-c", "echo cleared; exec httpd -f -p 80"]
    stop_grace_period: 0s
  web:
    image: lab/web:1
    command: null
    ports: ["18405:80"]
    environment: {TEXT: own command of the image}
`,
      ),
      async () => {
        await untilAnswers(lab, 18405, 'own command of the image');
        const logs = (service: string) => lab.engine.docker('logs', `berth-now-commands-${service}-1`);
        assert.equal(await logs('words'), 'one two and \n');
        assert.equal(await logs('text'), 'a  b\n');
        assert.equal(await logs('cleared'), 'cleared\n');
        assert.deepEqual((await inspect(lab, 'berth-now-commands-words-1')).Config.Entrypoint, ['/bin/sh', '-c']);
      },
    ));

  test('counts a service that finishes well as finished, not as failed, and lets another wait for it', () =>
    withApplication(
      lab,
      berth,
      publication(
        'now-once',
        `
services:
  migrate:
    image: lab/idle:1
    command: ["sh", "-c", "sleep 1; echo migrated > /data/state"]
    volumes: [data:/data]
  app:
    image: lab/web:1
    command: ["sh", "-c", "mkdir -p /www; cp /data/state /www/index.html 2>/dev/null || cat /data/state > /www/index.html; httpd -f -p 80 -h /www & trap 'kill %1; exit 0' TERM; wait"]
    volumes: [data:/data:ro]
    ports: ["18406:80"]
    depends_on:
      migrate: {condition: service_completed_successfully}
volumes: {data: {}}
`,
      ),
      async (application) => {
        await untilAnswers(lab, 18406, 'migrated\n');
        assert.equal(application.phase, 'running');
        assert.deepEqual(
          application.conditions.map(({ type }) => type),
          ['Available'],
        );
        const migrate = await inspect(lab, 'berth-now-once-migrate-1');
        assert.deepEqual([migrate.State.Status, migrate.State.ExitCode], ['exited', 0]);
        assert.equal(migrate.RestartCount, 0);
      },
    ));

  test('has tmpfs, read-only root, anonymous volume, extra hosts, ulimits and signals really set', () =>
    withApplication(
      lab,
      berth,
      publication(
        'now-mounts',
        `
services:
  box:
    image: lab/idle:1
    read_only: true
    tmpfs:
      - /scratch:size=1m,mode=1777
    volumes:
      - /anonymous
      - {type: tmpfs, target: /typed, tmpfs: {size: 2097152}}
      - {type: volume, source: data, target: /data, read_only: true}
    extra_hosts: ["elsewhere=192.0.2.7"]
    ulimits: {nofile: {soft: 100, hard: 200}}
    pids_limit: 50
    shm_size: 32m
    cap_drop: [NET_RAW]
    init: false
    tty: true
    stop_grace_period: 3s
    logging: {driver: json-file, options: {max-size: 1m, max-file: "2"}}
    sysctls: {net.ipv4.ip_unprivileged_port_start: "80"}
volumes: {data: {}}
`,
      ),
      async () => {
        const name = 'berth-now-mounts-box-1';
        const mounts = await inside(name, 'cat', '/proc/mounts');
        assert.match(mounts, /tmpfs \/scratch tmpfs \S*size=1024k/);
        assert.match(mounts, /tmpfs \/typed tmpfs \S*size=2048k/);
        await assert.rejects(inside(name, 'touch', '/file'), /[Rr]ead-only/);
        await assert.rejects(inside(name, 'touch', '/data/file'), /[Rr]ead-only/);
        await inside(name, 'touch', '/anonymous/file');
        assert.match(await inside(name, 'cat', '/etc/hosts'), /192\.0\.2\.7\s+elsewhere/);
        const { HostConfig } = await inspect(lab, name);
        assert.deepEqual(HostConfig['Ulimits'], [{ Name: 'nofile', Soft: 100, Hard: 200 }]);
        assert.equal(HostConfig['PidsLimit'], 50);
        assert.equal(HostConfig['ShmSize'], 32 * 2 ** 20);
        assert.deepEqual(HostConfig['CapDrop'], ['NET_RAW']);
        assert.deepEqual(HostConfig['LogConfig'], { Type: 'json-file', Config: { 'max-size': '1m', 'max-file': '2' } });
      },
    ));

  test('is merged from several files and includes', () =>
    withApplication(
      lab,
      berth,
      {
        name: 'now-merged',
        bundle: {
          files: {
            'compose.yaml':
              'include: [parts/db.yaml]\nservices:\n  web:\n    image: lab/web:1\n    environment: {TEXT: base, UPSTREAM: db}\n',
            'override.yaml': 'services:\n  web:\n    ports: ["18408:80"]\n    environment: [TEXT=overridden]\n',
            'parts/db.yaml': 'services:\n  db:\n    image: lab/web:1\n    env_file: db.env\n',
            'parts/db.env': 'TEXT=included\n',
          },
          main: ['compose.yaml', 'override.yaml'],
        },
      },
      async () => {
        await untilAnswers(lab, 18408, 'overridden');
        await untilAnswers(lab, 18408, 'included', '/cgi-bin/relay');
      },
    ));

  test('says in the API where each service answers', () =>
    withApplication(
      lab,
      berth,
      publication(
        'now-endpoints',
        'services:\n  web:\n    image: lab/web:1\n    ports: ["80"]\n    environment: {TEXT: any port}\n',
      ),
      async () => {
        const port = await eventually(
          async () =>
            (await berth.admin.readApplication({ params: { ...berth.place, application: 'now-endpoints' } }))
              .services[0]?.endpoints[0]?.hostPort,
          { withinMs: 5_000, because: 'the port the engine chose is shown' },
        );
        await untilAnswers(lab, port, 'any port');
      },
    ));
});
