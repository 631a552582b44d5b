import type { SipRequest } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { account, everyPeer, startMediation } from './mediation-network.ts';

const alice = account('alice', { rights: ['dial-outside'] });
const ofAlice = {
  from: `sip:${alice.address}`,
  headers: { 'P-Asserted-Identity': `<sip:${alice.address}>` },
};
const called = 'sip:+4930555@contoso.example;user=phone';

describe('a gateway that does not answer', () => {
  it('is out after three questions, and back with one answer', async () => {
    await using asking = await startMediation({ healthSeconds: 1, there: everyPeer });
    asking.knows(alice);
    const [frontEnd, first, second] = [asking.peer('fe1'), asking.peer('gw1'), asking.peer('gw2')];
    const call = () => frontEnd.ask(asking.hop('inside'), 'INVITE', called, ofAlice);
    const heard = (wanted: string) =>
      asking.line(({ event, gateway }) => event === wanted && gateway === 'gw1.contoso.example');
    first.options = { status: 503 };
    await heard('gateway-out');
    expect((await call()).status).toBe(200);
    expect(first.received).toEqual([]);
    expect((second.received.at(-1) as SipRequest).uriText).toContain('@gw2.');
    first.options = { status: 200 };
    await heard('gateway-back');
    expect((await call()).status).toBe(200);
    expect((first.received.at(-1) as SipRequest).method).toBe('INVITE');
  });
});
