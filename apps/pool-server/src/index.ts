export { type PoolServerConfig, poolServerConfig, usersConfig } from './config.ts';
export { createPoolServer, type PoolServer } from './create-pool-server.ts';
