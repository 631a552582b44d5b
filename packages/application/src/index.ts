export type { Answer, ChosenAnswer, IncomingCall } from '@entente/sip-endpoint';
export { Application } from './application.ts';
export type {
  ApplicationBounds,
  ApplicationHandlers,
  ApplicationMessage,
  ApplicationRequestParts,
  JoinApplicationOptions,
  ServeApplicationOptions,
} from './application-options.ts';
export { ApplicationFault, type ApplicationFaultCode } from './fault.ts';
export { joinApplication } from './join-application.ts';
export { type Refusal, refuse } from './refusal.ts';
export type { RequestSender } from './request-sender.ts';
export { type FanOutOptions, fanOut, type Receipt } from './send-to-many.ts';
export { applicationInterface, serveApplication } from './serve-application.ts';
