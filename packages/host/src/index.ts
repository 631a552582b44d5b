export { loadConfig, parseConfig, pathBeside } from './config.ts';
export { describeFault, type FaultDescription, OperatorFault } from './fault.ts';
export { compareConfigs, type Reloaded } from './lifecycle/reload.ts';
export type { RunningServer } from './lifecycle/running-server.ts';
export { RunningSettings, type RunningSettingsOptions } from './lifecycle/running-settings.ts';
export type { ServerProblem } from './lifecycle/server-problem.ts';
export {
  bytesInFlightConfig,
  connectionLimitsConfig,
  drainSecondsConfig,
  settingsHelp,
} from './limits-config.ts';
export {
  checkPlugins,
  type LoadPluginsOptions,
  loadPlugins,
  type Plugins,
  type PluginUse,
} from './load-plugins.ts';
export { sendLocalOrder } from './local-orders/send-local-order.ts';
export { type LocalOrderOptions, serveLocalOrders } from './local-orders/serve-local-orders.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { type ManageOptions, manageServer } from './management/manage-server.ts';
export {
  type ManagementConfig,
  managementConfig,
  refuseManagementOutside,
} from './management/management-config.ts';
export { type DomainStanding, domainMetrics } from './metrics/domain-metrics.ts';
export type { Metric, MetricSample } from './metrics/metric.ts';
export { RefusedConnections } from './metrics/refused-connections.ts';
export { oneAtATime } from './plain-http/one-at-a-time.ts';
export { type PublicLimits, publicLimits } from './plain-http/public-limits.ts';
export {
  boundAnswers,
  createPublicServer,
  endInTime,
  type PublicListener,
  servePublicHttp,
} from './plain-http/public-server.ts';
export { reportFault, runServer, type ServerProgram } from './run.ts';
