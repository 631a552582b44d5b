import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  allowNames,
  partnerRevocation,
  profiles,
  type Reason,
  ranked,
  reasonCatalogue,
  reject,
  type TrustVerdict,
} from '@entente/trust';
import { describe, expect, it } from 'vitest';
import { anchor, ask, inboundLink, judgeOf, limited, outcome } from './making/asking.ts';
import { clientAuth, day, extension, makeCa, makeLeaf, makeRoot, now, usage } from './making/certificates.ts';
import { makeCrl } from './making/crls.ts';
import { nothing } from './making/der.ts';
import { everyReason, reasonsReference, referencePath } from './reference/reasons-reference.ts';
import { samples } from './reference/samples.ts';

const root = makeRoot('root');
const ca = makeCa(root, 'issuing CA');
const names = ['fe1.contoso.example'];
const leaf = makeLeaf(ca, names);
const judge = judgeOf([anchor(root)]);
const strict = (crls: Parameters<typeof makeCrl>[0][]) =>
  judgeOf([anchor(root, { revocation: partnerRevocation })], { revocation: { crls: crls.map(makeCrl) } });
const host = { mode: 'host', name: 'fe1.contoso.example' } as const;

/** For each reason that this package produces: a peer that meets it. */
const scenarios: { readonly [R in Reason]?: () => TrustVerdict } = {
  'clock-untrusted': () => ask(judgeOf([anchor(root)], { latestSigned: () => now + day }), [leaf, ca]),
  'dane-mismatch': () => {
    const records = [{ usage: 3, selector: 1, matching: 1, data: new Uint8Array(32) }];
    return ask(judge, [leaf, ca], { dane: { host: 'fe1.contoso.example', records } });
  },
  'no-certificate': () => ask(judge, [], { link: inboundLink }),
  'malformed-certificate': () => ask(judge, [{ ...leaf, der: leaf.der.subarray(1) }]),
  'chain-too-long': () => {
    const path = [ca];
    for (let depth = 0; depth < 8; depth++) path.unshift(makeCa(path[0]!, `CA ${depth}`));
    return ask(judge, [makeLeaf(path[0]!, names), ...path]);
  },
  'certificate-too-large': () => {
    const policy = { ...profiles.entente, budget: { ...profiles.entente.budget, maxLeafNames: 1 } };
    return ask(judgeOf([anchor(root)], { policy }), [makeLeaf(ca, [...names, 'fe2.contoso.example']), ca]);
  },
  'search-budget-exceeded': () => {
    const many = Array.from({ length: 600 }, (_, index) => ({ dns: `n${index}.test` }));
    const narrow = makeCa(root, 'narrow', { excluded: many.map(({ dns }) => ({ dns: `x${dns}` })) });
    return ask(judge, [makeLeaf(narrow, many), narrow]);
  },
  'unknown-issuer': () => ask(judge, [makeRoot('outsider')]),
  'signature-invalid': () => ask(judge, [makeLeaf(ca, names, { spoilSignature: true }), ca]),
  'algorithm-not-allowed': () => ask(judge, [makeLeaf(ca, names, { digest: 'sha1' }), ca]),
  'key-too-small': () => ask(judge, [makeLeaf(ca, names, { keys: { rsa: 1024 } }), ca]),
  'certificate-expired': () => ask(judge, [makeLeaf(ca, names, { notAfter: now - day }), ca]),
  'certificate-not-yet-valid': () => ask(judge, [makeLeaf(ca, names, { notBefore: now + day }), ca]),
  'not-a-ca': () => {
    const posing = makeLeaf(ca, [], { subject: [['CN', 'posing']] });
    return ask(judge, [makeLeaf(posing, names), posing, ca]);
  },
  'path-length-exceeded': () => {
    const flat = makeCa(root, 'flat', { ca: { pathLength: 0 } });
    const below = makeCa(flat, 'below');
    return ask(judge, [makeLeaf(below, names), below, flat]);
  },
  'key-usage-missing': () => {
    const weak = makeCa(root, 'weak', { keyUsage: [usage.cRLSign] });
    return ask(judge, [makeLeaf(weak, names), weak]);
  },
  'extended-key-usage-missing': () => ask(judge, [makeLeaf(ca, names, { extKeyUsage: [clientAuth] }), ca]),
  'name-constraint-violated': () => {
    const narrow = makeCa(root, 'narrow', { permitted: [{ dns: 'fabrikam.example' }] });
    return ask(judge, [makeLeaf(narrow, names), narrow]);
  },
  'anchor-limit-violated': () => ask(judgeOf([limited(root, { domains: ['fabrikam.example'] })]), [leaf, ca]),
  'policy-required': () => {
    const exact = makeCa(root, 'exact', { policyConstraints: { requireExplicit: 0 } });
    return ask(judge, [makeLeaf(exact, names), exact]);
  },
  'unknown-critical-extension': () =>
    ask(judge, [makeLeaf(ca, names, { extensions: [extension('1.3.6.1.4.1.55738.7', true, nothing)] }), ca]),
  revoked: () =>
    ask(strict([{ issuer: root }, { issuer: ca, revoked: [{ certificate: leaf }] }]), [leaf, ca]),
  'revocation-unknown': () => ask(strict([{ issuer: root }]), [leaf, ca]),
  'revocation-stale': () =>
    ask(strict([{ issuer: root }, { issuer: ca, thisUpdate: now - 2 * day, nextUpdate: now - day }]), [
      leaf,
      ca,
    ]),
  'name-mismatch': () => ask(judge, [makeLeaf(ca, ['fe2.contoso.example']), ca], { identity: host }),
  'wildcard-not-allowed': () => ask(judge, [makeLeaf(ca, ['*.contoso.example']), ca], { identity: host }),
  'not-in-topology': () => ask(judge, [leaf, ca], { authorise: allowNames(['fe2.contoso.example']) }),
  'refused-by-policy': () =>
    ask(judgeOf([anchor(root)], { policies: [{ name: 'no', refuse: () => 'because' }] }), [leaf, ca]),
};

