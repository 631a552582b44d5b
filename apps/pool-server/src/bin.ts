#!/usr/bin/env node
import { createLogger, loadConfig, manageServer, runServer, settingsHelp } from '@entente/host';
import { checkConfig } from './check-config.ts';
import { createPoolServer, poolServerConfig } from './index.ts';

await runServer({
  name: 'entente-pool-server',
  summary:
    'A server of a pool: serves the role that the signed topology gives it, and accepts only servers of that topology.',
  settings: settingsHelp,
  check: checkConfig,
  async start(configFile) {
    const config = loadConfig(configFile, poolServerConfig);
    const level = config.logLevel === undefined ? {} : { level: config.logLevel };
    const logger = createLogger({ app: 'pool-server', source: config.fqdn, ...level });
    const { fqdn, management } = config;
    return manageServer({ fqdn, logger, management }, () => createPoolServer(config, { configFile, logger }));
  },
});
