import { createResponse, edit } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import {
  frontEnd,
  hers,
  his,
  insideVias,
  message,
  names,
  namesOfInside,
  ofCalled,
  ofCaller,
  outwards,
  type Sent,
  start,
} from './edge-between.ts';

const headers = { Event: 'presence', 'Subscription-State': 'active' };

describe('a NOTIFY in a dialog that passes an edge', () => {
  it('comes in with an entry that leads its subscriber back out (RFC 6665 §4.3, §4.4.1)', () => {
    const { fromFrontEnd, fromPartner, sent } = start();
    fromFrontEnd(outwards('SUBSCRIBE', { Event: 'presence' }));
    const { message: subscribe } = sent.outside[0] as Sent;
    const Route = subscribe.values('Record-Route').join();
    fromPartner(ofCalled(subscribe, 'NOTIFY', { uri: hers, headers: { ...headers, Route } }));
    const [into] = sent.inside as [Sent];
    const own = into.message.values('Record-Route');
    expect(own).toHaveLength(1);
    expect(own[0]).toContain(names.inside);
    const again = ofCaller(subscribe, 'SUBSCRIBE', {
      uri: his,
      via: insideVias,
      headers: { Event: 'presence', Route: own.join() },
    });
    expect(fromFrontEnd(again)).toEqual([]);
    expect(sent.outside.map(({ message: { method } }) => method)).toEqual(['SUBSCRIBE', 'SUBSCRIBE']);
  });

  it('goes out with one sealed entry for the whole way inside, by which its subscriber comes in again', () => {
    const { fromFrontEnd, fromPartner, sent } = start();
    const answers = fromPartner(message('SUBSCRIBE', his, hers, { headers: { Event: 'presence' } }));
    const into = sent.inside[0] as Sent;
    const byFrontEnd = edit(into.message).prepend('Record-Route', `<sip:t@${frontEnd};lr>`).toMessage();
    into.answer(createResponse(byFrontEnd, 200, undefined, { toTag: 'far' }));
    const Route = into.message.values('Record-Route').join();
    const notify = ofCalled(into.message, 'NOTIFY', {
      from: `${into.message.to};tag=far`,
      to: into.message.from,
      uri: his,
      via: insideVias,
      headers: [...Object.entries({ ...headers, Route }), ['Record-Route', `<sip:t@${frontEnd};lr>`]],
    });
    fromFrontEnd(notify);
    const { message: seen } = sent.outside[0] as Sent;
    expect(seen.wire).not.toMatch(namesOfInside);
    expect(seen.values('Record-Route')).toHaveLength(1);
    expect(answers).toHaveLength(1);
    const again = ofCaller(into.message, 'SUBSCRIBE', {
      uri: hers,
      headers: { Event: 'presence', Route: seen.values('Record-Route').join() },
    });
    expect(fromPartner(again)).toEqual([]);
    expect((sent.inside[1] as Sent).message.routes.map(String)).toEqual([`<sip:t@${frontEnd};lr>`]);
  });
});
