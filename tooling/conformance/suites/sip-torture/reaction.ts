import {
  type Capabilities,
  createResponse,
  inspectRequest,
  parseMessage,
  type SipRequest,
  type SipResponse,
} from '@entente/sip';
import type { TortureMessage } from './vector.ts';

/** The kinds of element a reaction may be asked of. */
export type Role = 'endpoint' | 'proxy' | 'registrar';

/** What an element of one role did with a message: `accept`, `discard`, or `respond` with a status. */
export interface Reaction {
  readonly role: Role;
  readonly outcome: string;
}

const endpoint: Capabilities = {
  role: 'endpoint',
  methods: ['INVITE', 'ACK', 'CANCEL', 'BYE', 'OPTIONS', 'MESSAGE', 'REGISTER', 'INFO', 'UPDATE'],
  extensions: [],
  schemes: ['sip', 'sips'],
  contentTypes: ['application/sdp', 'multipart/mixed', 'text/plain'],
  answerTypes: ['application/sdp'],
};

const proxy: Capabilities = { ...endpoint, role: 'proxy' };

/**
 * What elements built on the package do with a message. Where the vector names a role, that one is asked; otherwise a
 * message that must be refused is shown to an endpoint and to a proxy, because the RFC asks it of both.
 */
export function reactionsOf(message: TortureMessage, bytes: Uint8Array): readonly Reaction[] {
  return rolesOf(message).map((role) => ({ role, outcome: reactionOf(role, bytes) }));
}

function rolesOf({ reaction, type }: TortureMessage): readonly Role[] {
  if (reaction.by !== undefined) return [reaction.by];
  if (reaction.action === 'respond' && reaction.status === 200) return ['registrar'];
  if (reaction.action === 'accept' && reaction.status === 200) return ['registrar'];
  return reaction.action === 'respond' && type === 'request' ? ['endpoint', 'proxy'] : ['endpoint'];
}

function reactionOf(role: Role, bytes: Uint8Array): string {
  const parsed = parseMessage(bytes, { check: 'all' });
  if (!parsed.ok) return outcomeOf(parsed.error.response);
  const { message } = parsed;
  if (message.kind === 'response') {
    // A response with more than one Via has gone astray (RFC 3261 §8.1.3.3).
    return role === 'endpoint' && message.vias.length > 1 ? 'discard' : 'accept';
  }
  const refusal = inspectRequest(message, role === 'proxy' ? proxy : endpoint);
  if (refusal !== undefined) return outcomeOf(refusal);
  return role === 'registrar' ? outcomeOf(register(message)) : 'accept';
}

function outcomeOf(response: SipResponse | undefined): string {
  return response === undefined ? 'discard' : `respond ${response.status}`;
}

/** The registrar of RFC 3261 §10.3 as far as a single request shows it: it binds and returns each contact. */
function register(request: SipRequest): SipResponse {
  if (request.to.uri.kind !== 'sip') return createResponse(request, 400);
  const bound = request.contacts.map((contact) => contact.toString());
  const response = createResponse(request, 200, 'OK', { toTag: 'registrar', headers: { Contact: bound } });
  // What was bound must come back as it was: escaped nulls, URI parameters and header components included.
  const returned = response.contacts.map((contact) => contact.uri.toString());
  const sent = request.contacts.map((contact) => contact.uri.toString());
  const faithful = new Set(sent).size === sent.length && sent.join('\n') === returned.join('\n');
  return faithful ? response : createResponse(request, 500);
}
