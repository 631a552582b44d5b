#!/usr/bin/env node
import { createLogger, loadConfig, manageServer, pathBeside, runServer } from '@entente/host';
import { authorityConfigSchema } from './config.ts';
import { createAuthorityServer } from './create-authority-server.ts';

await runServer({
  name: 'entente-authority-server',
  summary: 'The authority of a domain: certificates, revocation lists, topology.',
  async check(file) {
    loadConfig(file, authorityConfigSchema);
  },
  async start(file) {
    const read = loadConfig(file, authorityConfigSchema);
    const config = { ...read, directory: pathBeside(file, read.directory) };
    const logger = createLogger({
      app: 'authority-server',
      source: config.fqdn,
      ...(config.logLevel === undefined ? {} : { level: config.logLevel }),
    });
    const { fqdn, management } = config;
    return manageServer({ fqdn, logger, management }, () => createAuthorityServer({ config, logger }));
  },
});
