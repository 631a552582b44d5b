import { createHash } from 'node:crypto';
import { administrators, contoso, now, testAdministrator } from '@entente/testkit/topology';
import {
  addSignature,
  administratorSetHash,
  encodeSignedTopology,
  type SignedTopology,
  signTopology,
  type TopologyDocument,
  type TopologyKnowledge,
  topologyHash,
  trustStateStanding,
  verifyChain,
  verifyTopology,
} from '@entente/topology';
import fc from 'fast-check';
import * as jose from 'jose';
import { describe, expect, it } from 'vitest';

const [one, two, three] = administrators;
const quorum = [one.signer, two.signer];
const first = signTopology(contoso, quorum);
const inForce: TopologyKnowledge = { known: { document: contoso }, now };
const joining: TopologyKnowledge = {
  known: { administratorSetHash: administratorSetHash(contoso.administrators) },
  now,
};

/** The version after the fixture, with some of its fields replaced. */
function next(changes: Partial<TopologyDocument> = {}, before: TopologyDocument = contoso): TopologyDocument {
  return {
    ...before,
    version: before.version + 1,
    previous: topologyHash(before),
    issued: '2026-02-28T12:00:00Z',
    ...changes,
  };
}

function reasonOf(signed: string | SignedTopology, knowledge: TopologyKnowledge = inForce): string {
  const result = verifyTopology(signed, knowledge);
  return result.accepted ? `accepted as ${result.effect}` : result.refusal.reason;
}

const withoutChat = { servers: contoso.servers.filter((server) => server.fqdn !== 'chat1.contoso.example') };
const withMore = {
  servers: [...contoso.servers, { fqdn: 'fe4.contoso.example', role: 'front-end' as const }],
};

describe('a first document', () => {
  it('is accepted with k signatures of the administrators that the join token names', () => {
    const result = verifyTopology(encodeSignedTopology(first), joining);
    expect(result).toMatchObject({ accepted: true, effect: 'first', signers: ['one', 'two'] });
    expect(result.accepted && result.topology.hash).toBe(topologyHash(contoso));
  });

  it('is refused under-signed, and with administrators that the join token does not name', () => {
    expect(reasonOf(signTopology(contoso, [one.signer]), joining)).toBe('under-signed');
    const impostor = testAdministrator('one');
    const forged: TopologyDocument = { ...contoso, administrators: { required: 1, keys: [impostor.entry] } };
    expect(reasonOf(signTopology(forged, [impostor.signer]), joining)).toBe('wrong-administrators');
  });
});

