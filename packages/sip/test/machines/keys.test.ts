import {
  clientTransactionKey,
  createCancel,
  EffectQueue,
  InviteServerTransaction,
  serverTransactionKey,
  type Transaction,
  transactionBranch,
  Via,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';

const via = (host: string, branch: string, port?: number) =>
  Via.from({ transport: 'TLS', host, port, branch });

describe('serverTransactionKey, RFC 3261 §17.2.3', () => {
  it('is the same for a request and its retransmission', () => {
    expect(serverTransactionKey(request('INVITE'))).toBe(serverTransactionKey(request('INVITE')));
  });

  it('lets an ACK find its INVITE, and a CANCEL on demand', () => {
    const key = serverTransactionKey(request('INVITE'));
    expect(serverTransactionKey(request('ACK'))).toBe(key);
    expect(serverTransactionKey(request('CANCEL'))).not.toBe(key);
    expect(serverTransactionKey(request('CANCEL'), 'INVITE')).toBe(key);
  });

  it('differs by branch, by sent-by host and port, and by method', () => {
    const keys = [
      request('INVITE'),
      request('INVITE', { via: via('192.0.2.1', 'z9hG4bKtwo', 40_000) }),
      request('INVITE', { via: via('192.0.2.2', 'z9hG4bKone', 40_000) }),
      request('INVITE', { via: via('192.0.2.1', 'z9hG4bKone', 40_001) }),
      request('INVITE', { via: via('192.0.2.1', 'z9hG4bKone') }),
      request('OPTIONS'),
    ].map((one) => serverTransactionKey(one));
    expect(new Set(keys).size).toBe(keys.length);
  });

  it('compares host names without regard to case', () => {
    const upper = request('INVITE', { via: via('FE1.Contoso.Example', 'z9hG4bKone') });
    const lower = request('INVITE', { via: via('fe1.contoso.example', 'z9hG4bKone') });
    expect(serverTransactionKey(upper)).toBe(serverTransactionKey(lower));
  });

  it.each(['1234', 'z9hG4bK', 'xz9hG4bKone', 'Z9hG4bKone'])(
    'refuses branch %s, which is not of RFC 3261',
    (branch) => {
      expect(serverTransactionKey(request('INVITE', { via: via('192.0.2.1', branch) }))).toBeUndefined();
      expect(clientTransactionKey(request('INVITE', { via: via('192.0.2.1', branch) }))).toBeUndefined();
      expect(transactionBranch(request('INVITE', { via: via('192.0.2.1', branch) }))).toBeUndefined();
    },
  );

  it('has the branch in it, as it stands', () => {
    expect(transactionBranch(request('INVITE', { via: via('192.0.2.1', 'z9hG4bKOne') }))).toBe('z9hG4bKOne');
  });
});

describe('clientTransactionKey, RFC 3261 §17.1.3', () => {
  it('lets a response find its request', () => {
    const invite = request('INVITE');
    expect(clientTransactionKey(respond(invite, 200))).toBe(clientTransactionKey(invite));
  });

  it('keeps a CANCEL apart from the INVITE whose branch it shares', () => {
    const invite = request('INVITE');
    expect(clientTransactionKey(respond(createCancel(invite), 200))).not.toBe(clientTransactionKey(invite));
  });
});

describe('createCancel, RFC 3261 §9.1', () => {
  it('repeats Request-URI, Via, Route, From, To, Call-ID and the CSeq number, and carries no body', () => {
    const invite = request('INVITE', {
      routes: ['<sip:p1.contoso.example;lr>'],
      cseq: 9,
      body: 'v=0',
      contentType: 'application/sdp',
    });
    const cancel = createCancel(invite);
    expect([cancel.method, cancel.uriText, cancel.cseq.toString(), cancel.bodyLength]).toEqual([
      'CANCEL',
      invite.uriText,
      '9 CANCEL',
      0,
    ]);
    for (const name of ['Via', 'Route', 'From', 'To', 'Call-ID'])
      expect(cancel.all(name)).toEqual(invite.all(name));
  });
});

describe('EffectQueue', () => {
  it('gives effects as data, in order, once', () => {
    const queue = new EffectQueue<Transaction>();
    const invite = request('INVITE');
    const transaction = new InviteServerTransaction(invite, false, queue, undefined);
    transaction.start();
    const busy = respond(invite, 486);
    transaction.respond(busy);
    transaction.transportError();
    transaction.receive(request('ACK'));
    transaction.abandon();
    expect(queue.take().map((effect) => [effect.type, 'timer' in effect ? effect.timer : undefined])).toEqual(
      [
        ['start-timer', 'trying'],
        ['stop-timer', 'trying'],
        ['start-timer', 'G'],
        ['start-timer', 'H'],
        ['send', undefined],
        ['transport-failed', undefined],
        ['stop-timer', 'G'],
        ['stop-timer', 'H'],
        ['start-timer', 'I'],
        ['stop-timer', 'I'],
        ['terminated', undefined],
      ],
    );
    expect(queue.take()).toEqual([]);
  });
});
