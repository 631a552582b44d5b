import type { TrustedServer } from '@entente/tls';
import { expect, it } from 'vitest';
import type { WebSocket, WebSocketServer } from 'ws';
import { emits, RecipeFolder } from './recipe-folder.ts';

interface Server {
  readonly server: TrustedServer<unknown>;
  readonly sockets: WebSocketServer;
}

export function wsRecipe(): void {
  for (const side of ['client', 'service'] as const) {
    it(`ws: greets the client, and its socket is closed when the certificate of the ${side} is revoked`, async () => {
      await using folder = await RecipeFolder.open('ws.md');
      const { server, sockets } = await folder.run<Server>('server.mjs');
      folder.onClose(() => server.close());
      folder.onClose(() => sockets.close());
      const { socket } = await folder.run<{ socket: WebSocket }>('client.mjs');
      folder.onClose(() => socket.terminate());
      await expect.poll(() => folder.printed).toEqual(['hello, client.contoso.example']);
      const code = new Promise<number>((resolve) => socket.once('close', resolve));
      await folder.revocationCloses(side, emits(socket, 'close'));
      expect(await code).toBe(1006);
    });
  }
}
