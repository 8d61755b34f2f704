// Commands about the caller: who, on which server, in which environment.
import type { Command } from 'commander';
import type { LoginFlags } from '#account/login.ts';
import type { ServerFlags } from '#session/session.ts';
import { type Running, withJson, withServer } from './options.ts';

export const declareAccount = (program: Command, { machine, finish }: Running): void => {
  withJson(
    program
      .command('login')
      .description('Sign in to a server; the key is kept in your configuration folder')
      .argument('<url>', 'address of the server, as in https://berth.example.com')
      .option('--name <name>', 'your account; asked for when left out')
      .option('--password-stdin', 'read the password from standard input (or give BERTH_PASSWORD)')
      .option('--insecure-http', 'allow plain http to another machine: password and key can be read on the way')
      .action(async (url: string, flags: LoginFlags) => {
        const { login } = await import('#account/login.ts');
        await finish(login(machine, url, flags));
      }),
  );
  withJson(
    withServer(
      program
        .command('logout')
        .description('End the session and forget its key')
        .action(async (flags: ServerFlags) => {
          const { logout } = await import('#account/login.ts');
          await finish(logout(machine, flags));
        }),
    ),
  );
  withJson(
    withServer(
      program
        .command('whoami')
        .description('Who you are, and in which tenants with which role')
        .action(async (flags: ServerFlags) => {
          const { whoami } = await import('#account/login.ts');
          await finish(whoami(machine, flags));
        }),
    ),
  );
  withJson(
    program
      .command('servers')
      .description('Servers you are signed in to; * marks the one that commands mean')
      .action(async (flags: ServerFlags) => {
        const { servers } = await import('#account/login.ts');
        await finish(servers(machine, flags));
      }),
  );
  withJson(
    withServer(
      program
        .command('environments')
        .description('Environments you may see; * marks the chosen one')
        .action(async (flags: ServerFlags) => {
          const { environments } = await import('#account/environments.ts');
          await finish(environments(machine, flags));
        }),
    ),
  );
  withJson(
    withServer(
      program
        .command('use')
        .description('Choose the environment, or with --server the server, that later commands mean')
        .argument('[tenant/environment]')
        .action(async (named: string | undefined, flags: ServerFlags) => {
          const { use } = await import('#account/environments.ts');
          await finish(use(machine, named, flags));
        }),
    ),
  );
};
