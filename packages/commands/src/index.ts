export { createProgram, run } from './cli.ts';
export {
  type ExplainedServer,
  type ExplainServerOptions,
  explainServer,
  type NameRules,
  type NotFetched,
} from './explain/explain-server.ts';
