#!/usr/bin/env node
import { createLogger, loadConfig, manageServer, runServer, settingsHelp } from '@entente/host';
import { checkConfig, refuseManagementOfKept } from './check-config.ts';
import { createEdgeServer, edgeServerConfig } from './index.ts';

await runServer({
  name: 'entente-edge-server',
  summary: 'The edge of an organisation: serves external clients and federation partners.',
  settings: settingsHelp,
  check: checkConfig,
  async start(configFile) {
    const config = loadConfig(configFile, edgeServerConfig);
    await refuseManagementOfKept(config, configFile);
    const level = config.logLevel === undefined ? {} : { level: config.logLevel };
    const logger = createLogger({ app: 'edge-server', source: config.fqdn, ...level });
    const { fqdn, management } = config;
    return manageServer({ fqdn, logger, management }, () => createEdgeServer(config, { configFile, logger }));
  },
});
