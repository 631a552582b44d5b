import { Duplex } from 'node:stream';
import type { TLSSocket } from 'node:tls';
import { expect, it } from 'vitest';
import { closeWhenBroken } from './close-when-broken.ts';

/** What is told where a connection fails with this code, and whether it is closed. */
function after(code: string | number): object {
  const socket = new Duplex({ read() {} });
  const told: unknown[] = [];
  closeWhenBroken(socket as TLSSocket, (rejection) => told.push(rejection));
  socket.emit('error', Object.assign(new Error(`${code}`), { code }));
  return { told, isClosed: socket.destroyed };
}

it('a connection over which something else than TLS came is closed with a reason that says what it was', () => {
  expect(after('ERR_SSL_WRONG_VERSION_NUMBER')).toEqual({
    told: [expect.objectContaining({ reason: 'tls-broken', error: 'WRONG_VERSION_NUMBER' })],
    isClosed: true,
  });
});

it('a connection whose peer says by an alert that it goes, or has gone, is closed without a reason', () => {
  for (const code of [
    'ERR_SSL_TLSV1_ALERT_USER_CANCELLED',
    'ERR_SSL_SSLV3_ALERT_BAD_CERTIFICATE',
    'ECONNRESET',
  ])
    expect(after(code), code).toEqual({ told: [], isClosed: true });
});

it('a connection that an AbortSignal ends is closed without a reason: its error has a number', () => {
  expect(after(DOMException.ABORT_ERR)).toEqual({ told: [], isClosed: true });
});
