import { parseMessage, type SipRequest } from '@entente/sip';
import { registerChange } from '@entente/sip-proxy';
import { MemoryLocations } from '@entente/sip-proxy/locations';
import { heapGrowth } from '@entente/testkit/heap';
import { describe, expect, it } from 'vitest';
import { now } from './fixtures.ts';

const headerBytes = 1_000_000;
const users = 24;

function registerRequest(user: number): SipRequest {
  const head = [
    'REGISTER sip:contoso.example SIP/2.0',
    'Via: SIP/2.0/TLS edge.contoso.example;branch=z9hG4bK1',
    `From: <sip:user-with-a-long-name-${user}@contoso.example>;tag=1`,
    `To: <sip:user-with-a-long-name-${user}@contoso.example>`,
    `Call-ID: a-call-id-of-usual-length-${user}@client.contoso.example`,
    'CSeq: 1 REGISTER',
    'Max-Forwards: 70',
    'Supported: path, outbound',
    'Path: <sip:edge.contoso.example;transport=tls;lr;ob>',
    `Contact: <sip:user-${user}@client.contoso.example:40000;transport=tls>;+sip.instance="<urn:uuid:00000000-0000-1000-8000-${`${user}`.padStart(12, '0')}>";reg-id=1`,
    `X-Filler: ${'a'.repeat(headerBytes)}`,
    'Content-Length: 0',
  ].join('\r\n');
  const parsed = parseMessage(Buffer.from(`${head}\r\n\r\n`), {
    limits: { maxHeaderBytes: 2 * headerBytes },
  });
  if (!parsed.ok || parsed.message.kind !== 'request') throw new Error('the test wrote no request');
  return parsed.message;
}

describe('a binding', () => {
  it('keeps nothing of its REGISTER but what it says', () => {
    const locations = new MemoryLocations();
    const bytes = heapGrowth(() => {
      for (let user = 0; user < users; user++) {
        const request = registerRequest(user);
        // A slice of the message, too.
        const aor = request.to.uriText.slice('sip:'.length);
        const decided = locations.update(aor, now, registerChange(request, aor, { now, toTag: 'r1' }));
        expect(decided.ok).toBe(true);
      }
    });
    expect(locations.size).toBe(users);
    expect(bytes).toBeLessThan((users * headerBytes) / 8);
  });
});
