import type { ClientHttp2Session } from 'node:http2';
import type { TrustedServer } from '@entente/tls';
import { expect, it } from 'vitest';
import { emits, RecipeFolder } from './recipe-folder.ts';

interface Client {
  readonly session: ClientHttp2Session;
  get(path: string): Promise<string>;
}

export function http2Recipe(): void {
  for (const side of ['client', 'service'] as const) {
    it(`HTTP/2: answers the client, and closes its session when the certificate of the ${side} is revoked`, async () => {
      await using folder = await RecipeFolder.open('http2.md');
      const { server } = await folder.run<{ server: TrustedServer<unknown> }>('server.mjs');
      folder.onClose(() => server.close());
      const { get, session } = await folder.run<Client>('client.mjs');
      folder.onClose(() => session.destroy());
      expect(await get('/')).toBe('hello, client.contoso.example');
      expect(folder.printed).toContain('hello, client.contoso.example');
      await folder.revocationCloses(side, emits(session, 'close'));
    });
  }
}
