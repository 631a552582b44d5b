import type { ConnectionRefusal } from '@entente/tls';
import { links } from '@entente/topology';
import { reject } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { partnerRefusal } from './partner-refusal.ts';

function refusalOf(rejection: ConnectionRefusal['rejection']): ConnectionRefusal {
  return {
    rejection,
    verdict: undefined,
    peer: undefined,
    claimed: 'access.fabrikam.example',
    link: {
      name: links.federation.name,
      direction: 'inbound',
      interface: 'external',
      purpose: 'client',
    },
    when: 'handshake',
    remoteAddress: '192.0.2.1',
    remotePort: 40_000,
  };
}

describe('a refusal at the border to partners', () => {
  it('for an unknown root leads to a partner with an anchor of its own, never to an anchor for every name', () => {
    const refusal = refusalOf(
      reject('unknown-issuer', { depth: 0, subject: 'CN=access.fabrikam.example', issuer: 'CN=Fabrikam' }),
    );
    const { rejection, ...rest } = partnerRefusal(refusal);
    expect(rejection.remedy).toContain('entente topology add partner … --anchor');
    expect(rejection.remedy).not.toContain('to the anchors');
    expect({ ...rest, rejection: { ...rejection, remedy: refusal.rejection.remedy } }).toEqual(refusal);
  });

  it('for any other reason stays as it is', () => {
    const refusal = refusalOf(reject('partner-not-allowed', { domain: 'fabrikam.example' }));
    expect(partnerRefusal(refusal)).toBe(refusal);
  });
});
