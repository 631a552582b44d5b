import type { NotTakenRequest, SipConnection } from '@entente/sip-endpoint';
import { type RequestRefusal, refusal } from '@entente/sip-proxy';
import type { Log } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { connectionLog, logMessageFault, logRequestRefusal } from './connection-log.ts';

type Line = Readonly<Record<string, unknown>>;

function start() {
  const clock = { now: 1_000_000 };
  const lines: Line[] = [];
  const line = (fields: object, message: string): void => void lines.push({ ...fields, message });
  const log: Log = { debug: line, info: line, warn: line, error: line };
  const limit = new RefusalLimit(() => clock.now);
  const refuse = (connection: SipConnection, reason: 'policy' | 'overloaded' = 'policy') =>
    logRequestRefusal(
      log,
      limit,
      { method: 'MESSAGE', callId: 'a' } as NotTakenRequest,
      { ...refusal('relay-not-allowed', 403, 'no', 'Do not.'), ...(reason === 'policy' ? {} : { reason }) },
      connection,
    );
  return { clock, lines, limit, log, refuse };
}

/** One of many connections, each from an address of its own. */
const from = (count: number, more: object = {}) =>
  ({
    protection: {},
    link: links.clientToFrontEnd,
    server: undefined,
    socket: { remoteAddress: `192.0.${count >> 8}.${count & 255}`, remotePort: 40_000 },
    source: { address: `192.0.${count >> 8}.${count & 255}` },
    users: new Map(),
    ...more,
  }) as unknown as SipConnection;
const of = (user: string, count = 0) => from(count, { users: new Map([[user, 1]]) });
const alice = 'alice@contoso.example';

describe('faults that the messages of one peer cause', () => {
  it('get ten lines in a second, and the next line says how many got none', () => {
    const { clock, lines, limit, log } = start();
    const failing = (): void => logMessageFault(log, limit, new TypeError('unexpected'), of(alice));
    for (let count = 0; count < 1_000; count++) failing();
    expect(lines).toHaveLength(10);
    clock.now += 1_000;
    failing();
    expect(lines.at(-1)).toMatchObject({ event: 'fault', peer: alice, more: 990 });
  });
});

describe('requests that are refused', () => {
  it('of one user get ten lines in a second from however many addresses, and the next line says how many got none', () => {
    const { clock, lines, refuse } = start();
    for (let count = 0; count < 1_000; count++) refuse(of(alice, count));
    expect(lines).toHaveLength(10);
    clock.now += 1_000;
    refuse(of(alice, 1_000));
    expect(lines.at(-1)).toMatchObject({ event: 'refused', peer: alice, more: 990 });
  });

  it('of one user hide no line about others: users at the same address, servers, and who has proven nothing', () => {
    const { lines, refuse } = start();
    for (let count = 0; count < 1_000; count++) refuse(of(alice));
    refuse(of('bob@contoso.example'));
    refuse(from(0, { server: 'fe2.contoso.example' }));
    refuse(from(0));
    expect(lines.slice(10)).toMatchObject([
      { peer: 'bob@contoso.example' },
      { peer: 'fe2.contoso.example' },
      { peer: '192.0.0.0:40000' },
    ]);
  });

  it('because there is too much to do get a hundred lines in a second for all users', () => {
    const { lines, refuse } = start();
    for (let count = 0; count < 500; count++) refuse(of(`user${count}@contoso.example`), 'overloaded');
    expect(lines).toHaveLength(100);
  });
});

