import type { TrustedServer } from '@entente/tls';
import type { Client, Server } from '@grpc/grpc-js';
import { expect, it } from 'vitest';
import { RecipeFolder } from './recipe-folder.ts';

interface Program {
  readonly grpc: Server;
  readonly server: TrustedServer<unknown>;
}
interface Caller {
  readonly client: Client;
  hello(): Promise<string>;
}

/** The state of a channel whose connection is gone; gRPC makes the next one when there is a call. */
const idle = 0;
const ready = 2;

export function grpcRecipe(): void {
  for (const side of ['client', 'service'] as const) {
    it(`gRPC: answers a call, and closes its channel when the certificate of the ${side} is revoked`, async () => {
      await using folder = await RecipeFolder.open('grpc.md');
      await folder.run('greeter.mjs');
      const { grpc, server } = await folder.run<Program>('server.mjs');
      folder.onClose(() => server.close());
      folder.onClose(() => grpc.forceShutdown());
      const { client, hello } = await folder.run<Caller>('client.mjs');
      folder.onClose(() => client.close());
      expect(folder.printed).toEqual(['hello, DNS:client.contoso.example']);
      const channel = client.getChannel();
      expect(channel.getConnectivityState(false)).toBe(ready);
      const closed = new Promise<void>((resolve) => {
        channel.watchConnectivityState(ready, Number.POSITIVE_INFINITY, () => resolve());
      });
      await folder.revocationCloses(side, closed);
      expect(channel.getConnectivityState(false)).toBe(idle);
      await expect(hello()).rejects.toMatchObject({ code: 14 });
    });
  }
}
