export { type CalledNumber, chooseGateways } from './gateways/choose-gateways.ts';
export { GatewayHealth, type GatewayHealthOptions } from './gateways/gateway-health.ts';
export { Mediation } from './mediation.ts';
export type { MediationOptions } from './mediation-options.ts';
export type { MediationSender, SenderRole } from './mediation-sender.ts';
export { type RunningMediation, type ServeMediationOptions, serveMediation } from './serve-mediation.ts';
