import type { IssuanceRequest, Requester } from '@entente/pki';
import { describe, expect, it } from 'vitest';
import { mayIssueBelow } from '../src/roots/may-issue-below.ts';

const names = { commonName: 'fe01.contoso.example', dnsNames: ['fe01.contoso.example'], uris: [] };
const request: IssuanceRequest = {
  profile: 'server',
  subject: 'fe01.contoso.example',
  publicKey: new Uint8Array(),
  requestedNames: [],
};
const requester: Requester = { kind: 'administrator', name: 'alice' };

function decide(withdrawn: readonly number[]) {
  const certificate = { subject: 'CN=root', publicKey: { der: new Uint8Array() } };
  const rule = mayIssueBelow(
    {
      standing: { inUse: 2, withdrawn: new Set(withdrawn) },
      first: { number: 1, certificate } as never,
      regard: () => 'tainted',
    },
    { active: { root: 1 } as never },
    () => ({ ok: true, names }),
  );
  return rule(request, requester);
}

describe('an authority', () => {
  it('issues nothing below a root that is tainted or not believed', async () => {
    expect(await decide([1])).toMatchObject({
      ok: false,
      refusal: { reason: 'root-not-in-use' },
    });
  });

  it('issues below every other root what the other rules allow', async () => {
    expect(await decide([2])).toEqual({ ok: true, names });
    expect(await decide([])).toEqual({ ok: true, names });
  });
});
