import { once } from 'node:events';
import * as tls from 'node:tls';
import { type Credential, connect, serve, type Trust, type TrustedSocket } from '@entente/tls';

/** A connection of the member with a peer that echoes. */
export interface OpenConnection {
  readonly socket: TrustedSocket | tls.TLSSocket;
  /** Sends a byte through it, and waits until it comes back. */
  echo(): Promise<void>;
}

/** A server that greets and echoes. */
export async function echoing(options: {
  readonly trust: Trust;
  readonly identity: Credential;
  readonly allow: readonly string[];
  readonly onReason?: (reason: string) => void;
}) {
  const { allow, identity, onReason = () => {}, trust } = options;
  return serve(
    tls,
    {
      trust,
      identity,
      allow: [...allow],
      host: '127.0.0.1',
      onRefusal: ({ rejection }) => onReason(rejection?.reason ?? 'none'),
      limits: { drainTimeoutMs: 0 },
    },
    (socket) => {
      socket.write('!');
      socket.on('error', () => {});
      socket.pipe(socket);
    },
  );
}

/** Dials an echoing server, and waits for its greeting. */
export async function dial(options: {
  readonly trust: Trust;
  readonly identity: Credential;
  readonly name: string;
  readonly port: number;
}): Promise<OpenConnection> {
  const { identity, name, port, trust } = options;
  const socket = await connect({
    host: '127.0.0.1',
    port,
    trust,
    identity,
    allow: [name],
    expect: { mode: 'host', name },
  });
  socket.on('error', () => {});
  await once(socket, 'data');
  return {
    socket,
    async echo() {
      const back = once(socket, 'data');
      socket.write('?');
      await back;
    },
  };
}