describe('the next document', () => {
  it('needs one signature to remove a server, and a quorum to add one', () => {
    expect(reasonOf(signTopology(next(withoutChat), [three.signer]))).toBe('accepted as narrowing');
    expect(reasonOf(signTopology(next(withMore), [three.signer]))).toBe('under-signed');
    expect(reasonOf(signTopology(next(withMore), quorum))).toBe('accepted as quorum');
  });

  it('needs a quorum to remove the last authority, because nothing could be taken back after it', () => {
    const others = contoso.servers.filter(({ role }) => role !== 'authority');
    expect(reasonOf(signTopology(next({ servers: others }), [one.signer]))).toBe('under-signed');
    expect(reasonOf(signTopology(next({ servers: others }), quorum))).toBe('accepted as quorum');
  });

  it('needs one signature for words, and a quorum for rollback, freshness and treat-as-authenticated', () => {
    expect(reasonOf(signTopology(next({ title: 'Contoso' }), [one.signer]))).toBe('accepted as cosmetic');
    const freshness = next({ policies: { trustState: { refuseAfterSeconds: 3600 } } });
    expect(reasonOf(signTopology(freshness, [one.signer]))).toBe('under-signed');
    const trusted = next({
      servers: contoso.servers.map((server) =>
        server.fqdn === 'gw1.contoso.example' ? { ...server, flags: { treatAsAuthenticated: true } } : server,
      ),
    });
    expect(reasonOf(signTopology(trusted, [one.signer]))).toBe('under-signed');
    const narrowed = next(withoutChat);
    const back = next({ servers: contoso.servers }, narrowed);
    const knowledge: TopologyKnowledge = { known: { document: narrowed }, now };
    expect(reasonOf(signTopology(back, [one.signer]), knowledge)).toBe('under-signed');
    expect(reasonOf(signTopology(back, quorum), knowledge)).toBe('accepted as quorum');
  });

  it('needs the old and the new set to change the administrators', () => {
    const four = testAdministrator('four', 'ES256');
    const five = testAdministrator('five');
    const changed = next({
      administrators: { required: 2, keys: [one.entry, four.entry, five.entry] },
    });
    const by = (...signers: (typeof one)['signer'][]) => reasonOf(signTopology(changed, signers));
    expect(by(four.signer, five.signer)).toBe('under-signed');
    expect(by(two.signer, three.signer)).toBe('under-signed');
    expect(by(one.signer, two.signer)).toBe('under-signed');
    expect(by(one.signer, two.signer, four.signer)).toBe('accepted as administrators');
    expect(by(two.signer, three.signer, four.signer, five.signer)).toBe('accepted as administrators');
  });

  it('counts an administrator whose key changes under the same id once in each set', () => {
    const renewed = testAdministrator('one', 'EdDSA');
    const changed = next({ administrators: { required: 2, keys: [renewed.entry, two.entry, three.entry] } });
    expect(reasonOf(signTopology(changed, [renewed.signer, two.signer]))).toBe('under-signed');
    const signed = signTopology(changed, [two.signer, three.signer]);
    expect(reasonOf(signed)).toBe('accepted as administrators');
  });

  it('is refused unsigned, signed by a key that it does not list, or with a signature over another document', () => {
    const document = next(withoutChat);
    expect(reasonOf({ document, signatures: [] })).toBe('unsigned');
    expect(reasonOf(signTopology(document, [testAdministrator('one').signer]))).toBe('signature-invalid');
    expect(reasonOf(signTopology(document, [testAdministrator('nobody').signer]))).toBe('signature-invalid');
    expect(reasonOf({ document, signatures: first.signatures })).toBe('signature-invalid');
  });

  it('counts two signatures of one administrator as one', () => {
    const signed = signTopology(next(withMore), [one.signer, one.signer]);
    expect(signed.signatures).toHaveLength(1);
    const doubled = { ...signed, signatures: [...signed.signatures, ...signed.signatures] };
    expect(reasonOf(doubled)).toBe('under-signed');
  });

  it('is refused older, forked, after a gap, of another network, expired, superseded or not yet issued', () => {
    const second = next(withoutChat);
    const atTwo: TopologyKnowledge = { known: { document: second }, now };
    expect(reasonOf(first, atTwo)).toBe('lower-version');
    const otherSecond = next({ title: 'other' });
    expect(reasonOf(signTopology(otherSecond, quorum), atTwo)).toBe('forked');
    expect(reasonOf(signTopology(next({}, otherSecond), quorum), atTwo)).toBe('forked');
    expect(reasonOf(signTopology(next({}, next({}, second)), quorum), atTwo)).toBe('version-gap');
    expect(reasonOf(signTopology(next({ network: 'fabrikam.example' }), quorum))).toBe('wrong-network');
    expect(reasonOf(signTopology(next({ expires: '2026-05-01T00:00:00Z' }), quorum))).toBe('stale');
    expect(reasonOf(signTopology(next({ issued: '2026-01-01T00:00:00Z' }), quorum))).toBe('stale');
    expect(reasonOf(signTopology(next({ issued: '2026-06-01T00:20:00Z' }), quorum))).toBe('not-yet-issued');
    expect(reasonOf(signTopology(next({ issued: '2026-06-01T00:05:00Z' }), quorum))).toBe(
      'accepted as chain',
    );
  });

  it('is refused where the authority has announced a later one, or another one of its version', () => {
    const second = signTopology(next(withoutChat), [one.signer]);
    const hash = topologyHash(second.document);
    const latest = { version: 2, hash };
    expect(reasonOf(first, { ...inForce, latest })).toBe('stale');
    expect(reasonOf(second, { ...inForce, latest })).toBe('accepted as narrowing');
    expect(reasonOf(second, { ...inForce, latest: { version: 2, hash: 'cd'.repeat(32) } })).toBe('forked');
    expect(reasonOf(first, { ...joining, latest })).toBe('stale');
  });

  it('is accepted again while it is in force, with as few signatures as it came with', () => {
    expect(reasonOf(first)).toBe('accepted as chain');
    const narrowed = signTopology(next(withoutChat), [three.signer]);
    const knowledge: TopologyKnowledge = { known: { document: narrowed.document }, now };
    expect(reasonOf(narrowed, knowledge)).toBe('accepted as chain');
    expect(reasonOf({ ...narrowed, signatures: [] }, knowledge)).toBe('unsigned');
    const emptied = signTopology(next({}, narrowed.document), [three.signer]);
    expect(reasonOf(emptied, knowledge)).toBe('under-signed');
  });

  it('is refused where one administrator stands in it twice, the key written in another way', () => {
    const point = Buffer.from(two.entry.publicKey, 'base64');
    const compressed = Buffer.concat([
      Buffer.from('3039301306072a8648ce3d020106082a8648ce3d030107032200', 'hex'),
      Buffer.from([2 + (point.at(-1)! & 1)]),
      point.subarray(27, 59),
    ]);
    const again = { id: 'two-again', algorithm: 'ES256', publicKey: compressed.toString('base64') } as const;
    const document = next({ administrators: { required: 2, keys: [one.entry, two.entry, again] } });
    const signed = [one.signer, two.signer, { ...two.signer, keyId: 'two-again' }].reduce(addSignature, {
      document,
      signatures: [],
    } as SignedTopology);
    const result = verifyTopology(signed, inForce);
    expect(result).toMatchObject({
      accepted: false,
      refusal: { reason: 'invalid', problems: [{ code: 'duplicate-id' }] },
    });
  });

  it('is refused where it contradicts itself, however many have signed', () => {
    const document = next({ links: [{ row: 10, mayOpen: 'b' }] });
    expect(() => signTopology(document, quorum)).toThrow(/link-widened/);
    const signed = quorum.reduce(addSignature, { document, signatures: [] } as SignedTopology);
    expect(reasonOf(signed)).toBe('invalid');
  });

  it('is refused where it sets what nothing enforces, by the signer and by the member that gets it', () => {
    const document = next({ policies: { federation: { discovery: true } } });
    expect(() => signTopology(document, quorum)).toThrow(/setting-not-enforced/);
    const signed = quorum.reduce(addSignature, { document, signatures: [] } as SignedTopology);
    expect(reasonOf(signed)).toBe('invalid');
  });
});

