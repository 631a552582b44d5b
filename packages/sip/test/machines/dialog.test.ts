import {
  applyRouteSet,
  createResponse,
  type Dialog,
  dialogIdOfRequest,
  dialogIdOfResponse,
  dialogOfRequest,
  dialogOfResponse,
  type Established,
  NameAddr,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';

const routed = { 'Record-Route': ['<sip:p2.contoso.example;lr>', '<sip:p1.contoso.example;lr>'] };
const bobContact = { Contact: '<sip:bob@192.0.2.9:5061>' };
const invite = request('INVITE', { cseq: 10 });
const fault = expect.objectContaining({ code: 'SIP_DIALOG_STATE' });

function made(result: Established): Dialog {
  if (!result.ok) throw new Error(result.message);
  return result.dialog;
}

const caller = (status = 200) =>
  made(dialogOfResponse(invite, respond(invite, status, { ...routed, ...bobContact }), false));
const called = (status = 200) =>
  made(dialogOfRequest(request('INVITE', { cseq: 10, headers: routed }), { status, localTag: 'b1' }, false));

describe('a dialog made by a response (caller), RFC 3261 §12.1.2', () => {
  it('takes its route set from Record-Route in reverse, its target from Contact, its numbers from the request', () => {
    const dialog = caller();
    expect(dialog.routeSet.map(String)).toEqual([
      '<sip:p1.contoso.example;lr>',
      '<sip:p2.contoso.example;lr>',
    ]);
    expect(dialog.remoteTarget.toString()).toBe('sip:bob@192.0.2.9:5061');
    expect([dialog.role, dialog.state, dialog.localTag, dialog.remoteTag]).toEqual([
      'uac',
      'confirmed',
      'a1',
      'b1',
    ]);
    expect([dialog.localSequence, dialog.remoteSequence]).toEqual([10, undefined]);
  });

  it('is early for 101–199', () => expect(caller(180).state).toBe('early'));

  it('is not made by 100, by a failure, by a response without Contact, or by a provisional without To tag', () => {
    expect(dialogOfResponse(invite, createResponse(invite, 100), false).ok).toBe(false);
    expect(dialogOfResponse(invite, respond(invite, 486, bobContact), false).ok).toBe(false);
    expect(dialogOfResponse(invite, respond(invite, 200), false).ok).toBe(false);
    expect(
      dialogOfResponse(invite, createResponse(invite, 180, undefined, { headers: bobContact }), false).ok,
    ).toBe(false);
  });

  it('early → confirmed: a 2xx takes its route set and target from the 2xx', () => {
    const dialog = caller(180);
    dialog.receiveResponse(
      respond(invite, 200, {
        'Record-Route': '<sip:p9.contoso.example;lr>',
        Contact: '<sip:bob@192.0.2.77>',
      }),
    );
    expect([dialog.state, dialog.remoteTarget.toString()]).toEqual(['confirmed', 'sip:bob@192.0.2.77']);
    expect(dialog.routeSet.map(String)).toEqual(['<sip:p9.contoso.example;lr>']);
  });

  it('early → terminated: a failure of the INVITE', () => {
    const dialog = caller(180);
    dialog.receiveResponse(respond(invite, 486));
    expect(dialog.state).toBe('terminated');
  });

  it('is secure only over TLS to a sips URI', () => {
    const sips = request('INVITE', { uri: 'sips:bob@contoso.example' });
    const response = respond(sips, 200, bobContact);
    expect(made(dialogOfResponse(sips, response, true)).secure).toBe(true);
    expect(made(dialogOfResponse(sips, response, false)).secure).toBe(false);
    expect(made(dialogOfResponse(invite, respond(invite, 200, bobContact), true)).secure).toBe(false);
  });
});

describe('a dialog made by a request (called), RFC 3261 §12.1.1', () => {
  it('takes its route set from Record-Route in order, its target from Contact, its numbers from the request', () => {
    const dialog = called();
    expect(dialog.routeSet.map(String)).toEqual([
      '<sip:p2.contoso.example;lr>',
      '<sip:p1.contoso.example;lr>',
    ]);
    expect(dialog.remoteTarget.toString()).toBe('sip:alice@192.0.2.1:40000');
    expect([dialog.role, dialog.localTag, dialog.remoteTag]).toEqual(['uas', 'b1', 'a1']);
    expect([dialog.localSequence, dialog.remoteSequence]).toEqual([undefined, 10]);
  });

  it('early → confirmed when the 2xx goes out', () => {
    const dialog = called(180);
    dialog.confirm();
    expect(dialog.state).toBe('confirmed');
  });

  it('is not made by a request without Contact', () => {
    expect(
      dialogOfRequest(request('INVITE', { contact: [] }), { status: 200, localTag: 'b1' }, false).ok,
    ).toBe(false);
  });
});

describe('requests inside a dialog, RFC 3261 §12.2.1.1', () => {
  it('find the dialog on the other side', () => {
    const sent = caller().createRequest('INFO');
    expect(dialogIdOfRequest(sent)).toBe(called().id);
    expect(dialogIdOfResponse(respond(invite, 200))).toBe(caller().id);
    expect(dialogIdOfRequest(invite)).toBeUndefined();
  });

  it('carry target, routes, tags, Call-ID and the next CSeq number', () => {
    const dialog = caller();
    const first = dialog.createRequest('INFO', { headers: { 'X-Test': '1' } });
    expect([first.uriText, first.cseq.toString(), first.callId, first.get('X-Test')]).toEqual([
      'sip:bob@192.0.2.9:5061',
      '11 INFO',
      'call-1@192.0.2.1',
      '1',
    ]);
    expect([first.from.tag, first.to.tag]).toEqual(['a1', 'b1']);
    expect(first.routes.map(String)).toEqual(dialog.routeSet.map(String));
    expect(dialog.createRequest('INFO').cseq.sequence).toBe(12);
    expect(called().createRequest('INFO').cseq.sequence).toBe(1);
  });

  it('put the first route into the Request-URI and the target last for a strict router', () => {
    const routes = ['<sip:proxy1;method=INVITE?x=y>', '<sip:proxy2>', '<sip:proxy3;lr>'].map((text) =>
      NameAddr.from({ uri: text.slice(1, -1) }),
    );
    const { uri, routes: rest } = applyRouteSet(invite.uri, routes);
    expect(uri.toString()).toBe('sip:proxy1');
    expect(rest.map(String)).toEqual(['<sip:proxy2>', '<sip:proxy3;lr>', '<sip:bob@contoso.example>']);
  });

  it('acknowledge a 2xx with the number of its INVITE, again and again', () => {
    const dialog = caller();
    const ack = dialog.createAck(10);
    expect([ack.method, ack.cseq.toString(), ack.uriText]).toEqual([
      'ACK',
      '10 ACK',
      'sip:bob@192.0.2.9:5061',
    ]);
    expect(dialog.createAck(10).wire).toBe(ack.wire);
    expect(dialog.localSequence).toBe(10);
  });

  it('end with BYE, after which none can be made', () => {
    const dialog = caller();
    expect(dialog.createBye().cseq.toString()).toBe('11 BYE');
    expect(dialog.state).toBe('terminated');
    expect(() => dialog.createRequest('INFO')).toThrow(fault);
  });

  it('are no ACK and no CANCEL', () => {
    expect(() => caller().createRequest('ACK')).toThrow(fault);
    expect(() => caller().createRequest('CANCEL')).toThrow(fault);
  });

  it('may end an early dialog from the caller only (RFC 3261 §15)', () => {
    expect(caller(180).createBye().method).toBe('BYE');
    expect(() => called(180).createBye()).toThrow(fault);
  });
});

describe('what arrives inside a dialog, RFC 3261 §12.2.2 and §12.2.1.2', () => {
  const inDialog = (method: string, cseq: number, contact = '<sip:alice@192.0.2.50>') =>
    request(method, { cseq, to: '<sip:bob@contoso.example>;tag=b1', contact });

  it('is accepted in order, with gaps', () => {
    const dialog = called();
    for (const cseq of [11, 12, 20]) expect(dialog.receiveRequest(inDialog('INFO', cseq)).ok).toBe(true);
    expect(dialog.remoteSequence).toBe(20);
  });

  it('is refused with 500 out of order', () => {
    const dialog = called();
    expect(dialog.receiveRequest(inDialog('INFO', 9))).toMatchObject({ ok: false, status: 500 });
    expect(dialog.receiveRequest(inDialog('INFO', 10))).toMatchObject({ ok: false, status: 500 });
  });

  it('lets ACK and CANCEL carry an older number', () => {
    const dialog = called();
    dialog.receiveRequest(inDialog('INFO', 11));
    expect(dialog.receiveRequest(inDialog('ACK', 10)).ok).toBe(true);
    expect(dialog.remoteSequence).toBe(11);
  });

  it('is refused with 481 once the dialog has ended', () => {
    const dialog = called();
    const bye = inDialog('BYE', 11);
    dialog.receiveRequest(bye);
    dialog.requestAnswered(bye, 200);
    expect(dialog.state).toBe('terminated');
    expect(dialog.receiveRequest(inDialog('INFO', 12))).toMatchObject({ ok: false, status: 481 });
  });

  it.each(['INVITE', 'UPDATE', 'SUBSCRIBE', 'NOTIFY', 'REFER'])(
    'moves the target with an accepted %s',
    (method) => {
      const dialog = called();
      dialog.requestAnswered(inDialog(method, 11), 200);
      expect(dialog.remoteTarget.toString()).toBe('sip:alice@192.0.2.50');
    },
  );

  it('moves nothing with a refused request, or with a method that is no target refresh', () => {
    const dialog = called();
    dialog.requestAnswered(inDialog('INVITE', 11), 488);
    dialog.requestAnswered(inDialog('INFO', 12), 200);
    expect(dialog.remoteTarget.toString()).toBe('sip:alice@192.0.2.1:40000');
    expect(dialog.routeSet).toHaveLength(2);
  });

  it('moves the target with the 2xx of a re-INVITE, never the route set', () => {
    const dialog = caller();
    const again = dialog.createRequest('INVITE', { contact: '<sip:alice@192.0.2.1:40000>' });
    dialog.receiveResponse(
      respond(again, 200, { Contact: '<sip:bob@192.0.2.10>', 'Record-Route': '<sip:x.example;lr>' }),
    );
    expect(dialog.remoteTarget.toString()).toBe('sip:bob@192.0.2.10');
    expect(dialog.routeSet).toHaveLength(2);
  });

  it('ends with 481 or 408 to any request, and stays with any other failure', () => {
    for (const [status, state] of [
      [481, 'terminated'],
      [408, 'terminated'],
      [488, 'confirmed'],
    ] as const) {
      const dialog = caller();
      dialog.receiveResponse(respond(dialog.createRequest('UPDATE'), status));
      expect(dialog.state).toBe(state);
    }
  });
});
