import { PkiFault } from '@entente/pki';
import type { ConnectionRefusal } from '@entente/tls';
import { links } from '@entente/topology';
import { reject } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import type { Caller } from './caller.ts';
import { createRefusalLog } from './refusals.ts';

const link = {
  name: links.memberToAuthority.name,
  direction: 'inbound',
  interface: 'internal',
  purpose: 'client',
} as const;

function start() {
  const clock = { now: 1_000_000 };
  const lines: Record<string, unknown>[] = [];
  const write = (fields: object, message: string) => void lines.push({ ...fields, message });
  const log = { debug: write, info: write, warn: write, error: write };
  const refusals = createRefusalLog(log, () => clock.now);
  const connection = (remoteAddress: string, when: ConnectionRefusal['when'] = 'handshake') =>
    refusals.connection({
      rejection: reject('no-certificate', { expected: 'client' }),
      verdict: undefined,
      peer: undefined,
      link,
      when,
      remoteAddress,
      remotePort: 40_000,
    });
  const request = (caller: Caller) =>
    refusals.request(
      {
        reason: 'no-certificate',
        message: 'no client certificate was shown',
        remedy: 'show one',
        status: 403,
      },
      caller,
    );
  return { clock, lines, connection, request, refusals };
}

describe('the log of an authority', () => {
  it.each(['handshake', 'admission', 'peer'] as const)(
    'cannot be flooded by connections that are refused: %s',
    (when) => {
      const { clock, lines, connection } = start();
      for (let count = 0; count < 10_000; count++) connection('192.0.2.1', when);
      expect(lines.length).toBeLessThanOrEqual(10);
      const written = lines.length;
      clock.now += 1_000;
      connection('192.0.2.1', when);
      expect(lines.at(-1)).toMatchObject({ event: 'refused', when, more: 10_000 - written });
    },
  );

  it('cannot be flooded by requests of callers that have proven nothing', () => {
    const { lines, request } = start();
    for (let count = 0; count < 10_000; count++) {
      const response = request({ kind: 'nobody', address: '192.0.2.1' });
      expect(response.status).toBe(403);
    }
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it('cannot be flooded with a join token for another server in each request', () => {
    const { lines, request } = start();
    for (let count = 0; count < 10_000; count++) {
      request({ kind: 'nobody', address: '192.0.2.1', claimed: `fe${count}.contoso.example` });
    }
    expect(lines.length).toBeLessThanOrEqual(10);
  });

  it.each([
    { kind: 'nobody', address: '192.0.2.1' },
    { kind: 'server', server: 'fe01.contoso.example', serialHex: '01', names: [] },
    { kind: 'administrator', name: 'alice', serialHex: '02' },
  ] as const)('cannot be flooded by requests that fail: $kind', (caller) => {
    const { clock, lines, refusals } = start();
    const fault = Object.assign(new Error('it failed'), { code: 'EISDIR' });
    for (let count = 0; count < 10_000; count++) expect(refusals.fault(fault, caller).status).toBe(500);
    expect(lines).toHaveLength(10);
    expect(lines[0]).toMatchObject({ event: 'fault', err: fault, code: 'EISDIR' });
    clock.now += 1_000;
    refusals.fault(fault, caller);
    expect(lines.at(-1)).toMatchObject({ event: 'fault', more: 9_990 });
  });

  it('has few lines about clients that leave, which are no faults, and hide no refusal', () => {
    const { clock, lines, refusals, request } = start();
    const left = new PkiFault('ENTENTE_PKI_CLIENT_LEFT', { sentence: 'it has left', place: '', remedy: '' });
    const caller = { kind: 'nobody', address: '192.0.2.1' } as const;
    for (let count = 0; count < 500; count++) expect(refusals.fault(left, caller).status).toBe(400);
    expect(lines).toHaveLength(10);
    request(caller);
    expect(lines.at(-1)).toMatchObject({ event: 'refused', reason: 'no-certificate' });
    clock.now += 1_000;
    refusals.fault(left, caller);
    expect(lines.at(-1)).toEqual({
      event: 'left',
      peer: 'unknown',
      from: '192.0.2.1',
      more: 490,
      message: 'it has left',
    });
  });

  it('has a fault that passes without its stack', () => {
    const { lines, refusals } = start();
    const fault = Object.assign(new Error('no space left'), { code: 'ENOSPC' });
    expect(refusals.fault(fault, { kind: 'administrator', name: 'alice', serialHex: '02' }).status).toBe(503);
    expect(lines).toEqual([{ event: 'fault', code: 'ENOSPC', message: 'a request failed: no space left' }]);
  });

  it('has the code and the remedy of a fault that has them', () => {
    const { lines, refusals } = start();
    const away = new PkiFault('ENTENTE_PKI_AUDIT_UNAVAILABLE', {
      sentence: 'no space left',
      place: 'authority.sqlite',
      remedy: 'free space',
    });
    refusals.fault(away, { kind: 'administrator', name: 'alice', serialHex: '02' });
    expect(lines).toEqual([
      {
        event: 'fault',
        code: 'ENTENTE_PKI_AUDIT_UNAVAILABLE',
        remedy: 'free space',
        message: 'a request failed: no space left',
      },
    ]);
  });

  it('keeps its lines for other peers while one floods it', () => {
    const { lines, connection, request } = start();
    for (let count = 0; count < 10_000; count++) connection('192.0.2.1');
    connection('198.51.100.7');
    expect(lines.at(-1)).toMatchObject({ from: '198.51.100.7:40000' });
    request({ kind: 'server', server: 'fe01.contoso.example', serialHex: '01', names: [] });
    expect(lines.at(-1)).toMatchObject({ event: 'refused', peer: 'fe01.contoso.example' });
  });

  it('names the server that a join token was issued for, and where the request comes from', () => {
    const { lines, request } = start();
    request({ kind: 'nobody', address: '192.0.2.1', claimed: 'fe09.contoso.example' });
    expect(lines).toEqual([
      {
        event: 'refused',
        reason: 'no-certificate',
        peer: 'fe09.contoso.example',
        link: links.memberToAuthority.name,
        from: '192.0.2.1',
        remedy: 'show one',
        message: 'no client certificate was shown',
      },
    ]);
  });
});
