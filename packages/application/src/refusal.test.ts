import type { SipRequest } from '@entente/sip';
import type { SipConnection } from '@entente/sip-endpoint';
import type { Log } from '@entente/tls';
import { RefusalLimit } from '@entente/tls/internal';
import { links } from '@entente/topology';
import { describe, expect, it } from 'vitest';
import { logRefusedRequest, refuse } from './refusal.ts';

describe('a request that an application refuses', () => {
  it('has a short line in the log, whatever was in it', () => {
    const lines: object[] = [];
    const log = { warn: (fields: object, msg: string) => void lines.push({ ...fields, msg }) };
    const long = 'x'.repeat(30_000);
    const request = { method: long, callId: long } as SipRequest;
    const connection = { link: links.frontEndToApplication, server: 'fe1.contoso.example' };
    logRefusedRequest(
      log as unknown as Log,
      new RefusalLimit(),
      request,
      refuse(415, 'body-not-taken', `expected text/plain, found ${long}`, 'Send text.'),
      connection as unknown as SipConnection,
    );
    expect(JSON.stringify(lines[0]).length).toBeLessThan(2_000);
    expect(lines).toMatchObject([{ reason: 'body-not-taken', status: 415, remedy: 'Send text.' }]);
  });
});
