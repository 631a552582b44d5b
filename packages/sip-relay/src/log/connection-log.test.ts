import type { SipConnection } from '@entente/sip-endpoint';
import { type Log, RefusalLimit } from '@entente/tls';
import { describe, expect, it } from 'vitest';
import { logMessageFault } from './connection-log.ts';

describe('faults that the messages of one peer cause', () => {
  const connection = {
    protection: {},
    server: undefined,
    socket: { remoteAddress: '192.0.2.7', remotePort: 40_000 },
    source: { address: '192.0.2.7' },
    users: new Map([['sip:alice@contoso.example', {}]]),
  } as unknown as SipConnection;

  it('get ten lines in a second, and the next line says how many got none', () => {
    const lines: object[] = [];
    const line = (fields: object): void => void lines.push(fields);
    const log: Log = { debug: line, info: line, warn: line, error: line };
    let now = 0;
    const limit = new RefusalLimit(() => now);
    const failing = (): void => logMessageFault(log, limit, new Error('unexpected'), connection);
    for (let count = 0; count < 1_000; count++) failing();
    expect(lines).toHaveLength(10);
    now = 1_000;
    failing();
    expect(lines.at(-1)).toMatchObject({ event: 'fault', peer: 'sip:alice@contoso.example', more: 990 });
  });
});
