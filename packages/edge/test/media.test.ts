import { createResponse, type SipRequest } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import {
  device,
  hers,
  his,
  insideVias,
  message,
  namesOfInside,
  newSealing,
  ofCaller,
  outwards,
  registeredPath,
  type Sent,
  start,
  tolerant,
} from './edge-between.ts';

const sdp = (...lines: string[]) =>
  ['v=0', 'o=- 0 0 IN IP4 192.0.2.1', 's=-', 'c=IN IP4 192.0.2.1', 't=0 0', ...lines, ''].join('\r\n');
const contentType = 'application/sdp';
const inClear = { contentType, body: sdp('m=audio 49170 RTP/AVP 0') };
const encrypted = {
  contentType,
  body: sdp('m=audio 49170 RTP/SAVP 0', `a=crypto:1 AES_CM_128_HMAC_SHA1_80 inline:${'A'.repeat(40)}`),
};

const toPartner = (offer: object) => message('INVITE', hers, his, { via: insideVias, ...offer });
const toUs = (offer: object) => message('INVITE', his, hers, offer);
const answerTo = ({ message: invite }: Sent, status: number, parts: object) =>
  createResponse(invite, status, undefined, { toTag: 'far', contact: '<sip:x@192.0.2.9>', ...parts });

describe('media that cross to or from a partner are SRTP unless the topology says otherwise', () => {
  it('an offer in clear is refused with 488, in either direction, and crosses nowhere', () => {
    const { fromFrontEnd, fromPartner, reasons, sent } = start();
    const [out] = fromFrontEnd(toPartner(inClear));
    const [into] = fromPartner(toUs(inClear));
    for (const answer of [out, into]) {
      expect(answer?.status).toBe(488);
      expect(answer?.get('Warning')).toMatch(/^302 /);
    }
    expect(into?.wire).not.toMatch(namesOfInside);
    expect(reasons).toEqual(['media-not-encrypted', 'media-not-encrypted']);
    expect([sent.inside, sent.outside]).toEqual([[], []]);
  });

  it('an offer of SRTP crosses unchanged, in either direction', () => {
    const { fromFrontEnd, fromPartner, reasons, sent } = start();
    fromFrontEnd(toPartner(encrypted));
    fromPartner(toUs(encrypted));
    expect(reasons).toEqual([]);
    for (const side of [sent.outside, sent.inside])
      expect(side.map(({ message: { bodyText } }) => bodyText)).toEqual([encrypted.body]);
  });

  it.each([183, 200])('an answer in clear to an offer of SRTP does not cross: %i', (status) => {
    const { fromFrontEnd, fromPartner, reasons, sent } = start();
    const heard = [fromFrontEnd(toPartner(encrypted)), fromPartner(toUs(encrypted))];
    for (const into of [sent.outside[0], sent.inside[0]] as Sent[])
      into.answer(answerTo(into, status, inClear));
    expect(reasons).toEqual(['media-not-encrypted', 'media-not-encrypted']);
    expect(heard).toEqual([[], []]);
    for (const into of [sent.outside[0], sent.inside[0]] as Sent[])
      into.answer(answerTo(into, status, encrypted));
    expect(heard.map((answers) => answers.map((answer) => answer.status))).toEqual([[status], [status]]);
  });

  it('an offer that the called side makes in its 2xx is judged as any other', () => {
    const { fromFrontEnd, reasons, sent } = start();
    fromFrontEnd(toPartner({}));
    const out = sent.outside[0] as Sent;
    out.answer(answerTo(out, 200, inClear));
    expect(reasons).toEqual(['media-not-encrypted']);
  });

  it.each(['ACK', 'PRACK', 'UPDATE', 'INVITE'])(
    '%s in the dialog does not cross with media in clear',
    (method) => {
      const { fromFrontEnd, reasons, sent } = start();
      const answers = fromFrontEnd(outwards('INVITE'));
      const out = sent.outside[0] as Sent;
      out.answer(answerTo(out, 200, {}));
      const Route = answers[0]?.recordRoutes[0]?.toString() ?? '';
      const inDialog = (offer: object): SipRequest =>
        ofCaller(out.message, method, {
          uri: 'sip:bob@192.0.2.9',
          via: insideVias,
          headers: { Route },
          ...offer,
        });
      const before = sent.outside.length;
      fromFrontEnd(inDialog(inClear));
      expect(reasons).toEqual(['media-not-encrypted']);
      fromFrontEnd(inDialog(encrypted));
      expect(sent.outside.slice(before).map(({ message: { bodyText } }) => bodyText)).toEqual([
        encrypted.body,
      ]);
    },
  );

  it('calls of our own external clients with users of ours are not the federation’s', () => {
    const { fromClient, reasons, sent } = start();
    registeredPath(fromClient, sent);
    fromClient(message('INVITE', hers, 'sip:carol@contoso.example', { contact: `<${device}>`, ...inClear }));
    expect(reasons).toEqual([]);
    const into = sent.inside.at(-1) as Sent;
    expect(into.message.method).toBe('INVITE');
    into.answer(answerTo(into, 200, inClear));
    expect(reasons).toEqual([]);
  });

  it('and with federationSrtp: optional everything crosses', () => {
    const { fromFrontEnd, fromPartner, reasons, sent } = start(newSealing(), tolerant);
    fromFrontEnd(toPartner(inClear));
    fromPartner(toUs(inClear));
    for (const into of [sent.outside[0], sent.inside[0]] as Sent[]) into.answer(answerTo(into, 200, inClear));
    expect(reasons).toEqual([]);
  });
});
