import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { alice, edge, fromEdge, fromFrontEnd, mallory, sent, start } from './lone-director.ts';

describe('a NOTIFY in a dialog that passes a director', () => {
  it('carries the entry of ours by which it has come: its receiver takes the route of the dialog from it (RFC 6665 §4.3, §4.4.1)', () => {
    const { decide } = start();
    const subscribe = requestBetween(mallory, alice, { method: 'SUBSCRIBE', headers: { Event: 'presence' } });
    const { request: begun } = sent(decide(subscribe, fromEdge));
    const own = begun.values('Record-Route');
    const notify = requestBetween(alice, mallory, {
      method: 'NOTIFY',
      from: `${begun.to};tag=far`,
      to: begun.from,
      callId: begun.callId,
      headers: {
        Event: 'presence',
        'Subscription-State': 'active',
        Route: `${own.join()}, <sip:t@${edge};lr>`,
      },
    });
    const onward = sent(decide(notify, fromFrontEnd)).request;
    expect(own).toHaveLength(1);
    expect(onward.values('Record-Route')).toEqual(own);
  });
});
