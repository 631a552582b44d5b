import {
  abortSignal,
  callback,
  nested,
  oneOf,
  required,
  type Shape,
  text,
  wholeNumber,
  yesOrNo,
} from '@entente/options';
import { checks } from '../options/checks.ts';
import {
  allow,
  credential,
  expectation,
  link,
  lowestVersion,
  protocols,
  trustState,
} from '../options/peer-rules.ts';
import { listenShape } from './listen.ts';
import type { ModuleKind } from './platform-server.ts';
import type { HttpSettings, ServeLimits, ServeOptions } from './serve-options.ts';

const connections = wholeNumber(1, 1_000_000);

const limits = nested<ServeLimits>({
  maxConnections: connections,
  maxConnectionsPerAddress: connections,
  maxConnectionsPerPeer: connections,
  maxCertificateBytesPerPeer: wholeNumber(1, 1_073_741_824),
  maxPending: connections,
  maxPendingPerAddress: connections,
  whenPendingIsFull: oneOf('refuse-newest', 'close-oldest', 'close-silent'),
  whenPlacesAreShort: oneOf('refuse-newest', 'close-unproven', 'close-most'),
  handshakeTimeoutMs: wholeNumber(1, 120_000),
  verdictTimeoutMs: wholeNumber(1, 120_000),
  drainTimeoutMs: wholeNumber(0, 600_000),
});

const http = nested<HttpSettings>({
  maxHeaderBytes: wholeNumber(1, 1_048_576),
  requestTimeoutMs: wholeNumber(1, 3_600_000),
  keepAliveTimeoutMs: wholeNumber(1, 3_600_000),
  http1Fallback: yesOrNo,
});

const shape: Shape<ServeOptions> = {
  trust: required(trustState, 'pass what openTrust({ anchors }) or createTrust returns'),
  identity: required(credential, 'pass what loadCredential({ certificate, key }) returns'),
  allow,
  expect: expectation('inbound', 'sip-domain', 'host', 'https', 'service'),
  clientCertificate: oneOf('required', 'optional', 'none'),
  ignoreUnknownIssuer: callback,
  ...listenShape,
  signal: abortSignal,
  limits,
  http,
  alpn: protocols,
  minVersion: lowestVersion,
  link,
  onRefusal: callback,
  onFault: callback,
  keyLogFile: text,
};

/** The settings of HTTP that each module obeys. */
const obeyed: Readonly<Record<ModuleKind, readonly (keyof HttpSettings)[]>> = {
  https: ['maxHeaderBytes', 'requestTimeoutMs', 'keepAliveTimeoutMs'],
  http2: ['http1Fallback'],
  tls: [],
};

/**
 * Reads the options of `serve`.
 *
 * @param given - what the caller passed
 * @param kind - the module that the listener is made with
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function readServeOptions(given: unknown, kind: ModuleKind): ServeOptions {
  const options = checks.read<ServeOptions>(given, shape, 'serve');
  const place = checks.optionsOf('serve');
  for (const name of Object.keys(options.http ?? {})) {
    if (obeyed[kind].includes(name as keyof HttpSettings)) continue;
    throw place
      .within('http')
      .within(name)
      .fault(
        `expected a setting that node:${kind} obeys, found ${name}`,
        obeyed[kind].length === 0
          ? 'leave http out'
          : `leave it out; node:${kind} obeys ${obeyed[kind].join(', ')}`,
      );
  }
  if (options.clientCertificate !== 'optional' && options.ignoreUnknownIssuer !== undefined) {
    throw place
      .within('ignoreUnknownIssuer')
      .fault(
        `expected ignoreUnknownIssuer only where clientCertificate is 'optional', found clientCertificate: '${options.clientCertificate ?? 'required'}'`,
        "leave ignoreUnknownIssuer out, or admit clients without certificates: clientCertificate: 'optional'",
      );
  }
  if (options.clientCertificate !== 'none') {
    if (options.allow !== undefined) return options;
    throw place
      .within('allow')
      .fault(
        'expected the option allow, found none',
        "list the exact names of the clients that may connect, or pass a function that decides; clientCertificate: 'none' asks for no client certificate",
      );
  }
  for (const name of ['allow', 'expect'] as const) {
    if (options[name] === undefined) continue;
    throw place
      .within(name)
      .fault(
        `expected no ${name} where clientCertificate is 'none', found one`,
        `leave ${name} out, or ask for certificates: clientCertificate: 'required' or 'optional'`,
      );
  }
  return options;
}
