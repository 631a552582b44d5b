export { loadConfig, loadYaml, parseConfig, pathBeside } from './config.ts';
export { LogExport } from './exporter/export-log.ts';
export { describeFault, type FaultDescription, OperatorFault } from './fault.ts';
export { answerText, type TextAnswer } from './https/answer-text.ts';
export {
  FollowedListener,
  type FollowedListenerOptions,
  type ListeningPlace,
  type OpenListener,
} from './https/followed-listener.ts';
export { isJson, type ReadText, readText } from './https/read-text.ts';
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
export { sendLocalOrder } from './local-orders/send-local-order.ts';
export { type LocalOrderOptions, serveLocalOrders } from './local-orders/serve-local-orders.ts';
export { createLogger, type Logger, type LoggerOptions } from './logger.ts';
export { type ManageOptions, manageServer } from './management/manage-server.ts';
export {
  type ManagementConfig,
  managementConfig,
  refuseManagementOutside,
} from './management/management-config.ts';
export { accountsMetric, type DomainStanding, domainMetrics } from './metrics/domain-metrics.ts';
export type { Metric, MetricSample } from './metrics/metric.ts';
export { pendingConnections } from './metrics/pending-connections.ts';
export { RefusedConnections } from './metrics/refused-connections.ts';
export { addressesConfig, fqdnConfig } from './names-config.ts';
export type { AcceptedPort } from './own-process/accepted-port.ts';
export type { OnFailure } from './own-process/own-process-options.ts';
export type { PluginCalls } from './own-process/plugin-calls.ts';
export type { Decision } from './own-process/plugin-run.ts';
export { type PublicLimits, publicLimits } from './plain-http/public-limits.ts';
export {
  boundAnswers,
  createPublicServer,
  endInTime,
  type PublicListener,
  servePublicHttp,
} from './plain-http/public-server.ts';
export { serveHttps } from './plain-http/serve-https.ts';
export {
  checkPlugins,
  type LoadPluginsOptions,
  loadPlugins,
  type Plugins,
} from './plugins/load-plugins.ts';
export { type PluginUse, pluginsConfig } from './plugins/plugins-config.ts';
export {
  openServerPlugins,
  type ServerPlugins,
  type ServerPluginsOptions,
} from './plugins/server-plugins.ts';
export { accountsConfig, keptAccountsConfig, postgresConfig } from './postgres-config.ts';
export { reportFault, runServer, type ServerProgram } from './run.ts';
export { utf8Text } from './utf8-text.ts';