describe('a chain', () => {
  const second = next(withoutChat);
  const third = next({ title: 'third' }, second);
  const chain = [signTopology(second, [one.signer]), signTopology(third, [two.signer])].map(
    encodeSignedTopology,
  );

  it('is taken up version by version', () => {
    const { last, refused } = verifyChain(chain, {
      ...inForce,
      latest: { version: 3, hash: topologyHash(third) },
    });
    expect(refused).toBeUndefined();
    expect(last?.topology.document.version).toBe(3);
  });

  it('leads over a version that has expired in the meantime, but never ends at one', () => {
    const expiring = next({ expires: '2026-03-31T00:00:00Z' });
    const renewed = next({ expires: '2027-03-31T00:00:00Z', issued: '2026-03-30T00:00:00Z' }, expiring);
    const links = [expiring, renewed].map((document) => encodeSignedTopology(signTopology(document, quorum)));
    expect(verifyChain(links, inForce).last?.topology.document.version).toBe(3);
    expect(verifyChain(links.slice(0, 1), inForce).refused?.refusal.reason).toBe('stale');
    const { last, refused } = verifyChain([links[0]!, encodeSignedTopology(first)], inForce);
    expect(last).toBeUndefined();
    expect(refused?.refusal.reason).toBe('lower-version');
  });

  it('lets a new member begin where the administrators have changed, old ones among the signers', () => {
    const four = testAdministrator('four');
    const renewed = testAdministrator('one');
    const changed = next({ administrators: { required: 2, keys: [renewed.entry, two.entry, four.entry] } });
    const signers = [one.signer, three.signer, two.signer, four.signer];
    const text = encodeSignedTopology(signTopology(changed, signers));
    expect(reasonOf(text)).toBe('accepted as administrators');
    const token = { administratorSetHash: administratorSetHash(changed.administrators) };
    expect(reasonOf(text, { known: token, now })).toBe('accepted as first');
    const tooFew = signTopology(changed, [one.signer, three.signer, two.signer]);
    expect(reasonOf(tooFew, { known: token, now })).toBe('under-signed');
    expect(reasonOf(signTopology(changed, [one.signer, three.signer]), { known: token, now })).toBe(
      'signature-invalid',
    );
  });

  it('leads a new member from the latest version with a quorum over those that only narrow', () => {
    const whole = [encodeSignedTopology(first), ...chain];
    expect(verifyChain(whole, joining).last?.topology.document.version).toBe(3);
    expect(verifyChain(whole.slice(1), joining).refused?.refusal.reason).toBe('under-signed');
    const widened = encodeSignedTopology(signTopology(next(withMore, second), [two.signer]));
    const stopped = verifyChain([whole[0]!, whole[1]!, widened], joining);
    expect(stopped.last?.topology.document.version).toBe(2);
    expect(stopped.refused?.refusal.reason).toBe('under-signed');
    const forged = whole[0]!.replace('fe1.contoso', 'fe6.contoso');
    expect(verifyChain([whole[0]!, forged], joining).refused?.refusal.reason).toBe('signature-invalid');
    expect(verifyChain([forged, ...chain], joining).last).toBeUndefined();
  });

  it('stops at the first version that is refused, and keeps what came before', () => {
    const widened = encodeSignedTopology(signTopology(next(withMore, second), [two.signer]));
    const { last, refused } = verifyChain([chain[0]!, widened], inForce);
    expect(last?.topology.document.version).toBe(2);
    expect(refused?.refusal.reason).toBe('under-signed');
  });
});

