export { type PoolServerConfig, poolServerConfig } from './config.ts';
export { createPoolServer, type PoolServer } from './create-pool-server.ts';
