import { pathBeside } from '@entente/host';
import type { Credentials } from '@entente/sip-relay';
import type { PoolServerConfig } from './config.ts';
import { loadCredentials } from './credentials.ts';

/** The users of a front end: those of the file that was read last. */
export class LoadedUsers implements Credentials {
  #current: Credentials;

  /**
   * @param config - names the file
   * @param configFile - that the path is relative to
   * @throws OperatorFault with the place in the file
   */
  constructor(config: Pick<PoolServerConfig, 'users'>, configFile: string) {
    this.#current = loadCredentials(pathBeside(configFile, config.users));
  }

  /** @param others - are in force from the next request on */
  replace(others: Credentials): void {
    this.#current = others;
  }

  find(...asked: Parameters<Credentials['find']>): ReturnType<Credentials['find']> {
    return this.#current.find(...asked);
  }

  hasMd5(...asked: Parameters<Credentials['hasMd5']>): boolean {
    return this.#current.hasMd5(...asked);
  }
}
