import { createTestAuthority, createTestLog } from '@entente/testkit';
import { expect, it } from 'vitest';
import { restoreLists } from '../src/follow/revocation-lists.ts';
import { certificateOf } from './sample-domain.ts';

it('a file of revocation lists that was cut off or emptied is said to be damaged at the start, and what can be read of it counts', async () => {
  const authority = await createTestAuthority('Contoso Root');
  const { chainPem } = await authority.issue({ dnsNames: ['fe1.contoso.example'] });
  const list = await authority.crl([], { number: 1 });
  const restored = async (text: string | undefined) => {
    const lines: unknown[] = [];
    const lists = await restoreLists({
      chainPem,
      roots: [certificateOf(authority)],
      files: { path: () => 'revocation.crl', read: async () => text },
      log: createTestLog(({ fields }) => void lines.push(fields)),
      now: Date.now(),
    });
    return { lists: lists.length, lines };
  };
  const damaged = { event: 'lists-damaged', place: 'revocation.crl' };
  expect(await restored(undefined), 'before the first one').toEqual({ lists: 0, lines: [] });
  expect(await restored(list)).toEqual({ lists: 1, lines: [] });
  expect(await restored('')).toMatchObject({ lists: 0, lines: [damaged] });
  expect(await restored(list.slice(0, list.length / 2))).toMatchObject({ lists: 0, lines: [damaged] });
  const broken = `${list}\n-----BEGIN X509 CRL-----\nMAA=\n-----END X509 CRL-----\n`;
  expect(await restored(broken)).toMatchObject({ lists: 1, lines: [damaged] });
});
