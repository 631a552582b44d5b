export { type DemoClientConfig, demoClientConfig } from './config.ts';
export { createDemoClient, type DemoClient } from './demo-client.ts';
