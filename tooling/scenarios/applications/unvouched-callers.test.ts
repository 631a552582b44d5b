import type { IncomingCall } from '@entente/sip-endpoint';
import { describe, expect, it } from 'vitest';
import { startApplicationNetwork } from './testing/application-network.ts';

describe('callers for whom nobody vouches', () => {
  it('have a bound for all of their domain, whatever user they write; others are called as before', async () => {
    await using network = await startApplicationNetwork();
    const ringing: IncomingCall[] = [];
    await network.application(
      { ...{ maxCalls: 8, maxCallsOfUser: 2 }, onCall: (incoming) => void ringing.push(incoming) },
      0,
      false,
    );
    const ask = await network.peer('fe1.contoso.example', 'chat1.contoso.example');
    const call = async (from: string, headers = {}) =>
      (await ask('INVITE', 'sip:echo@chat1.contoso.example', { from, headers })).status;
    const ofPartner = [1, 2].map((user) => call(`sip:user${user}@fabrikam.example`));
    await expect.poll(() => ringing.length).toBe(2);
    expect(await call('sip:user3@Fabrikam.Example')).toBe(486);
    const others = [
      call('sip:user1@partner.contoso.example'),
      call('sip:alice@contoso.example', { 'P-Asserted-Identity': '<sip:alice@contoso.example>' }),
    ];
    await expect.poll(() => ringing.length).toBe(4);
    ringing[0]?.reject(480);
    expect(await ofPartner[0]).toBe(480);
    const next = call('sip:user4@fabrikam.example');
    await expect.poll(() => ringing.length).toBe(5);
    for (const one of ringing) one.reject(603);
    expect(await Promise.all([ofPartner[1], ...others, next])).toEqual([603, 603, 603, 603]);
  });
});
