import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { connect, createServer } from 'node:net';
import { expect, it } from 'vitest';

it('no test asks a name server: a name that is not of this machine is not found', async () => {
  const socket = connect({ host: 'www.contoso.example', port: 443 });
  await expect(once(socket, 'connect')).rejects.toMatchObject({
    code: 'ENOTFOUND',
    hostname: 'www.contoso.example',
  });
});

it.each(['localhost', '127.0.0.1'])('%s is found', async (host) => {
  const server = createServer((socket) => socket.end());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const socket = connect({ host, port: (server.address() as AddressInfo).port });
  try {
    await expect(once(socket, 'connect')).resolves.toEqual([]);
  } finally {
    socket.destroy();
    server.close();
  }
});
