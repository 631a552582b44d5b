export { type EdgeServerConfig, edgeServerConfig } from './config.ts';
export { createEdgeServer, type EdgeServer } from './create-edge-server.ts';
