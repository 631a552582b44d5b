import { HopDownError } from '@entente/sip-endpoint';
import { requestBetween } from '@entente/testkit/request';
import { type Log, TrustError } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { links } from '@entente/topology';
import { reject } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { logUnreachable } from './unreachable-log.ts';

const request = requestBetween('sip:alice@contoso.example', 'sip:bob@contoso.example', {
  method: 'INVITE',
  callId: 'call-7',
});

function start() {
  const lines: object[] = [];
  let now = 0;
  const log = { warn: (fields: object, message: string) => void lines.push({ ...fields, message }) };
  const limit = new RefusalLimit(() => now);
  return {
    lines,
    later: () => {
      now += 10_000;
    },
    fail: (name: string, error = new Error('connect ECONNREFUSED')) =>
      logUnreachable(log as unknown as Log, limit, {
        name,
        hop: undefined,
        error,
        request,
      }),
  };
}

describe('a request whose next hop is dead', () => {
  it('is in the log with its Call-ID and the server', () => {
    const { fail, lines } = start();
    fail('fe2.contoso.example');
    expect(lines).toEqual([
      {
        event: 'unreachable',
        peer: 'fe2.contoso.example',
        method: 'INVITE',
        callId: 'call-7',
        message: 'connect ECONNREFUSED',
      },
    ]);
  });

  it('is in the log with what to do, where the failure says that', () => {
    const { fail, lines } = start();
    fail('fabrikam.example', Object.assign(new Error('its edge is at 10.0.0.5'), { remedy: 'pin it' }));
    expect(lines).toMatchObject([
      { event: 'unreachable', message: 'its edge is at 10.0.0.5', remedy: 'pin it' },
    ]);
  });

  it('is refused for the same reason while the server that refuses is left alone', () => {
    const { fail, lines } = start();
    const refused = new TrustError(reject('peer-refused', {}), '192.0.2.1:5061');
    const hop = {
      name: 'fe2.contoso.example',
      address: '192.0.2.1',
      port: 5061,
      link: links.frontEndToFrontEnd,
    };
    fail(hop.name, new HopDownError(hop, 30_000, refused));
    expect(lines).toMatchObject([
      {
        event: 'refused',
        reason: 'peer-refused',
        remedy: refused.remedy,
        message: expect.stringContaining('30000 ms'),
      },
    ]);
  });

  it('has a short line, however long what peers wrote of it is', () => {
    const { fail, lines } = start();
    const long = 'x'.repeat(30_000);
    fail(`sip:${long}@192.0.2.7`, new Error(`expected an answer, found ${long}`));
    expect(JSON.stringify(lines[0]).length).toBeLessThan(2_000);
    expect(lines[0]).toMatchObject({ message: expect.stringMatching(/^expected an answer, found x+ … /) });
  });

  it('has no line of its own where there are many, and those of another server have theirs', () => {
    const { fail, later, lines } = start();
    for (let i = 0; i < 1_000; i++) fail('fe2.contoso.example');
    expect(lines.length).toBeLessThan(100);
    fail('fe3.contoso.example');
    expect(lines.at(-1)).toMatchObject({ peer: 'fe3.contoso.example' });
    const written = lines.length - 1;
    later();
    fail('fe2.contoso.example');
    expect(lines.at(-1)).toMatchObject({ more: 1_000 - written });
  });
});
