// How each command is used, shown below its help. A test sees to it that every command is here, and every line is right.
import type { Command } from 'commander';

export const examples: Readonly<Record<string, readonly string[]>> = {
  publish: [
    'berth publish',
    'berth publish shop -f compose.yaml -f production.yaml --var TAG=2.1 --note "new prices"',
    'berth publish shop --dry-run --json',
  ],
  apps: ['berth apps -e main/local'],
  show: ['berth show shop'],
  events: ['berth events shop --limit 20'],
  operations: ['berth operations shop'],
  start: ['berth start shop'],
  stop: ['berth stop shop'],
  scale: ['berth scale shop web=3 worker=2'],
  rm: ['berth rm shop', 'berth rm shop --volumes --yes'],
  revisions: ['berth revisions shop'],
  diff: ['berth diff shop 3', 'berth diff shop 3 4'],
  export: ['berth export shop --to shop-files', 'berth export shop --resolved > compose.yaml'],
  rollback: ['berth rollback shop 3 --dry-run', 'berth rollback shop 3'],
  accept: ['berth accept shop'],
  abort: ['berth abort shop'],
  resume: ['berth resume shop'],
  restart: ['berth restart shop web'],
  run: ['berth run shop web --env DRY=1 --timeout 10m -- ./migrate --all'],
  'jobs list': ['berth jobs list shop'],
  'jobs create': [
    'berth jobs create shop backup --service db --schedule "0 3 * * *" --zone Asia/Shanghai -- ./backup.sh',
  ],
  'jobs set': ['berth jobs set shop backup --schedule "30 2 * * 1-5"', 'berth jobs set shop backup --disable'],
  'jobs remove': ['berth jobs remove shop backup --yes'],
  'jobs run': ['berth jobs run shop backup'],
  'jobs history': ['berth jobs history shop backup --limit 5'],
  'jobs log': ['berth jobs log shop run_01m889t91000y4xckvwypz5d2d'],
  'jobs cancel': ['berth jobs cancel shop run_01m889t91000y4xckvwypz5d2d'],
  'hooks list': ['berth hooks list shop'],
  'hooks create': [
    'berth hooks create shop deploy --upgrade --allow TAG --cool-down 1m',
    'berth hooks create shop load --scale web --min 2 --max 6 --expires 90d',
  ],
  'hooks set': ['berth hooks set shop deploy --disable'],
  'hooks remove': ['berth hooks remove shop deploy --yes'],
  'hooks renew': ['berth hooks renew shop deploy'],
  'call-hook': [
    'berth call-hook https://berth.example.com/v1/hooks/hok_01m889t91000y4xckvwypz5d2d --var TAG=2.2',
    'berth call-hook hok_01m889t91000y4xckvwypz5d2d --change +1 --secret-stdin',
  ],
  'import list': ['berth import list'],
  'import preview': ['berth import preview shop --from shop_old'],
  'import run': ['berth import run shop --from shop_old', 'berth import run cache redis -f redis.yaml'],
  logs: ['berth logs -f shop/web', 'berth logs shop --since 10m --search error'],
  exec: ['berth exec shop/web', 'berth exec shop/db/1 -- pg_dump -U app shop'],
  figures: ['berth figures shop/web --once'],
  ps: ['berth ps shop'],
  hosts: ['berth hosts'],
  download: ['berth download shop/web:/etc/nginx/nginx.conf', 'berth download shop/db:/backup -o backup.tar'],
  login: ['berth login https://berth.example.com --name ada'],
  logout: ['berth logout'],
  whoami: ['berth whoami'],
  servers: ['berth servers'],
  environments: ['berth environments'],
  use: ['berth use main/local'],
  config: ['berth config -f compose.yaml --format json'],
};

export const addExamples = (program: Command): void => {
  for (const { path, command } of commandsOf(program)) {
    const lines = examples[path] ?? [];
    const title = lines.length === 1 ? 'Example' : 'Examples';
    command.addHelpText('after', `\n${title}:\n${lines.map((line) => `  ${line}`).join('\n')}`);
  }
};

/** Those that do something, by the words that call them. */
export const commandsOf = (program: Command, before = ''): { path: string; command: Command }[] =>
  program.commands.flatMap((command) => {
    const path = `${before}${command.name()}`;
    return command.commands.length === 0 ? [{ path, command }] : commandsOf(command, `${path} `);
  });
