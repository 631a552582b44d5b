import { EventEmitter } from 'node:events';
import type { TLSSocket } from 'node:tls';
import { createResponse, parseMessage } from '@entente/sip';
import { describe, expect, it } from 'vitest';
import { seededRandom } from '../random.ts';
import { almostValid } from './almost-valid.ts';
import { distort } from './distort.ts';
import { heapGrows } from './heap-grows.ts';
import { HostilePeer } from './hostile-peer.ts';
import { Knowledge, type PeerIdentity } from './knowledge.ts';
import { ReceivedHeads } from './received-heads.ts';
import { type Attacked, fuzzInRounds } from './rounds.ts';
import { saysFault } from './says-fault.ts';

const identity: PeerIdentity = {
  name: 'a user',
  address: 'bob@contoso.example',
  password: 'secret',
  host: 'client.invalid',
  targets: ['sip:alice@contoso.example'],
  hosts: ['contoso.example'],
};

const plan = { rounds: 6, roundMs: 0, settleMs: 0 };
const megabyte = 1_000_000;

/** Servers that bear everything, but for what a test plants. */
function planted(what: Partial<Attacked> = {}) {
  const steps: string[] = [];
  const attacked: Attacked = {
    peers: [],
    faults: [],
    heaps: async () => [{ server: 'fe1', bytes: 30 * megabyte }],
    deliver: async () => {},
    ...what,
  };
  return { steps, findings: fuzzInRounds(attacked, plan, (step) => void steps.push(step)) };
}

describe('fuzzing servers', () => {
  it('finds nothing in servers that bear it, in all rounds', async () => {
    const { findings, steps } = planted();
    expect(await findings).toEqual([]);
    expect(steps).toHaveLength(6);
  });

  it('finds a server that says in its log that it has failed, and ends', async () => {
    const { findings, steps } = planted({ faults: ['fe1: x is not a function'] });
    expect(await findings).toMatchObject([{ kind: 'throw', message: 'fe1: x is not a function' }]);
    expect(steps).toHaveLength(1);
    expect(saysFault({ event: 'fault', level: 30 })).toBe(true);
    expect(saysFault({ level: 60 })).toBe(true);
    expect(saysFault({ event: 'refused', level: 40 })).toBe(false);
  });

  it('finds a server that has ended, or serves its good clients no more', async () => {
    const heaps = () => Promise.reject(new Error('fe1 has ended'));
    expect(await planted({ heaps }).findings).toMatchObject([{ kind: 'hang', message: 'fe1 has ended' }]);
    const deliver = () => Promise.reject(new Error('it did not arrive'));
    expect(await planted({ deliver }).findings).toMatchObject([
      { kind: 'hang', message: 'it did not arrive' },
    ]);
  });

  it('finds a heap that grows from round to round, and takes no other for one', async () => {
    const sizes = [30, 32, 34, 36, 38, 40];
    const heaps = async () => [{ server: 'fe1', bytes: (sizes.shift() ?? 0) * megabyte }];
    expect(await planted({ heaps }).findings).toMatchObject([{ kind: 'leak' }]);
    const many = [30, 50, 50, 52, 51, 58, 57, 60, 66, 64, 67];
    expect(heapGrows(many.map((size) => size * megabyte))).toBe(true);
    for (const sound of [
      [30, 50, 50, 52, 51, 58, 57, 60, 66, 57, 67],
      [30, 50, 51, 51.5, 52, 52.5],
      [30, 50, 58, 57, 60, 63],
      [30, 90, 91],
    ])
      expect(heapGrows(sound.map((size) => size * megabyte)), `${sound}`).toBe(false);
  });

  it('finds the name of a server inside in what an outsider receives, plainly or encoded, whole or in pieces', async () => {
    const name = 'fe1.contoso.example';
    const setting = { identity, port: 1, servername: 'x', localAddress: '127.0.0.1', forbidden: [name] };
    for (const pieces of [
      [`Via: SIP/2.0/TLS ${name}`],
      ['Via: SIP/2.0/TLS fe1.con', 'toso.example'],
      [`Route: <sip:${Buffer.from(`xx${name}`).toString('base64url')}@access.contoso.example;lr>`],
    ]) {
      const peer = new HostilePeer(setting, seededRandom(1));
      const socket = Object.assign(new EventEmitter(), { destroy() {} });
      peer.take(socket as unknown as TLSSocket);
      for (const piece of pieces) socket.emit('data', Buffer.from(piece));
      peer.close();
      expect([...peer.disclosed.keys()], pieces.join()).toEqual([name]);
      expect(await planted({ peers: [peer] }).findings).toMatchObject([{ kind: 'disclosure' }]);
    }
  });
});