describe('every reason', () => {
  const packages = fileURLToPath(new URL('../..', import.meta.url));
  const isOf = (name: string) => (reason: Reason) => reasonCatalogue[reason].producedBy.includes(name);
  const ours = everyReason.filter(isOf('@entente/trust'));
  for (const reason of ours) {
    it(`${reason} is met by a peer, with a sentence that says what was expected and found, and a remedy`, () => {
      const scenario = scenarios[reason];
      if (scenario === undefined) throw new Error(`expected a scenario for ${reason}, found none; write one`);
      const verdict = scenario();
      expect(outcome(verdict)).toBe(reason);
      if (verdict.trusted) return;
      expect(verdict.rejection.message).toMatch(/^expected .*, found /);
      expect(verdict.rejection.remedy.length).toBeGreaterThan(10);
      expect(verdict.considered[0]).toBe(verdict.rejection);
    });
  }

  it('of another package is spoken of in a test there', () => {
    const tests = testSources(packages).concat(testSources(join(dirname(dirname(packages)), 'apps')));
    const others = everyReason.filter((reason) =>
      reasonCatalogue[reason].producedBy.some((name) => name !== '@entente/trust'),
    );
    const untested = others.filter((reason) => !tests.some((text) => text.includes(`'${reason}'`)));
    expect(untested).toEqual([]);
  });

  it.each([
    ['trust', 'trust/src'],
    ['tls', 'tls/src'],
    ['topology', 'topology/src/matrix'],
    ['federation', 'federation/src'],
  ])('that %s refuses connections with says so', (name, folder) => {
    const written = sources(join(packages, folder)).join('\n');
    const found = everyReason.filter((reason) =>
      new RegExp(
        `\\breject\\(\\s*'${reason}'|\\breturn \\{ reason: '${reason}'|^\\s*reason: '${reason}',$`,
        'm',
      ).test(written),
    );
    expect(everyReason.filter(isOf(`@entente/${name}`))).toEqual(found);
  });

  it('has a sentence of the common form, and a remedy', () => {
    for (const reason of everyReason) {
      const { message, remedy } = reject(reason, samples[reason]);
      expect(message, reason).toMatch(/^expected .*found /);
      expect(remedy).not.toBe('');
    }
  });

  it('for a name outside the limits of its anchor advises first to find out why, never to widen the anchor', () => {
    for (const limit of ['domains', 'excludedDomains', 'maxDepth'] as const) {
      const { remedy } = reject('anchor-limit-violated', { ...samples['anchor-limit-violated'], limit });
      expect(remedy).toMatch(/^find out why /);
      expect(remedy).not.toContain('widen');
    }
  });

  it('stands in docs/reference/reasons.md as the catalogue has it', () => {
    expect(existsSync(referencePath) && readFileSync(referencePath, 'utf8')).toBe(reasonsReference());
  });
});

describe('ranking', () => {
  it('puts the most telling rejection first, then the one nearer to the leaf, and drops repetitions', () => {
    const unknown = reject('unknown-issuer', samples['unknown-issuer']);
    const revoked = reject('revoked', samples.revoked);
    const deeper = reject('revoked', { ...samples.revoked, depth: 1 });
    expect(ranked([unknown, deeper, revoked, unknown])).toEqual([revoked, deeper, unknown]);
  });

  it('say of a certificate on hold how that ends, and of every other revocation that another one is needed', () => {
    const { revoked } = samples;
    expect(reject('revoked', revoked).remedy).toMatch(/^issue the holder a new certificate/);
    expect(reject('revoked', { ...revoked, code: 'certificateHold' }).remedy).toMatch(
      /have its CA end the hold \(entente cert release/,
    );
  });
});

/** Sources of a package, without texts that show how a reason is written. */
function sources(folder: string): string[] {
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts') && !path.endsWith('.test.ts'))
    .map((path) => readFileSync(join(folder, path), 'utf8').replace(/"[^"\n]*"/g, '""'));
}

/** Test files of every package but this one. */
function testSources(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter(
      (path) => path.endsWith('.test.ts') && !path.includes('node_modules') && !path.startsWith('trust/test'),
    )
    .map((path) => readFileSync(join(folder, path), 'utf8'));
}
