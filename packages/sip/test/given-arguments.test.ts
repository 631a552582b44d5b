import {
  createCancel,
  createRequest,
  createResponse,
  ReplayWindow,
  serverTransactionKey,
} from '@entente/sip';
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
