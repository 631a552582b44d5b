import { createTestAuthority } from '@entente/testkit';
import { openTrust } from '@entente/tls';
import type { AnchorSet, RevocationPolicy } from '@entente/trust';
import { anchorsFrom } from '@entente/trust/node';
import { describe, expect, it } from 'vitest';
import { SettableStore } from './fixture.ts';

describe('the version of a trust', () => {
  it('changes with each change of its anchors, also where only what is imposed on an anchor differs', async () => {
    const root = await createTestAuthority('Contoso Root');
    const anchored = async (revocation: RevocationPolicy): Promise<AnchorSet> => {
      await using store = await anchorsFrom({ pem: root.certificatePem }, { revocation });
      return store.current;
    };
    const anchors = new SettableStore(await anchored({ mode: 'grace', graceMs: 1_000 }));
    await using trust = await openTrust({ anchors });
    const seen = [trust.version];
    trust.onChange(({ version }) => {
      expect(version).toBe(trust.version);
      seen.push(version);
    });
    anchors.set(await anchored({ mode: 'hard-fail' }));
    anchors.set(await anchored({ mode: 'grace', graceMs: 1_000 }));
    expect(new Set(seen).size).toBe(3);
  });
});