describe('what a peer has received', () => {
  const name = 'fe1.contoso.example';
  const head = (length: number, via: string) =>
    `MESSAGE sip:x SIP/2.0\r\nVia: ${via}\r\nl : ${length}\r\n\r\n`;
  const body = `Via: SIP/2.0/TLS ${name}\r\n\r\n`;

  it('is looked at without the bodies that other peers wrote, and with each head that follows', () => {
    const whole = head(body.length, 'a') + body + head(0, name) + head(body.length, 'b') + body;
    for (let at = 0; at <= whole.length; at++) {
      const heads = new ReceivedHeads();
      heads.push(whole.slice(0, at));
      heads.push(whole.slice(at));
      expect(heads.text, `cut at ${at}`).toBe(
        head(body.length, 'a') + head(0, name) + head(body.length, 'b'),
      );
    }
  });
});

describe('messages that are almost right', () => {
  it('are the same for the same seed', () => {
    const text = (seed: number) => {
      const known = new Knowledge(identity);
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => distort(almostValid(known, random), random)).join('\n');
    };
    expect(text(7)).toBe(text(7));
    expect(text(7)).not.toBe(text(8));
  });

  it('are read by the parser more often than not, so that they reach what is behind it', () => {
    const known = new Knowledge(identity);
    const random = seededRandom(3);
    let read = 0;
    for (let i = 0; i < 1_000; i += 1) {
      const text = distort(almostValid(known, random), random);
      if (parseMessage(Buffer.from(text, 'latin1'), { check: 'routing' }).ok) read += 1;
    }
    expect(read).toBeGreaterThan(500);
    expect(read).toBeLessThan(1_000);
  });

  it('answer challenges, and go on in dialogs along the routes that were learned', () => {
    const known = new Knowledge(identity);
    const random = seededRandom(5);
    const written = () => Array.from({ length: 200 }, () => almostValid(known, random)).join('\n');
    expect(written()).not.toContain('Digest username');
    const asked = parseMessage(
      Buffer.from(
        'INVITE sip:alice@contoso.example SIP/2.0\r\nVia: SIP/2.0/TLS client.invalid;branch=z9hG4bKx\r\n' +
          'From: <sip:bob@contoso.example>;tag=1\r\nTo: <sip:alice@contoso.example>\r\nCall-ID: c\r\nCSeq: 1 INVITE\r\n' +
          'Content-Length: 0\r\n\r\n',
      ),
    );
    if (!asked.ok || asked.message.kind !== 'request') throw new Error('the test wrote no request');
    known.learn(
      createResponse(asked.message, 401, undefined, {
        toTag: 't',
        headers: {
          'WWW-Authenticate': 'Digest realm="contoso.example", nonce="n", qop="auth", algorithm=SHA-256',
        },
      }),
    );
    known.learn(
      createResponse(asked.message, 200, undefined, {
        toTag: 't',
        contact: '<sip:alice@192.0.2.9>',
        headers: { 'Record-Route': '<sip:sealed@fe1.contoso.example;lr>' },
      }),
    );
    const text = written();
    expect(text).toContain('Digest username="bob"');
    expect(text).toMatch(/^BYE sip:alice@192\.0\.2\.9 SIP/m);
    expect(text).toContain('Route: <sip:sealed@fe1.contoso.example;lr>');
  });
});
