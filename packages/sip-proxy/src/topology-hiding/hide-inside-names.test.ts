import { createResponse, edit, type HeaderFields, type SipMessage } from '@entente/sip';
import { requestBetween } from '@entente/testkit/request';
import { describe, expect, it } from 'vitest';
import { hideInsideNames } from './hide-inside-names.ts';

const inside = new Set(['fe1.contoso.example', 'pool1.contoso.example', 'edge1.contoso.example']);
const names = {
  isInside: (host: string) => inside.has(host),
  isOurDomain: (domain: string) => domain === 'contoso.example',
  agent: 'access.contoso.example',
};

const request = (headers: HeaderFields = {}) =>
  requestBetween('sip:bob@fabrikam.example', 'sip:alice@contoso.example', {
    method: 'INVITE',
    callId: 'call-1@fe1.contoso.example',
    headers,
  });
const response = (headers: HeaderFields, reason?: string) =>
  createResponse(request(), 488, reason, { toTag: 't', headers });
const hidden = <M extends SipMessage>(message: M): M => {
  const editor = edit<SipMessage>(message);
  hideInsideNames(editor, message, names);
  return editor.toMessage() as M;
};

describe('a message that leaves', () => {
  it('carries no way inside: neither Path nor Service-Route', () => {
    const message = hidden(
      response({ Path: '<sip:a@edge1.contoso.example;lr>', 'Service-Route': '<sip:192.0.2.9;lr>' }),
    );
    expect(message.has('Path') || message.has('Service-Route')).toBe(false);
  });

  it('carries no Route where it is a response, in which Route means nothing', () => {
    const message = hidden(response({ Route: '<sip:fe1.contoso.example;lr>', r: '<sip:a@b.invalid>' }));
    expect(message.has('Route')).toBe(false);
    expect(message.has('Refer-To')).toBe(true);
    expect(hidden(request({ Route: '<sip:fabrikam.example;lr>' })).has('Route')).toBe(true);
  });

  it('carries no warning of a server of ours, and those of others', () => {
    const media = '305 client.invalid "Incompatible media format"';
    const message = hidden(
      response([
        ['Warning', `399 fe1.contoso.example "Why", ${media}`],
        ['Warning', '399 fe1.contoso.example:5061 "Why"'],
        ['Warning', '399 anything.contoso.example "Why"'],
        ['Warning', '399 anything.contoso.example.:5061 "Why"'],
        ['Warning', '370 media.invalid "as fe1.contoso.example said"'],
        ['Warning', 'not a warning'],
      ]),
    );
    expect(message.all('Warning')).toEqual([media]);
  });

  it('has its warnings looked through once, and keeps sixteen at most', () => {
    let looks = 0;
    const counting = {
      ...names,
      isInside(host: string) {
        looks++;
        return names.isInside(host);
      },
    };
    const message = response(
      Array.from(
        { length: 200 },
        (_, i) => ['Warning', `305 client${i}.invalid "Incompatible media format"`] as const,
      ),
    );
    const editor = edit<SipMessage>(message);
    hideInsideNames(editor, message, counting);
    expect(editor.toMessage().all('Warning')).toHaveLength(16);
    expect(looks).toBeLessThan(200);
  });

  it('has of a warning’s agent no more looked at than a name may have', () => {
    const looked: string[] = [];
    const counting = {
      ...names,
      isOurDomain(domain: string) {
        looked.push(domain);
        return names.isOurDomain(domain);
      },
    };
    const agents = [`${'1.'.repeat(13_000)}1`, `${'1.'.repeat(13_000)}contoso.example:5061`];
    const message = response(agents.map((agent) => ['Warning', `399 ${agent} "Why"`] as const));
    const editor = edit<SipMessage>(message);
    hideInsideNames(editor, message, counting);
    expect(editor.toMessage().all('Warning')).toEqual([`399 ${agents[0]} "Why"`]);
    expect(looked.length).toBeLessThan(2 * 130);
    expect(looked.every((domain) => domain.length <= 255)).toBe(true);
  });

  it('carries no further field that names a server inside, however it is written', () => {
    for (const value of [
      '<sip:x@fe1.contoso.example>;index=1',
      'see FE1.contoso.EXAMPLE.',
      'host="pool1.contoso.example"',
      'x.edge1.contoso.example',
    ]) {
      expect(hidden(response({ 'History-Info': value })).has('History-Info')).toBe(false);
      expect(hidden(request({ 'X-Anything': value })).has('X-Anything')).toBe(false);
    }
    const kept = { 'History-Info': '<sip:x@access.contoso.example>;index=1', Subject: 'contoso.example' };
    for (const name of Object.keys(kept)) expect(hidden(request(kept)).has(name)).toBe(true);
  });

  it('keeps its status and gets the usual phrase where the phrase names a server inside', () => {
    expect(hidden(response({}, 'fe1.contoso.example says no')).wire).toMatch(/^SIP\/2\.0 488 Not Acceptable/);
    expect(hidden(response({}, 'Busy at lunch')).wire).toMatch(/^SIP\/2\.0 488 Busy at lunch\r\n/);
  });

  it('keeps what the ends of a dialog find it by', () => {
    const message = hidden(request({ Contact: '<sip:a@fe1.contoso.example>' }));
    expect(message.callId).toBe('call-1@fe1.contoso.example');
    expect(message.has('Contact')).toBe(true);
  });

  it('is looked through to its end, however long a field is', () => {
    const message = request({ Subject: `${'a.'.repeat(30_000)}`, 'X-Anything': 'a'.repeat(20_000) });
    expect(hidden(message).has('Subject')).toBe(true);
  });
});
