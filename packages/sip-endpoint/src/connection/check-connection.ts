import { anything, callback, having, required, rule, text, wholeNumber, withMethods } from '@entente/options';
import { SipArgumentError } from '@entente/sip';
import { type Peer, peerOf } from '@entente/tls';
import { amount, checkArgument, checks, givenLink, type Rules } from '../options/option-rules.ts';

/** Options that are for `connect` of `@entente/tls`, which looks at each. */
const serverRules: Rules = {
  local: required(text, 'give our own FQDN, as the certificate has it'),
  trust: anything,
  identity: anything,
  allow: anything,
  onRefusal: callback,
  timeoutMs: anything,
};
const hop: Rules = {
  name: required(text, 'give the FQDN that the server must prove'),
  address: required(text, 'give the address to dial'),
  port: required(wholeNumber(1, 65_535), 'give the port, 1 to 65535'),
  link: givenLink,
};
const drainRules: Rules = {
  withinMs: amount('give the milliseconds after which it ends with connections open'),
  keepServersUntil: withMethods('a promise', 'then'),
  interval: withMethods('an interval', 'start'),
};
const aSocket = required(
  having('a socket of connect or serve of @entente/tls', {
    once: 'function',
    getX509Certificate: 'function',
  }),
  'give the socket that connect returned',
);
const aTrust: Rules = {
  trust: required(
    rule(
      'a trust, as openTrust and createTrust return it',
      (value) => typeof value === 'object' && value !== null && 'clock' in value,
    ),
    'give the trust that the socket was judged by',
  ),
  identity: withMethods('a credential, as loadCredential returns it', 'onChange'),
  random: callback,
};
const replaceable = required(
  having('a connection with replace and close', { replace: 'function', close: 'function' }),
  'give what onAged of a dialled socket is called with',
);

/**
 * Looks at what a server is dialled with: options that `connect` has besides would be obeyed, and are not for a server of the topology.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkDialServer(given: unknown, options: unknown): void {
  checkArgument(
    given,
    required(having('an object with name, address, port and link', {}), 'give the hop to dial'),
    'hop',
    'dialServer',
  );
  for (const [name, rule] of Object.entries(hop))
    checkArgument((given as Readonly<Record<string, unknown>>)[name], rule, `hop.${name}`, 'dialServer');
  checks.options(options, serverRules, 'dialServer');
}

/**
 * Looks at how connections are drained: without a time none would be waited for.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkDrain(options: unknown): void {
  checks.options(options, drainRules, 'drain');
}

/**
 * Looks at what decides about the age of a connection.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkAging(socket: unknown, options: unknown, connection: unknown): void {
  checkArgument(socket, aSocket, 'socket', 'whenAged');
  checks.options(options, aTrust, 'whenAged');
  checkArgument(connection, replaceable, 'connection', 'whenAged');
}

/**
 * Looks at the hop that is to be dialled at once.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkRetried(given: unknown): void {
  const { missing, ...aHop } = required(having('a hop with its name', { name: 'string' }), 'give it');
  checkArgument(given, aHop, 'hop', 'retry');
}

/**
 * Looks at what SIP is to be spoken on.
 *
 * @param socket - as given
 * @param link - on which it is
 * @returns the peer at the other end
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`, also where no verdict has admitted the socket
 */
export function admittedPeer(socket: object, link: unknown): Peer {
  const peer = peerOf(socket);
  if (peer === undefined)
    throw new SipArgumentError(
      'expected a socket with a verdict, found none',
      'socket of a connection',
      'take the socket from serve or connect of @entente/tls',
    );
  checkArgument(link, givenLink, 'link', 'a connection');
  return peer;
}