describe('the text of a signed document', () => {
  const text = encodeSignedTopology(signTopology(next(withoutChat), quorum));

  it('is refused after any edit of a single character', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.integer({ min: 32, max: 126 }), (at, code) => {
        const edited = text.slice(0, at) + String.fromCharCode(code) + text.slice(at + 1);
        if (edited !== text) expect(reasonOf(edited)).not.toMatch(/^accepted/);
      }),
      { numRuns: 3000 },
    );
  });

  it('is refused cut at any place, with anything behind it, and with white space anywhere', () => {
    fc.assert(
      fc.property(fc.nat(text.length - 1), (at) => {
        expect(reasonOf(text.slice(0, at))).not.toMatch(/^accepted/);
        expect(reasonOf(`${text.slice(0, at)} ${text.slice(at)}`)).not.toMatch(/^accepted/);
        expect(reasonOf(text.slice(0, at) + text.slice(at + 1))).not.toMatch(/^accepted/);
      }),
      { numRuns: 1000 },
    );
    expect(reasonOf(`${text}\n`)).toBe('malformed');
  });

  it('is refused after any edit of a value of the document', () => {
    const document = next(withoutChat);
    const signed = signTopology(document, quorum);
    const leaves = leafPaths(document);
    fc.assert(
      fc.property(fc.constantFrom(...leaves), fc.jsonValue({ maxDepth: 1 }), (path, value) => {
        const edited = structuredClone(document);
        replaceAt(edited, path, value);
        if (topologyHash(edited) === topologyHash(document)) return;
        expect(reasonOf({ ...signed, document: edited })).not.toMatch(/^accepted/);
      }),
      { numRuns: 2000 },
    );
  });

  it.each([
    ['50 MB', `{"document":"${'x'.repeat(50 * 1024 * 1024)}","signatures":[]}`],
    ['deep nesting', `{"document":${'['.repeat(200_000)}`],
    ['an alias bomb', 'document: &a [x,x]\nsignatures: [*a,*a,*a]\n'],
    ['a field given twice', text.replace('{"document":', '{"document":{},"document":')],
    ['another field beside', text.replace('{"document":', '{"comment":"","document":')],
    ['nothing', ''],
  ])('is refused as malformed: %s', (_, bad) => {
    expect(reasonOf(bad)).toBe('malformed');
  });

  it('is refused with a header that says more, or less, or something else', () => {
    const signed = signTopology(next(withoutChat), [one.signer]);
    const [signature] = signed.signatures;
    for (const header of [
      { alg: 'none', kid: 'one', typ: 'entente-topology+jws' },
      { alg: 'ES256', kid: 'one', typ: 'entente-topology+jws' },
      { alg: 'EdDSA', kid: 'one' },
      { alg: 'EdDSA', kid: 'one', typ: 'JWT' },
      { alg: 'EdDSA', kid: 'one', typ: 'entente-topology+jws', crit: ['b64'], b64: false },
    ]) {
      const encoded = Buffer.from(JSON.stringify(header)).toString('base64url');
      const changed = { ...signed, signatures: [{ ...signature!, protected: encoded }] };
      expect(reasonOf(changed)).toBe('signature-invalid');
    }
  });
});

