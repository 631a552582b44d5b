import { type ExplainTree, explain, renderExplain } from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, judgeOf } from './making/asking.ts';
import { day, makeCa, makeLeaf, makeRoot, now } from './making/certificates.ts';

const root = makeRoot('Contoso root');
const ca = makeCa(root, 'Contoso issuing CA');
const judge = judgeOf([anchor(root)]);
const identity = { mode: 'host', name: 'fe1.contoso.example' } as const;

/** Signatures vary in length by an octet or two. */
const text = (tree: ExplainTree): string =>
  renderExplain(tree, { colour: false }).replace(/\d+ bytes/, 'N bytes');

describe('an explanation', () => {
  it('of a peer that passes shows six stages with their evidence, and what was skipped', () => {
    const tree = explain(ask(judge, [makeLeaf(ca, ['fe1.contoso.example']), ca], { identity }));
    expect(text(tree)).toMatchInlineSnapshot(`
      "✓ trusted: fe1.contoso.example, by anchor "root"
      ├─ ✓ parsing: strict DER, sizes and counts
      │      2 certificates, N bytes
      ├─ ✓ path: signatures, validity, constraints, limits of the anchor
      │      CN=leaf ← CN=Contoso issuing CA ← CN=Contoso root, anchor "root"
      ├─ ○ revocation: CRLs and OCSP responses
      │    ○ the revocation of the leaf is not checked (a test that is about something else)
      │    ○ the revocation of "CN=Contoso issuing CA" is not checked (a test that is about something else)
      ├─ ✓ identity: the expected name
      │      expected fe1.contoso.example, found fe1.contoso.example (host rules)
      ├─ ✓ authorisation: whether the peer may use the link
      │      the peer may use the link
      └─ ✓ policies: further policies of this server"
    `);
  });

  it('of a refusal shows the reason where it arose, every other one, what was not reached, and the remedy', () => {
    const late = makeLeaf(ca, ['fe1.contoso.example'], {
      notAfter: now - day,
      extKeyUsage: ['1.3.6.1.5.5.7.3.2'],
    });
    const tree = explain(ask(judge, [late, ca], { identity }));
    expect(tree.stages.map(({ state }) => state)).toEqual([
      'passed',
      'failed',
      'unreached',
      'unreached',
      'unreached',
      'unreached',
    ]);
    expect(text(tree)).toMatchInlineSnapshot(`
      "✗ refused: certificate-expired
      ├─ ✓ parsing: strict DER, sizes and counts
      │      2 certificates, N bytes
      ├─ ✗ path: signatures, validity, constraints, limits of the anchor
      │    ✗ certificate-expired: expected a certificate valid at 2026-06-15T12:00:00Z, found that the certificate "CN=leaf" expired at 2026-06-14T12:00:00Z
      │    ✗ extended-key-usage-missing: expected the certificate "CN=leaf" to be usable for serverAuth, found clientAuth
      │    ✗ CN=leaf ← CN=Contoso issuing CA ← CN=Contoso root, anchor "root": certificate-expired, extended-key-usage-missing
      │      no valid path after 2 candidates and 3 signatures
      ├─ · revocation: CRLs and OCSP responses
      ├─ · identity: the expected name
      ├─ · authorisation: whether the peer may use the link
      ├─ · policies: further policies of this server
      └─ → renew the certificate; if it is new, check the clock of this machine"
    `);
  });

  it('lets nobody write control characters or colours into the terminal', () => {
    const nasty = makeLeaf(ca, [{ uri: 'sip:a\u001b[2Jb.example' }], {
      subject: [['CN', 'a\u001b[31m\u202eb']],
    });
    const tree = explain(ask(judge, [nasty, ca], { identity }));
    const plain = renderExplain(tree, { colour: false });
    expect(plain.includes('\u001b') || plain.includes('\u202e')).toBe(false);
    expect(renderExplain(tree, { colour: true })).toContain('\u001b[31m');
  });
});
