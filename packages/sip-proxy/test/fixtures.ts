import {
  answerChallenge,
  type CredentialRecord,
  createCredentialRecord,
  createRequest,
  createResponse,
  ReplayWindow,
  type RequestParts,
  type SipRequest,
  type SipResponse,
  selectChallenges,
  Via,
} from '@entente/sip';
import type { AuthenticateOptions, RequestRefusal, Sealing } from '@entente/sip-proxy';

export const now = 1_700_000_000_000;
export const key = new Uint8Array(32).fill(7);
export const alice = 'alice@contoso.example';
export const bob = 'bob@contoso.example';

/** Seals by remembering: what it gives out says nothing, and nobody else can make it. Beyond 3,000 characters it gives nothing. */
export function fakeSealing(): Sealing {
  const known = new Map<string, readonly string[]>();
  return {
    seal(purpose, fields, context = '') {
      if (fields.join('').length > 3_000) return undefined;
      const sealed = `sealed-${++lastSealed}`;
      known.set(`${purpose} ${sealed} ${context}`, fields);
      return sealed;
    },
    open: (purpose, sealed, context = '') => known.get(`${purpose} ${sealed} ${context}`),
  };
}
let lastSealed = 0;

/** A request of alice to bob over TLS, changed as asked. */
export function request(parts: Partial<RequestParts> = {}): SipRequest {
  return createRequest({
    method: 'MESSAGE',
    uri: 'sip:bob@contoso.example',
    from: '<sip:alice@contoso.example>;tag=a1',
    to: '<sip:bob@contoso.example>',
    callId: 'call-1@192.0.2.1',
    cseq: 1,
    via: Via.from({ transport: 'TLS', host: '192.0.2.1', port: 40_000, branch: 'z9hG4bKclient1' }),
    ...parts,
  });
}

/** The same with another method; the CSeq follows. */
export function invite(parts: Partial<RequestParts> = {}): SipRequest {
  return request({ method: 'INVITE', contact: '<sip:alice@192.0.2.1:40000>', ...parts });
}

/** What a downstream element answers to our copy of a request: our Via is on top. */
export function answer(
  original: SipRequest,
  status: number,
  headers: Record<string, string> = {},
): SipResponse {
  const ours = Via.from({ transport: 'TLS', host: 'fe1.contoso.example', branch: 'z9hG4bKours1' });
  const forwarded = createRequest({
    method: original.method,
    uri: original.uri,
    from: original.from,
    to: original.to,
    callId: original.callId,
    cseq: original.cseq,
    via: [ours, ...original.vias],
  });
  return createResponse(forwarded, status, undefined, { toTag: `t${status}`, headers });
}

export const records: Readonly<Record<string, CredentialRecord>> = {
  alice: createCredentialRecord({ username: 'alice', realm: 'contoso.example', password: 'secret' }),
  bob: createCredentialRecord({ username: 'bob', realm: 'contoso.example', password: 'other' }, [
    'SHA-256',
    'MD5',
  ]),
};

export function authenticationOptions(changes: Partial<AuthenticateOptions> = {}): AuthenticateOptions {
  let salts = 0;
  return {
    realm: 'contoso.example',
    credentials: (username) => records[username],
    now,
    nonceKey: key,
    salt: () => new Uint8Array(8).fill(++salts),
    nonceLifetimeMs: 300_000,
    window: new ReplayWindow({ lifetimeMs: 300_000 }),
    ...changes,
  };
}

/** The request again with the answer to the challenge of a refusal. */
export function answered(
  original: SipRequest,
  challenge: RequestRefusal,
  user: { username: string; password: string },
  changes: { nonceCount?: number; algorithms?: ('SHA-256' | 'MD5')[]; uri?: string } = {},
): SipRequest {
  const [name] = challenge.headers[0]!;
  const values = challenge.headers.map(([, value]) => String(value));
  const [chosen] = selectChallenges(values, changes.algorithms);
  const value = answerChallenge(
    chosen!,
    { method: original.method, uri: changes.uri ?? original.uriText },
    user,
    { cnonce: 'c1', nonceCount: changes.nonceCount ?? 1 },
  );
  const header = name === 'WWW-Authenticate' ? 'Authorization' : 'Proxy-Authorization';
  return request({
    method: original.method,
    uri: original.uri,
    from: original.from,
    to: original.to,
    headers: { [header]: value },
  });
}

/** The request that began the dialog of {@link inDialog}: alice called, by the address in To. */
export function beginning(to = '<sip:bob@contoso.example>'): SipRequest {
  return invite({ to });
}

/** A request in the dialog that {@link beginning} began, of alice or of the user who was called. */
export function inDialog(from: 'caller' | 'called', parts: Partial<RequestParts> = {}): SipRequest {
  const [caller, called] = ['<sip:alice@contoso.example>;tag=a1', '<sip:bob@contoso.example>;tag=b1'];
  return request({
    method: 'BYE',
    ...(from === 'caller' ? { from: caller, to: called } : { from: called, to: caller }),
    ...parts,
  });
}
