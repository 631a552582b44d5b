import { readFile } from 'node:fs/promises';
import { createLogger, type Logger } from '@entente/host';
import { joinDomain, type Member } from '@entente/member';
import { parse } from 'yaml';

/** The configuration that the network writes for each of its servers. */
export interface ProgramConfig {
  readonly fqdn: string;
  readonly directory: string;
  readonly join: { readonly token: string };
  readonly addresses: Readonly<Record<string, string>>;
}

/** @param configFile - YAML */
export async function readProgramConfig(configFile: string): Promise<ProgramConfig> {
  return parse(await readFile(configFile, 'utf8')) as ProgramConfig;
}

/**
 * Joins the domain as the server that the configuration names.
 * @param app - name of the program in the log
 * @param configFile - YAML
 */
export async function joinAs(
  app: string,
  configFile: string,
): Promise<{ readonly member: Member; readonly logger: Logger }> {
  const { addresses, directory, fqdn, join } = await readProgramConfig(configFile);
  const logger = createLogger({ app, source: fqdn, level: 'debug' });
  const member = await joinDomain({
    fqdn,
    directory,
    token: join.token,
    addresses: new Map(Object.entries(addresses)),
    log: logger,
  });
  return { member, logger };
}
