export { createProgram, run } from './cli.ts';
export {
  type ExplainedServer,
  type ExplainServerOptions,
  explainServer,
  type NameRules,
} from './explain-server.ts';