describe('a line about a refused request', () => {
  const long = 'x'.repeat(30_000);
  const sentence = (found: string) => `expected none of it, found ${found}`;
  const remedy = 'Send the request to the domain that it is for, and leave out servers of ours.';
  const refused = (status: number, message: string, more: object = {}): RequestRefusal => ({
    ...refusal('relay-not-allowed', status, message, remedy),
    ...more,
  });
  const asked = (more: object = {}) => ({ method: 'MESSAGE', callId: 'a', ...more }) as NotTakenRequest;

  it.each([
    ['its sentence, such as Proxy-Require', asked(), refused(420, sentence(long))],
    ['its method', asked({ method: 'M'.repeat(30_000) }), refused(405, sentence('M'))],
    ['its Call-ID', asked({ callId: long }), refused(404, sentence('x'))],
    ['the user that it claims', asked(), refused(401, sentence('x'), { user: long })],
  ])('is short whatever a peer has written: %s', (_, request, why) => {
    const { limit, lines, log } = start();
    logRequestRefusal(log, limit, request, why, from(1));
    expect(JSON.stringify(lines[0]).length).toBeLessThan(2_000);
    expect(lines[0]).toMatchObject({ reason: 'relay-not-allowed', status: why.status, remedy });
  });

  it('says how much of the sentence was left out', () => {
    const { limit, lines, log } = start();
    logRequestRefusal(log, limit, asked(), refused(420, sentence(long)), from(1));
    expect(lines[0]?.message).toMatch(/^expected none of it, found x+ … \d+ characters left out … x+$/);
  });
});

describe('connections that are up', () => {
  it('get a line each, with both ends', () => {
    const { lines, log } = start();
    const logConnection = connectionLog(log);
    logConnection(of(alice), alice, 'fe1.contoso.example');
    logConnection(of('bob@contoso.example'), 'bob@contoso.example', 'fe1.contoso.example');
    expect(lines).toMatchObject([
      { event: 'link', link: links.clientToFrontEnd.row, from: alice, to: 'fe1.contoso.example' },
      {
        event: 'link',
        link: links.clientToFrontEnd.row,
        from: 'bob@contoso.example',
        to: 'fe1.contoso.example',
      },
    ]);
  });

  it.each([alice, 'sip.fabrikam.example'])(
    'get ten lines in a second of one peer, however often it connects, and the next line says how many got none: %s',
    (peer) => {
      const { clock, lines, log } = start();
      const logConnection = connectionLog(log, () => clock.now);
      for (let count = 0; count < 500; count++) logConnection(from(count), peer, 'fe1.contoso.example');
      expect(lines).toHaveLength(10);
      clock.now += 1_000;
      logConnection(from(0), peer, 'fe1.contoso.example');
      expect(lines.at(-1)).toMatchObject({ event: 'link', from: peer, more: 490 });
    },
  );

  it('get ten lines in a second of one partner, by whatever names it connects, and each line has its entry and some of its domains', () => {
    const { clock, lines, log } = start();
    const logConnection = connectionLog(log, () => clock.now);
    const protection = { peer: { role: 'partner' } };
    const connect = (server: string, names: readonly string[]): void =>
      logConnection(from(0, { protection, server }), names[0] ?? server, 'edge1.contoso.example', names);
    for (let count = 0; count < 500; count++) connect('fabrikam', [`r${count}.fabrikam.example`]);
    expect(lines).toHaveLength(10);
    connect('tailspin', ['tailspin.example']);
    expect(lines.at(-1)).toMatchObject({ from: 'tailspin.example', partner: 'tailspin' });
    clock.now += 1_000;
    const many = Array.from({ length: 60 }, (_, count) => `r${count}.fabrikam.example`);
    connect('fabrikam', many);
    expect(lines.at(-1)).toMatchObject({
      event: 'link',
      from: 'r0.fabrikam.example',
      partner: 'fabrikam',
      domains: many.slice(0, 8),
      more: 490,
    });
  });

  it('do not count for a server that bears the name of a partner’s entry', () => {
    const { lines, log } = start();
    const logConnection = connectionLog(log, () => 0);
    const partner = from(0, { protection: { peer: { role: 'partner' } }, server: 'fe1.contoso.example' });
    for (let count = 0; count < 20; count++)
      logConnection(partner, 'fabrikam.example', 'edge1.contoso.example');
    logConnection(from(1), 'fe1.contoso.example', 'edge1.contoso.example');
    expect(lines).toHaveLength(11);
  });
});
