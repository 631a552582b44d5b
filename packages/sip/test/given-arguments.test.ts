import {
  createCancel,
  createNonce,
  createRequest,
  createResponse,
  ReplayWindow,
  serverTransactionKey,
} from '@entente/sip';
import { ofAnotherRealm } from '@entente/testkit/realm';
import { describe, expect, it } from 'vitest';

const request = createRequest({
  method: 'INVITE',
  uri: 'sip:bob@contoso.example',
  from: '<sip:alice@contoso.example>;tag=1',
  to: '<sip:bob@contoso.example>',
  callId: 'a',
  cseq: 1,
  headers: { Via: 'SIP/2.0/TLS client.invalid;branch=z9hG4bK1' },
});
const fault = expect.objectContaining({ code: 'SIP_INVALID_ARGUMENT' });

describe('a window for nonces', () => {
  it.each([Number.NaN, 0, -1, '5'])('has no bound of %o nonces', (maxNonces) => {
    expect(() => new ReplayWindow({ lifetimeMs: 1_000, maxNonces: maxNonces as number })).toThrow(fault);
    expect(() => new ReplayWindow({ lifetimeMs: maxNonces as number })).toThrow(fault);
  });
});

describe('a nonce', () => {
  it('is the same of octets of another realm', () => {
    const given = { now: 1, realm: 'contoso.example', key: Buffer.alloc(32, 7), salt: Buffer.alloc(8, 1) };
    const elsewhere = { key: ofAnotherRealm(given.key), salt: ofAnotherRealm(given.salt) };
    expect(createNonce({ ...given, ...elsewhere })).toBe(createNonce(given));
  });
});

describe('a response', () => {
  it('is not cancelled', () => {
    expect(() => createCancel(createResponse(request, 200) as never)).toThrow(fault);
  });
});

describe('the key of a transaction', () => {
  it('takes the method of the message where none is given, and INVITE for ACK', () => {
    expect(serverTransactionKey(request)).toBe(serverTransactionKey(request, 'ACK'));
    expect(serverTransactionKey(createResponse(request, 200))).toBe(serverTransactionKey(request));
  });
});
