import { type Network, startNetwork } from '@entente/testkit';

let started: Promise<Network> | undefined;

/**
 * One network for all files of a test process that leave it fit for one another. They order certificates, publish versions that follow the newest one,
 * and have each a server or users of their own: fe2 is the server of authority-commands, fe1 that of foreign-certificates, users have all accounts.
 * The network ends with the process.
 */
export function sharedNetwork(): Promise<Network> {
  started ??= startNetwork({ clients: [] });
  return started;
}
