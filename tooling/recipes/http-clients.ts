import type { Agent } from 'undici';
import { expect, it } from 'vitest';
import { emits, RecipeFolder } from './recipe-folder.ts';
import { startService } from './recipe-peers.ts';

export function undiciRecipe(): void {
  it('undici and fetch: are answered, and the pool closes its connection when the certificate of the service is revoked', async () => {
    await using folder = await RecipeFolder.open('undici.md');
    folder.own(await startService(folder.certificates, folder.port));
    const { trusted } = await folder.run<{ trusted: Agent }>('client.mjs');
    folder.onClose(() => trusted.destroy());
    expect(folder.printed).toEqual(['hello, client.contoso.example', '200']);
    await folder.revocationCloses('service', emits(trusted, 'disconnect'));
    await expect(
      trusted.request({ origin: `https://127.0.0.1:${folder.port}`, path: '/', method: 'GET' }),
    ).rejects.toMatchObject({
      code: 'ENTENTE_REFUSED',
      rejection: { reason: 'revoked' },
    });
  });
}
