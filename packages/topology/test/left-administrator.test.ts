import { administrators, contoso, now, testAdministrator } from '@entente/testkit/topology';
import {
  encodeSignedTopology,
  signTopology,
  type TopologyDocument,
  topologyHash,
  verifyTopology,
} from '@entente/topology';
import { describe, expect, it } from 'vitest';

const [one, two, three] = administrators;
/** The version in which the first administrator leaves, who signs it with another one. */
const left: TopologyDocument = {
  ...contoso,
  version: contoso.version + 1,
  previous: topologyHash(contoso),
  issued: '2026-02-28T12:00:00Z',
  administrators: { required: 2, keys: [two.entry, three.entry] },
};
const text = encodeSignedTopology(signTopology(left, [one.signer, two.signer, three.signer]));

describe('a version in which an administrator leaves who has signed it', () => {
  it('is accepted again where it is in force, as after a restart', () => {
    expect(verifyTopology(text, { known: { document: contoso }, now })).toMatchObject({ accepted: true });
    expect(verifyTopology(text, { known: { document: left }, now })).toMatchObject({
      accepted: true,
      signers: ['three', 'two'],
    });
  });

  it('is refused where nobody has signed it who is left, and where its content was changed', () => {
    const known = { known: { document: left }, now };
    const reasonOf = (signed: string) => {
      const result = verifyTopology(signed, known);
      return result.accepted ? 'accepted' : result.refusal.reason;
    };
    expect(reasonOf(encodeSignedTopology(signTopology(left, [one.signer])))).toBe('signature-invalid');
    expect(reasonOf(text.replace('fe1.contoso', 'fe6.contoso'))).not.toBe('accepted');
  });

  it('is followed by no version that the one who has left has signed', () => {
    const next = { ...left, version: left.version + 1, previous: topologyHash(left), title: 'next' };
    const known = { known: { document: left }, now };
    const signed = (signers: Parameters<typeof signTopology>[1]) =>
      verifyTopology(encodeSignedTopology(signTopology(next, signers)), known);
    expect(signed([two.signer])).toMatchObject({ accepted: true });
    expect(signed([one.signer, two.signer])).toMatchObject({ refusal: { reason: 'signature-invalid' } });
    expect(signed([testAdministrator('two').signer])).toMatchObject({ accepted: false });
  });
});