describe('an independent reader of JWS', () => {
  it.each([one, two])('verifies our signature with the payload attached', async ({ entry }) => {
    const signature = first.signatures.find(
      ({ protected: header }) => JSON.parse(Buffer.from(header, 'base64url').toString()).kid === entry.id,
    );
    const canonical = JSON.stringify(sortedCopy(contoso));
    const der = Buffer.from(entry.publicKey, 'base64').toString('base64');
    const key = await jose.importSPKI(
      `-----BEGIN PUBLIC KEY-----\n${der}\n-----END PUBLIC KEY-----`,
      entry.algorithm,
    );
    const verified = await jose.flattenedVerify(
      { ...signature!, payload: Buffer.from(canonical).toString('base64url') },
      key,
    );
    expect(createHash('sha256').update(verified.payload).digest('hex')).toBe(topologyHash(contoso));
  });
});

describe('a member without news', () => {
  const accepted = verifyTopology(first, joining);
  if (!accepted.accepted) throw new Error(accepted.refusal.message);
  const after = (ms: number) => trustStateStanding(accepted.topology, now, now + ms);
  const standing = (ms: number) => after(ms).standing;

  it('goes on silently, then with an alarm after ten minutes, and refuses after 96 hours', () => {
    expect(standing(0)).toBe('current');
    expect(standing(599_000)).toBe('current');
    expect(standing(600_000)).toBe('alarm');
    expect(standing(96 * 3600_000 - 1)).toBe('alarm');
    expect(standing(96 * 3600_000)).toBe('stale');
    const message = /confirmed 32832034 s \(380 days\) ago, more than the limit of 345600 s \(4 days\)/;
    expect(after(32_832_034_000)).toMatchObject({ message: expect.stringMatching(message) });
  });
});

function leafPaths(
  value: unknown,
  path: readonly (string | number)[] = [],
): (readonly (string | number)[])[] {
  if (typeof value !== 'object' || value === null) return [path];
  return Object.entries(value).flatMap(([key, member]) => leafPaths(member, [...path, key]));
}

function replaceAt(root: object, path: readonly (string | number)[], value: unknown): void {
  let at = root as Record<string | number, unknown>;
  for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
  at[path.at(-1)!] = value;
}

/** Enough of RFC 8785 for this fixture, written a second time. */
function sortedCopy(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sortedCopy);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, member]) => [key, sortedCopy(member)]),
  );
}
