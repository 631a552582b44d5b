import {
  createPrack,
  type Dialog,
  dialogOfResponse,
  type Established,
  provisionalReliability,
  ReliableProvisionals,
  ReliableResponses,
  type ReliableTimer,
  type SipResponse,
} from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { request, respond } from './fixtures.ts';
import { Timers } from './timers.ts';

const invite = request('INVITE', { cseq: 10, headers: { Supported: '100rel, timer' } });
const contact = { Contact: '<sip:bob@192.0.2.9>' };

function made(result: Established): Dialog {
  if (!result.ok) throw new Error(result.message);
  return result.dialog;
}

describe('provisionalReliability, RFC 3262 §3', () => {
  it('is required by Require, allowed by Supported, forbidden otherwise', () => {
    expect(provisionalReliability(request('INVITE', { headers: { Require: '100rel' } }))).toBe('required');
    expect(provisionalReliability(invite)).toBe('allowed');
    expect(provisionalReliability(request('INVITE'))).toBe('forbidden');
    expect(provisionalReliability(request('OPTIONS', { headers: { Supported: '100rel' } }))).toBe(
      'forbidden',
    );
  });
});

describe('reliable provisional responses of the called side, RFC 3262 §3', () => {
  function begin() {
    const timers = new Timers<ReliableTimer>();
    const sent: SipResponse[] = [];
    let given = 0;
    const machine = new ReliableProvisionals(invite, 700, {
      send: (_, response) => void sent.push(response),
      startTimer: (_, name, afterMs) => timers.start(name, afterMs),
      stopTimer: (_, name) => timers.stop(name),
      unacknowledged: () => void given++,
    });
    timers.wake = (name) => machine.wake(name);
    return { machine, timers, sent, given: () => given };
  }
  const prack = (rack: string) => request('PRACK', { cseq: 11, headers: { RAck: rack } });

  it('carry Require: 100rel and RSeq', () => {
    const { machine, sent } = begin();
    expect(machine.send(respond(invite, 183))).toBe(true);
    expect([sent[0]!.get('Require'), sent[0]!.get('RSeq')]).toEqual(['100rel', '700']);
  });

  it('are repeated at gaps that double without a cap until the PRACK', () => {
    const { machine, timers, sent } = begin();
    machine.send(respond(invite, 183));
    timers.advance(15_500);
    expect(sent).toHaveLength(6);
    expect(machine.receivePrack(prack('700 10 INVITE'))).toBe(200);
    timers.advance(60_000);
    expect(sent).toHaveLength(6);
    expect(timers.due.size).toBe(0);
  });

  it('give up after 64·T1 and say so', () => {
    const { machine, timers, given } = begin();
    machine.send(respond(invite, 183));
    timers.advance(32_000);
    expect([given(), timers.due.size]).toEqual([1, 0]);
    expect(machine.send(respond(invite, 183))).toBe(false);
  });

  it('go out one after the other, with RSeq up by one', () => {
    const { machine, sent } = begin();
    machine.send(respond(invite, 183));
    machine.send(respond(invite, 180));
    expect(sent).toHaveLength(1);
    machine.receivePrack(prack('700 10 INVITE'));
    expect(sent.map((one) => one.get('RSeq'))).toEqual(['700', '701']);
  });

  it.each(['701 10 INVITE', '700 11 INVITE', '700 10 UPDATE'])('answer a PRACK for %s with 481', (rack) => {
    const { machine } = begin();
    machine.send(respond(invite, 183));
    expect(machine.receivePrack(prack(rack))).toBe(481);
  });

  it('answer a repeated PRACK with 481 and a malformed one with 400', () => {
    const { machine } = begin();
    machine.send(respond(invite, 183));
    expect(machine.receivePrack(prack('700 INVITE'))).toBe(400);
    expect(machine.receivePrack(request('PRACK'))).toBe(400);
    machine.receivePrack(prack('700 10 INVITE'));
    expect(machine.receivePrack(prack('700 10 INVITE'))).toBe(481);
  });

  it('hold the 2xx back while one with a body is unacknowledged', () => {
    const { machine } = begin();
    machine.send(respond(invite, 180));
    expect(machine.mayAccept).toBe(true);
    machine.receivePrack(prack('700 10 INVITE'));
    machine.send(respond(invite, 183, {}, 'b1', 'v=0\r\n'));
    expect(machine.mayAccept).toBe(false);
    machine.receivePrack(prack('701 10 INVITE'));
    expect(machine.mayAccept).toBe(true);
  });

  it('stop with the final response, and still answer the late PRACK', () => {
    const { machine, timers } = begin();
    machine.send(respond(invite, 180));
    machine.finish();
    expect(timers.due.size).toBe(0);
    expect(machine.receivePrack(prack('700 10 INVITE'))).toBe(200);
  });

  it('are never 100 and never final', () => {
    const { machine } = begin();
    expect(machine.send(respond(invite, 100))).toBe(false);
    expect(machine.send(respond(invite, 200))).toBe(false);
  });
});

describe('reliable provisional responses of the calling side, RFC 3262 §4', () => {
  const reliable = (sequence: number) =>
    respond(invite, 183, { ...contact, Require: '100rel', RSeq: String(sequence) });

  it('are acknowledged in order, dropped when repeated or early', () => {
    const machine = new ReliableResponses();
    expect([5, 5, 7, 6, 7].map((sequence) => machine.receive(reliable(sequence)))).toEqual([
      'acknowledge',
      'drop',
      'drop',
      'acknowledge',
      'acknowledge',
    ]);
  });

  it('are plain without Require: 100rel or RSeq', () => {
    const machine = new ReliableResponses();
    expect(machine.receive(respond(invite, 180))).toBe('plain');
    expect(machine.receive(respond(invite, 180, { RSeq: '1' }))).toBe('plain');
    expect(machine.receive(respond(invite, 180, { RSeq: '1', Require: 'foo' }))).toBe('plain');
  });

  it('get a PRACK in their early dialog that names them', () => {
    const response = reliable(5);
    const prack = createPrack(made(dialogOfResponse(invite, response, false)), response);
    expect([prack.method, prack.get('RAck'), prack.cseq.sequence, prack.to.tag]).toEqual([
      'PRACK',
      '5 10 INVITE',
      11,
      'b1',
    ]);
  });
});
