export { loadConfig, parseConfig, pathBeside } from './config.ts';
export { describeFault, type FaultDescription, OperatorFault } from './fault.ts';
export { connectionLimitsConfig } from './limits-config.ts';
export {
  type LoadPluginsOptions,
  loadPlugins,
  type Plugins,
  type PluginUse,
} from './load-plugins.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { reportFault, runServer, type ServerProgram } from './run.ts';
