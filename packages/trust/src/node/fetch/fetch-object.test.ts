import { fetchObject } from '@entente/trust/node';
import { expect, it } from 'vitest';

it.each<readonly [object, object]>([
  [{ maxBytes: Number.NaN }, {}],
  [{ maxBytes: undefined }, {}],
  [{ maxbytes: 10 }, {}],
  [{ body: 'x' }, {}],
  [{}, { hosts: 'ca.contoso.example' }],
  [{}, { hosts: undefined }],
  [{}, { timeout: 10 }],
])('nothing is fetched by what would bound nothing: %o, %o', async (more, rules) => {
  let lookedUp = 0;
  const wanted = { url: 'http://ca.contoso.example/root.crl', maxBytes: 1_000, ...more } as never;
  const fetched = fetchObject(wanted, { hosts: ['*'], ...rules } as never, async () => {
    lookedUp += 1;
    return [];
  });
  await expect(fetched).rejects.toMatchObject({
    code: 'ENTENTE_BAD_STORE_OPTION',
    place: expect.any(String),
  });
  expect(lookedUp).toBe(0);
});
