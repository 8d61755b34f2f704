// What the exit code of every command says. `berth --help` prints this table.
export const exitCodes = {
  done: 0,
  failed: 1,
  usage: 2,
  unauthenticated: 3,
  notFound: 4,
  unreachable: 5,
  interrupted: 130,
} as const;

export const exitCodesHelp = `
Exit codes:
  0    done
  1    the command or the operation failed
  2    wrong usage
  3    not signed in
  4    not found
  5    the server cannot be reached
  130  interrupted`;
