import { describe, expect, it } from 'vitest';
import { parseWire } from './parse-message.ts';
import type { SipRequest } from './request.ts';
import type { SipResponse } from './response.ts';
import { withoutTopVia } from './without-top-via.ts';

const ours = 'Via: SIP/2.0/TLS fe1.contoso.example:5061;branch=z9hG4bKours';
const theirs = 'Via: SIP/2.0/TLS 192.0.2.1:5061;branch=z9hG4bKtheirs;x="\u00a0,"';
const rest =
  'From: <sip:a@contoso.example>;tag=1\r\nTo: <sip:b@contoso.example>\r\nCall-ID: c\r\nCSeq: 1 MESSAGE';

function parsed<M>(start: string, vias: readonly string[]): M {
  const result = parseWire([start, ...vias, rest, 'Content-Length: 0', '', ''].join('\r\n'));
  if (!result.ok) throw new Error(result.error.message);
  return result.message as M;
}

const request = (...vias: readonly string[]) =>
  parsed<SipRequest>('MESSAGE sip:b@contoso.example SIP/2.0', vias);
const response = (...vias: readonly string[]) => parsed<SipResponse>('SIP/2.0 200 OK', vias);

describe('a response without its topmost Via', () => {
  it('has the Via of its request where that came back as it was', () => {
    const sent = request(theirs);
    const back = withoutTopVia(response(ours, theirs), sent);
    expect(back?.topVia).toBe(sent.topVia);
    expect(back?.vias.map(String)).toEqual(response(theirs).vias.map(String));
  });

  it.each([
    ['another branch', theirs.replace('theirs', 'others')],
    ['a parameter more', `${theirs};received=192.0.2.7`],
    ['a second value', `${theirs}, SIP/2.0/TLS far.contoso.example`],
    ['a fold', theirs.replace('TLS ', 'TLS\r\n ')],
    ['the compact name', theirs.replace('Via', 'v')],
  ])('says of its Via what stands there, and not what its request had: %s', (_, found) => {
    const back = withoutTopVia(response(ours, found), request(theirs));
    const alone = response(found);
    expect(`${back?.topVia}`).toBe(`${alone.topVia}`);
    expect(back?.vias.map(String)).toEqual(alone.vias.map(String));
  });

  it('knows the Vias below those that a request has together in one field', () => {
    const two = `${theirs}, SIP/2.0/TLS far.contoso.example;branch=z9hG4bKfar`;
    const back = withoutTopVia(response(ours, two), request(two));
    expect(back?.vias.map(String)).toEqual(response(two).vias.map(String));
  });
});
