#!/usr/bin/env node
import { createLogger, loadConfig, manageServer, runServer, settingsHelp } from '@entente/host';
import { checkConfig } from './check-config.ts';
import { chatRoomServerConfig, createChatRoomServer } from './index.ts';

await runServer({
  name: 'entente-chat-room-server',
  summary: 'Group chat: rooms that front ends hand messages to.',
  settings: settingsHelp,
  check: checkConfig,
  async start(configFile) {
    const config = loadConfig(configFile, chatRoomServerConfig);
    const level = config.logLevel === undefined ? {} : { level: config.logLevel };
    const logger = createLogger({ app: 'chat-room-server', source: config.fqdn, ...level });
    const { fqdn, management } = config;
    return manageServer({ fqdn, logger, management }, () =>
      createChatRoomServer(config, { configFile, logger }),
    );
  },
});
