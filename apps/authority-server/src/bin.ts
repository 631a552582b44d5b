#!/usr/bin/env node
import { dirname } from 'node:path';
import {
  checkPlugins,
  createLogger,
  loadConfig,
  manageServer,
  openServerPlugins,
  pathBeside,
  runServer,
} from '@entente/host';
import { checkAuthorityFolder } from '@entente/pki/node';
import { checkDatabaseFiles } from '@entente/store-sql';
import { readPostgresServer } from '@entente/store-sql/postgres';
import { authorityConfigSchema } from './config.ts';
import { acceptedPorts, createAuthorityServer } from './create-authority-server.ts';

await runServer({
  name: 'entente-authority-server',
  summary: 'The authority of a domain: certificates, revocation lists, topology.',
  async check(file) {
    const { config } = await readPlaces(file);
    await checkPlugins({ plugins: config.plugins, from: [dirname(file)], accepts: acceptedPorts });
    await checkAuthorityFolder(config.directory, { checkLedger: checkDatabaseFiles });
  },
  async start(file) {
    const { config, postgresql } = await readPlaces(file);
    const logger = createLogger({
      app: 'authority-server',
      source: config.fqdn,
      ...(config.logLevel === undefined ? {} : { level: config.logLevel }),
    });
    const { fqdn, management } = config;
    return manageServer({ fqdn, logger, management }, async () => {
      const plugins = await openServerPlugins({
        plugins: config.plugins,
        configFile: file,
        accepts: acceptedPorts,
        source: fqdn,
        logger,
      });
      return createAuthorityServer({
        config,
        logger,
        plugins,
        ...(postgresql === undefined ? {} : { postgresql }),
      });
    });
  },
});

/** The configuration, with what its files hold and its paths resolved. */
async function readPlaces(file: string) {
  const read = loadConfig(file, authorityConfigSchema);
  const beside = (path: string): string => pathBeside(file, path);
  return {
    config: { ...read, directory: beside(read.directory) },
    postgresql:
      read.accounts === undefined
        ? undefined
        : await readPostgresServer(read.accounts.postgresql, beside, 'either'),
  };
}
