import { createLogger } from '@entente/host';
import { joinDomain } from '@entente/member';
import type { Application } from './application.ts';
import type { JoinApplicationOptions } from './application-options.ts';
import { joinShape } from './check-options.ts';
import { checks } from './fault.ts';
import { serveApplication } from './serve-application.ts';

/**
 * Joins the domain, or comes back to it, and serves the application.
 * @param options - which server, where its files are, its join token, and what it does with requests
 * @returns the application; disposing of it leaves the domain's connections too
 * @throws ApplicationFault `ENTENTE_APPLICATION_BAD_ARGUMENT`, before anything is done; MemberFault where joining fails; as {@link serveApplication}
 */
export async function joinApplication(options: JoinApplicationOptions): Promise<Application> {
  checks.options(options, joinShape, 'joinApplication');
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
