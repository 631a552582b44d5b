import {
  anyText,
  callback,
  nested,
  type Rule,
  required,
  rule,
  type Shape,
  text,
  wholeNumber,
  withMethods,
} from '@entente/options';
import { parseUri, SipArgumentError, SipUri } from '@entente/sip';
import { peerOf } from '@entente/tls';
import type { NextHop } from '../connection/next-hop.ts';
import { checkArgument, checks, host, urn } from '../options/option-rules.ts';
import { dialAsUser } from './dial-as-user.ts';
import { checkAddresses } from './outside-calls.ts';
import type { RequestPace } from './pacing.ts';
import type { StayTimings } from './registration-state.ts';
import type {
  AgentRequestParts,
  UserAgentEvents,
  UserAgentOptions,
  UserServer,
  UserSocket,
} from './user-agent-options.ts';
import type { UserCredentials } from './user-agent-session.ts';

const algorithms: readonly unknown[] = ['SHA-256', 'SHA-512-256', 'MD5'];

const withPassword = nested({
  username: required(text, 'give the name that the user signs in with'),
  password: required(anyText, 'give the password of the user'),
  realm: text,
});
const withRecord = nested({
  username: required(text, 'give the name that the user signs in with'),
  realm: required(text, 'give the record as createCredentialRecord of @entente/sip returns it'),
  ha1: required(
    nested({ 'SHA-256': text, 'SHA-512-256': text, MD5: text }),
    'give the record as createCredentialRecord of @entente/sip returns it',
  ),
});

const inCredentials = 'credentials: { secret: { username, password } }';
const credentials: Shape<UserCredentials> = {
  secret: required(
    rule('an object with username and password', (value) => typeof value === 'object' && value !== null),
    `write ${inCredentials}`,
  ),
  algorithms: rule(
    `a list of ${algorithms.join(', ')}`,
    (value) => Array.isArray(value) && value.every((one) => algorithms.includes(one)),
  ),
};

/** A row of the allow matrix says more than an endpoint has to know. */
const link: Rule = rule(
  'an object with row and name',
  (value) => typeof value === 'object' && value !== null && 'row' in value && 'name' in value,
);
const server: Shape<UserServer> = {
  name: required(text, 'give the SIP domain that the server must prove, such as contoso.example'),
  address: required(anyText, "give the address to dial, or '' where locate finds it"),
  port: required(
    wholeNumber(0, 65_535),
    'give the port as a number from 1 to 65535, or 0 where locate finds it',
  ),
  host: text,
  link,
};

const events: Shape<UserAgentEvents> = {
  onMessage: callback,
  onRequest: callback,
  onFault: callback,
  onCall: callback,
  onDisconnected: callback,
  onRegistration: callback,
};

const milliseconds: Rule = rule(
  'a number of milliseconds above 0',
  (value) => typeof value === 'number' && value > 0,
);
const stay: Shape<StayTimings> = {
  baseMs: milliseconds,
  maxMs: milliseconds,
  pingMs: milliseconds,
  pongMs: milliseconds,
};

const pace: Shape<RequestPace> = {
  atOnce: wholeNumber(1, 200_000),
  unanswered: wholeNumber(1, 200_000),
};

const rules: Shape<UserAgentOptions> = {
  addressOfRecord: required(
    rule('a SIP URI with a user', isUserUri),
    'write the address of the user like sip:alice@contoso.example',
  ),
  credentials: required(
    nested(credentials, new Map(['username', 'password'].map((name) => [name, `write ${inCredentials}`]))),
    `write ${inCredentials}`,
  ),
  server: required(nested(server), 'write server: { name, address, port }'),
  dial: required(callback, 'write dial: dialAsUser({ trust })'),
  locate: callback,
  newToken: required(callback, 'write newToken: createTokenSource()'),
  events: required(nested(events), 'write events: { onMessage: … }, or events: {}'),
  sips: rule("'required'", (value) => value === 'required'),
  host: host(),
  instance: urn(),
  stay: nested(stay),
  pace: nested(pace),
  clock: withMethods('a clock with now and after', 'now', 'after'),
  random: callback,
};

function isUserUri(value: unknown): boolean {
  const parsed = typeof value === 'string' ? parseUri(value) : undefined;
  return parsed?.ok === true && parsed.value instanceof SipUri && (parsed.value.rawUser ?? '') !== '';
}

/**
 * Looks at the options of a user agent, of which callers in JavaScript have no compiler that finds a mistake.
 *
 * @param options - as given
 * @returns the same
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function checkedUserAgentOptions(options: UserAgentOptions): UserAgentOptions {
  checks.options(options, rules, 'UserAgent');
  const { secret } = options.credentials;
  const isRecord = !('password' in secret) && ('ha1' in secret || 'realm' in secret);
  checkArgument(secret, isRecord ? withRecord : withPassword, 'credentials.secret', 'UserAgent');
  if ((options.dial as unknown) === dialAsUser)
    throw new SipArgumentError(
      'expected dial to be a function that dials, found dialAsUser, which makes one',
      'dial of UserAgent',
      'call it: dial: dialAsUser({ trust })',
    );
  return options;
}

const token: Rule = required(
  rule(
    "a text of letters, digits and -.!%*_+`'~, so that it can be a tag",
    (value) => typeof value === 'string' && /^[\w.!%*+`'~-]+$/.test(value),
  ),
  'write newToken: createTokenSource()',
);

/**
 * Tokens of a user agent: a text with a space would end a header field before its time.
 *
 * @param newToken - of the options
 * @returns the same, which throws a SipArgumentError for what is not a token (RFC 3261 §25.1)
 */
export function checkedTokens(newToken: UserAgentOptions['newToken']): UserAgentOptions['newToken'] {
  return () => {
    const made = newToken();
    checkArgument(made, token, 'newToken()', 'UserAgent');
    return made;
  };
}

/**
 * Dials for a user agent.
 *
 * @param dial - of the options
 * @param hop - where to
 * @throws SipArgumentError where what it brings has passed no verdict; what the dialling fails of
 */
export async function dialledBy(dial: UserAgentOptions['dial'], hop: NextHop): Promise<UserSocket> {
  const dialled: unknown = await dial(hop);
  const socket = (dialled as Partial<UserSocket> | null | undefined)?.socket;
  if (typeof socket === 'object' && socket !== null && peerOf(socket) !== undefined)
    return dialled as UserSocket;
  throw new SipArgumentError(
    `expected dial to bring { socket } with a verdict, found ${socket === undefined ? 'no socket' : 'one without'}`,
    'dial of UserAgent',
    'write dial: dialAsUser({ trust }), or take the socket from connect of @entente/tls',
  );
}

/**
 * What a MESSAGE is made of: a text that is left out would be sent as an empty one, and an address is looked at before anybody waits for a
 * connection.
 *
 * @param to - whom it is for
 * @param body - the text
 * @param as - who sends it
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 */
export function plainText(to: string, body: string, as: string): AgentRequestParts {
  checkAddresses(to, as, 'message');
  checkArgument(
    body,
    required(anyText, "give the text as second argument, '' for an empty one"),
    'text',
    'message',
  );
  return { as, contentType: 'text/plain;charset=UTF-8', body };
}

/**
 * Looks at how long a registration is to be kept.
 *
 * @throws SipArgumentError `SIP_INVALID_ARGUMENT`
 * @see RFC 3261 §20.19
 */
export function checkExpires(expiresSeconds: number): void {
  checkArgument(expiresSeconds, wholeNumber(0, 4_294_967_295), 'expiresSeconds', 'register');
}
