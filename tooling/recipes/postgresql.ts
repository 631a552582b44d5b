import { startPostgres, whyNoPostgres } from '@entente/testkit/postgres';
import type { Pool } from 'pg';
import { expect, it } from 'vitest';
import { emits, RecipeFolder } from './recipe-folder.ts';

export function pgRecipe(): void {
  it.skipIf(whyNoPostgres() !== undefined)(
    'pg: queries over TLS, and the pool closes its connection when the certificate of the server is revoked',
    async () => {
      await using folder = await RecipeFolder.open('pg.md');
      await using postgres = await startPostgres({ tls: folder.certificates.of('service') });
      folder.write('password', postgres.password);
      const { pool } = await folder.run<{ pool: Pool }>('client.mjs', { 5432: postgres.port });
      expect(folder.printed).toEqual(['TLSv1.3']);
      expect(pool.idleCount).toBe(1);
      await folder.revocationCloses('service', emits(pool, 'error'));
      expect(pool.totalCount).toBe(0);
      await expect(pool.query('SELECT 1')).rejects.toMatchObject({ code: 'ENTENTE_REFUSED' });
      await pool.end();
    },
  );
}
