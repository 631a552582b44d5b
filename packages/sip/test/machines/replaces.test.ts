import {
  type Dialog,
  decideRefer,
  decideReplaces,
  dialogOfRequest,
  dialogOfResponse,
  type Established,
  NameAddr,
  sipfragOf,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';

const invite = request('INVITE', { cseq: 10, headers: { Supported: '100rel, timer' } });
const contact = { Contact: '<sip:bob@192.0.2.9>' };

function made(result: Established): Dialog {
  if (!result.ok) throw new Error(result.message);
  return result.dialog;
}

describe('decideReplaces, RFC 3891 §3', () => {
  const asCaller = (status: number) =>
    made(dialogOfResponse(invite, respond(invite, status, contact), false));
  const asCalled = (status: number) => made(dialogOfRequest(invite, { status, localTag: 'b1' }, false));
  const replacing = (tags: string, method = 'INVITE') =>
    request(method, { callId: 'new@x', headers: { Replaces: `call-1@192.0.2.1;${tags}` } });
  const ofCaller = 'to-tag=a1;from-tag=b1';
  const ofCalled = 'to-tag=b1;from-tag=a1';
  const find = (dialog: Dialog) => (id: string) => (id === dialog.id ? dialog : undefined);

  it('replaces a confirmed dialog and ends it with BYE', () => {
    const dialog = asCalled(200);
    expect(decideReplaces(replacing(ofCalled), find(dialog))).toEqual({
      kind: 'replace',
      dialog,
      endWith: 'BYE',
    });
  });

  it('replaces an early dialog this side began and ends it with CANCEL', () => {
    const dialog = asCaller(180);
    expect(decideReplaces(replacing(ofCaller), find(dialog))).toEqual({
      kind: 'replace',
      dialog,
      endWith: 'CANCEL',
    });
  });

  it('takes the tag 0 for a peer that sends no tag (§6.1)', () => {
    const old = request('INVITE', { from: NameAddr.from({ uri: 'sip:alice@contoso.example' }) });
    const dialog = made(dialogOfRequest(old, { status: 200, localTag: 'b1' }, false));
    expect(decideReplaces(replacing('to-tag=b1;from-tag=0'), find(dialog))).toMatchObject({
      kind: 'replace',
    });
  });

  it('refuses an early dialog this side was called in with 481', () => {
    expect(decideReplaces(replacing(ofCalled), find(asCalled(180)))).toMatchObject({
      kind: 'refuse',
      status: 481,
    });
  });

  it('refuses a confirmed dialog with 486 where early-only is set', () => {
    expect(decideReplaces(replacing(`${ofCalled};early-only`), find(asCalled(200)))).toMatchObject({
      status: 486,
    });
  });

  it('refuses a dialog that has ended with 603', () => {
    const dialog = asCalled(200);
    dialog.terminate();
    expect(decideReplaces(replacing(ofCalled), find(dialog))).toMatchObject({ status: 603 });
  });

  it('refuses tags the wrong way round, or of no dialog, with 481', () => {
    expect(decideReplaces(replacing(ofCaller), find(asCalled(200)))).toMatchObject({ status: 481 });
  });

  it('refuses a malformed value, several values, and other methods with 400', () => {
    const twice = request('INVITE', { headers: { Replaces: `c;${ofCalled}, c;${ofCalled}` } });
    for (const message of [replacing('to-tag=b1'), twice, replacing(ofCalled, 'OPTIONS')]) {
      expect(decideReplaces(message, find(asCalled(200)))).toMatchObject({ kind: 'refuse', status: 400 });
    }
  });

  it('has nothing to say about a request without it', () => {
    expect(decideReplaces(invite, () => undefined)).toEqual({ kind: 'none' });
  });
});

describe('decideRefer, RFC 3515 §2.4', () => {
  const refer = (value: string) => request('REFER', { cseq: 93, headers: { 'Refer-To': value } });

  it('gives the target and the event id', () => {
    const decision = decideRefer(refer('"C" <sip:carol@contoso.example>'));
    expect(decision).toMatchObject({ ok: true, eventId: 93, replaces: undefined });
    expect(decision.ok && decision.target.uri.toString()).toBe('sip:carol@contoso.example');
  });

  it('takes Replaces out of the URI and leaves every other header component behind', () => {
    const decision = decideRefer(
      refer('<sip:carol@contoso.example?Replaces=c1%40x%3Bto-tag%3D1%3Bfrom-tag%3D2&From=sip%3Aeve%40x>'),
    );
    expect(decision).toMatchObject({ ok: true, replaces: { callId: 'c1@x', toTag: '1', fromTag: '2' } });
    expect(decision.ok && decision.target.uri.toString()).toBe('sip:carol@contoso.example');
  });

  it('refuses none, several, or a malformed one with 400, another scheme with 416', () => {
    expect(decideRefer(request('REFER'))).toMatchObject({ ok: false, status: 400 });
    expect(decideRefer(refer('<sip:a@x>, <sip:b@x>'))).toMatchObject({ ok: false, status: 400 });
    expect(decideRefer(refer('<sip:carol@contoso.example?Replaces=c1>'))).toMatchObject({
      ok: false,
      status: 400,
    });
    expect(decideRefer(refer('<http://contoso.example/>'))).toMatchObject({ ok: false, status: 416 });
  });

  it('reports the latest response as a status line', () => {
    expect(sipfragOf(undefined)).toBe('SIP/2.0 100 Trying');
    expect(sipfragOf(respond(invite, 486))).toBe('SIP/2.0 486 Busy Here');
  });
});
