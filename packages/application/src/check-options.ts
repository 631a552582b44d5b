import { isIP } from 'node:net';
import {
  callback,
  having,
  isRecord,
  longestDelayMs,
  object,
  required,
  rule,
  type Shape,
  text,
  wholeNumber,
} from '@entente/options';
import type {
  ApplicationBounds,
  ApplicationHandlers,
  JoinApplicationOptions,
  ServeApplicationOptions,
} from './application-options.ts';

const logger = having('a logger, as createLogger of @entente/host makes it', {
  info: 'function',
  warn: 'function',
  error: 'function',
});
const disposable = rule(
  'an object that can be disposed of',
  (value) => typeof (value as AsyncDisposable)[Symbol.asyncDispose] === 'function',
);
const addresses = rule(
  'an object with an IP address for each host',
  (value) =>
    isRecord(value) &&
    !(value instanceof Map) &&
    Object.values(value).every((each) => typeof each === 'string' && isIP(each) > 0),
);

/** Bounds and handlers: what every application may have. */
const ofEach: Shape<ApplicationHandlers & ApplicationBounds> = {
  onMessage: callback,
  onCall: callback,
  onRequest: callback,
  onFault: callback,
  limits: rule('an object with bounds of the listener', isRecord),
  maxBytesInFlight: wholeNumber(1),
  maxCalls: wholeNumber(0),
  maxCallsOfUser: wholeNumber(0),
  maxCallsOfDomain: wholeNumber(0),
  checkCallsMs: wholeNumber(1, longestDelayMs),
};

/** The options of `joinApplication`. */
export const joinShape: Shape<JoinApplicationOptions> = {
  fqdn: required(text, 'give the FQDN that the topology has for the application'),
  directory: required(text, 'give the directory where the application keeps its state'),
  token: text,
  addresses,
  logger,
  ...ofEach,
};

/** The options of `serveApplication`. */
export const serveShape: Shape<ServeApplicationOptions> = {
  member: required(object, 'give a member, as joinDomain of @entente/member returns it'),
  logger: required(logger, 'give a logger, as createLogger of @entente/host makes it'),
  closeWith: disposable,
  ...ofEach,
};
