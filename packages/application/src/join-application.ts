import { createLogger, type Logger } from '@entente/host';
import { joinDomain } from '@entente/member';
import type { Application } from './application.ts';
import type { ApplicationBounds, ApplicationHandlers } from './application-options.ts';
import { checkOptions, joinRules } from './check-options.ts';
import { serveApplication } from './serve-application.ts';

/** An application that joins its domain by itself. */
export interface JoinApplicationOptions extends ApplicationHandlers, ApplicationBounds {
  /** Its own FQDN, as the topology lists it with the role trusted-application. */
  readonly fqdn: string;
  /** Where it keeps its key, certificate, roots and topology. */
  readonly directory: string;
  /** Join token as pasted; needed the first time only. */
  readonly token?: string | undefined;
  /** Addresses of hosts that DNS does not know, by name. */
  readonly addresses?: Readonly<Record<string, string>>;
  /** Default: JSON lines on standard output. */
  readonly logger?: Logger;
}

/**
 * Joins the domain, or comes back to it, and serves the application.
 * @param options - which server, where its files are, its join token, and what it does with requests
 * @returns the application; disposing of it leaves the domain's connections too
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`, before anything is done; MemberFault where joining fails; as {@link serveApplication}
 */
export async function joinApplication(options: JoinApplicationOptions): Promise<Application> {
  checkOptions(options, joinRules, 'joinApplication');
  const { addresses = {}, directory, fqdn, token, ...serving } = options;
  const logger = serving.logger ?? createLogger({ app: 'application', source: fqdn });
  const member = await joinDomain({
    fqdn,
    directory,
    ...(token === undefined ? {} : { token }),
    addresses: new Map(Object.entries(addresses)),
    log: logger,
  });
  try {
    return await serveApplication({ ...serving, member, logger, closeWith: member });
  } catch (error) {
    await member[Symbol.asyncDispose]();
    throw error;
  }
}
