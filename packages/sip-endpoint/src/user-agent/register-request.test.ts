import { createResponse } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { RegisterRequests } from './register-request.ts';

function requests({ isSips = false } = {}) {
  return new RegisterRequests({
    addressOfRecord: 'sip:alice@contoso.example',
    contact: 'alice-1@client.invalid',
    instance: 'urn:uuid:00000000-0000-4000-8000-000000000001',
    callId: 'c',
    isSips,
  });
}

describe('the REGISTER of a user agent (RFC 5626 §4.1, §4.2.1, §4.5, RFC 5627 §4.1)', () => {
  it('names device and flow, the same each time, so that the registrar replaces the one before (RFC 5626 §4.2)', () => {
    const built = [1, 2].map(() => requests().build(3_600, 'a'));
    for (const request of built)
      expect(request.get('Contact')).toBe(
        '<sip:alice-1@client.invalid;transport=tls>;+sip.instance="<urn:uuid:00000000-0000-4000-8000-000000000001>";reg-id=1',
      );
    expect(built[0]?.supported).toEqual(['path', 'outbound', 'gruu']);
  });

  it('goes without the flow where the first hop does not support outbound (439), and expects no flow then', () => {
    const registers = requests();
    const request = registers.build(3_600, 'a');
    const refusal = createResponse(request, 439, undefined, { toTag: 'r' });
    expect([registers.learn(refusal), registers.learn(refusal)]).toEqual([true, false]);
    expect(registers.build(3_600, 'a').get('Contact')).not.toContain('reg-id');
    expect(
      registers.isFlow(createResponse(request, 200, undefined, { headers: { Require: 'outbound' } })),
    ).toBe(false);
  });

  it('asks for as long as the registrar wants at least (423), and once only (RFC 3261 §10.2.8)', () => {
    const registers = requests();
    const request = registers.build(60, 'a');
    const refusal = createResponse(request, 423, undefined, { toTag: 'r', headers: { 'Min-Expires': 300 } });
    expect([registers.learn(refusal), registers.learn(refusal)]).toEqual([true, false]);
    expect([registers.build(60, 'a').expires, registers.build(0, 'a').expires]).toEqual([300, 0]);
  });

  it.each([
    ['<sip:alice-1@client.invalid;transport=tls>;expires=600, <sip:x@y.invalid>;expires=5', 600],
    ['<sip:x@y.invalid>;expires=5', 3_600],
    ['<<<', undefined],
  ])('reads the time of its own Contact, whatever else the answer has: %s', (contact, granted) => {
    const registers = requests();
    const headers = { Contact: contact, Expires: 3_600 };
    expect(registers.granted(createResponse(registers.build(60, 'a'), 200, undefined, { headers }))).toBe(
      granted,
    );
  });
});
