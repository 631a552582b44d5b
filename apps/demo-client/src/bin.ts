#!/usr/bin/env node
import { createLogger, loadConfig, pathBeside, runServer } from '@entente/host';
import { createDemoClient, demoClientConfig } from './index.ts';

await runServer({
  name: 'entente-demo-client',
  summary: 'A SIP user agent that takes its commands as JSON lines on standard input.',
  readsStdin: true,
  async check(configFile) {
    loadConfig(configFile, demoClientConfig);
  },
  async start(configFile) {
    const config = loadConfig(configFile, demoClientConfig);
    const logger = createLogger({ app: 'demo-client', source: config.user });
    return createDemoClient(config, {
      anchors: pathBeside(configFile, config.anchors),
      logger,
      commands: process.stdin,
    });
  },
});
