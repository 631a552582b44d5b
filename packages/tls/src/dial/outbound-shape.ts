import { Socket } from 'node:net';
import { abortSignal, callback, required, rule, type Shape, text, wholeNumber } from '@entente/options';
import {
  allow,
  credential,
  dane,
  expectation,
  hostToDial,
  link,
  lowestVersion,
  protocols,
  trustState,
} from '../options/peer-rules.ts';
import type { ConnectOptions, OutboundOptions, StreamOptions } from './connect-options.ts';

const timeout = wholeNumber(1, 600_000);

/** Options of every outbound connection. */
export const outboundShape: Shape<OutboundOptions> = {
  trust: required(trustState, 'pass what openTrust({ anchors }) or createTrust returns'),
  identity: credential,
  allow: required(
    allow,
    'list the exact names of the servers that may answer, or pass a function that decides',
  ),
  link,
  minVersion: lowestVersion,
  timeoutMs: timeout,
  refusalWindowMs: timeout,
  onRefusal: callback,
};

/** Options of `trustedStream`. */
export const streamShape: Shape<StreamOptions> = {
  ...outboundShape,
  host: required(hostToDial, 'give the address or name to dial'),
  port: required(wholeNumber(1, 65_535), 'give the port to dial'),
  expect: required(
    expectation('sip-domain', 'host', 'https', 'service'),
    "give the name that the server must have, for example { mode: 'https', name: 'www.contoso.example' }",
  ),
  dane,
  alpn: protocols,
  localAddress: text,
  agree: callback,
};

const { agree: _, ...dialled } = streamShape;

/** Options of `connect`. */
export const connectShape: Shape<ConnectOptions> = {
  ...dialled,
  over: rule('a socket of node:net that is connected', (value) => value instanceof Socket && !value.pending),
  signal: abortSignal,
};
