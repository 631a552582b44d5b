import { createPrivateKey, sign } from 'node:crypto';
import { createTestAuthority, type TestCertificate } from '@entente/testkit';
import {
  anchorsHash,
  decodeTrustState,
  refuseTrustState,
  signTrustState,
  type TrustState,
  type TrustStateKnowledge,
  type TrustStateSigner,
  trustStateFormat,
} from '@entente/topology';
import { decodePem } from '@entente/x509';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';

const signedAt = Date.UTC(2026, 5, 1);
const minute = 60_000;
const list = { issuer: 'ab'.repeat(8), shard: 0, number: 7, sha256: 'cd'.repeat(32), bytes: 400 };
const state: TrustState = {
  format: trustStateFormat,
  network: 'contoso.example',
  sequence: 5,
  topology: { version: 3, hash: 'ef'.repeat(32) },
  anchors: '01'.repeat(32),
  lists: [list],
  signedAt: new Date(signedAt).toISOString(),
  expires: new Date(signedAt + 10 * minute).toISOString(),
};

function signerOf({ chainPem, keyPem }: TestCertificate): TrustStateSigner {
  const blocks = decodePem(chainPem);
  const key = createPrivateKey(keyPem);
  return {
    chain: blocks.ok ? blocks.value.map(({ der }) => der) : [],
    sign: (bytes) => sign('sha256', bytes, { key, dsaEncoding: 'ieee-p1363' }),
  };
}

describe('a signed trust state', () => {
  let signer: TrustStateSigner;
  let other: TrustStateSigner;
  beforeAll(async () => {
    const authority = await createTestAuthority('Contoso Root');
    const uris = ['entente://contoso.example/trust-state'];
    signer = signerOf(await authority.issue({ uris }));
    other = signerOf(await authority.issue({ uris }));
  });

  it('is read as it was written, with the certificate of its key', () => {
    const decoded = decodeTrustState(signTrustState(state, signer));
    expect(decoded).toMatchObject({ ok: true, state });
    expect(decoded.ok && Buffer.from(decoded.signer.der)).toEqual(Buffer.from(signer.chain[0] ?? []));
  });

  it('does not count where another key signed than that of its certificate', () => {
    const text = signTrustState(state, { ...signer, sign: other.sign });
    expect(decodeTrustState(text)).toMatchObject({ ok: false, reason: 'signature-invalid' });
  });

  it('does not count where its payload is that of another one', () => {
    const [header, , signature] = signTrustState(state, signer).split('.');
    const [, payload] = signTrustState({ ...state, sequence: 6 }, signer).split('.');
    const text = [header, payload, signature].join('.');
    expect(decodeTrustState(text)).toMatchObject({ ok: false, reason: 'signature-invalid' });
  });

  it.each([
    ['another format', { format: 'entente-trust-state/2' }],
    ['a field that this release does not know', { more: 1 }],
    ['sequence 0', { sequence: 0 }],
    ['a sequence that cannot be counted exactly', { sequence: 2 ** 53 }],
    ['a hash that is none', { anchors: 'AB'.repeat(32) }],
    ['a time in another spelling', { signedAt: '2026-06-01T00:00:00Z' }],
    ['a list twice', { lists: [list, list] }],
    ['lists in another order', { lists: [{ ...list, shard: 1 }, list] }],
    ['too many lists', { lists: Array.from({ length: 1_025 }, (_, shard) => ({ ...list, shard })) }],
  ])('is malformed with %s', (_, change) => {
    const text = signTrustState({ ...state, ...change } as never, signer);
    expect(decodeTrustState(text)).toMatchObject({ ok: false, reason: 'malformed' });
  });

  it('is refused where any character differs', () => {
    const text = signTrustState(state, signer);
    fc.assert(
      fc.property(fc.nat(text.length - 1), fc.constantFrom('A', 'B', '.', '=', ' '), (at, character) => {
        fc.pre(text[at] !== character);
        const changed = text.slice(0, at) + character + text.slice(at + 1);
        expect(decodeTrustState(changed).ok).toBe(false);
      }),
    );
  });

  it('is refused where it is anything else', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.array(fc.base64String()).map((parts) => parts.join('.'))), (text) => {
        expect(decodeTrustState(text).ok).toBe(false);
      }),
    );
  });
});

describe('a member that gets a trust state', () => {
  const hash = 'aa'.repeat(32);
  const known: TrustStateKnowledge = {
    network: 'contoso.example',
    last: { sequence: 4, hash: 'bb'.repeat(32), signedAt: signedAt - minute },
    topology: state.topology,
    now: signedAt,
    clockSkewMs: 5 * minute,
  };
  const reason = (changes: Partial<TrustStateKnowledge> = {}) =>
    refuseTrustState({ state, hash }, { ...known, ...changes })?.reason;

  it('accepts the next one, and the first one that it gets', () => {
    expect(reason()).toBeUndefined();
    expect(reason({ last: undefined })).toBeUndefined();
  });

  it('accepts the last one again, because what it names may be missing yet', () => {
    expect(reason({ last: { sequence: 5, hash, signedAt } })).toBeUndefined();
  });

  it('refuses one that is older than another that it has accepted', () => {
    expect(reason({ last: { sequence: 6, hash, signedAt } })).toBe('replayed');
  });

  it('refuses another one with the same sequence', () => {
    expect(reason({ last: { sequence: 5, hash: 'bb'.repeat(32), signedAt } })).toBe('forked');
  });

  it('refuses one of another network', () => {
    expect(reason({ network: 'fabrikam.example' })).toBe('wrong-network');
  });

  it('refuses one that has expired', () => {
    expect(reason({ now: signedAt + 10 * minute - 1 })).toBeUndefined();
    expect(reason({ now: signedAt + 10 * minute })).toBe('stale');
  });

  it('refuses one that is ahead of its clock by more than clocks may differ', () => {
    expect(reason({ now: signedAt - 5 * minute })).toBeUndefined();
    expect(reason({ now: signedAt - 5 * minute - 1 })).toBe('not-yet-signed');
  });

  it('refuses one that names an older topology than the one in force, or another one of its version', () => {
    expect(reason({ topology: { version: 2, hash } }), 'a newer one is fetched').toBeUndefined();
    expect(reason({ topology: { version: 4, hash } })).toBe('lower-version');
    expect(reason({ topology: { version: 3, hash } })).toBe('forked');
  });
});

describe('the hash of the anchors', () => {
  it('is that of the roots in any order, and of no others', () => {
    const [one, two] = [Uint8Array.of(1), Uint8Array.of(2)];
    expect(anchorsHash([one, two])).toBe(anchorsHash([two, one]));
    expect(anchorsHash([one, one])).toBe(anchorsHash([one]));
    expect(anchorsHash([one])).not.toBe(anchorsHash([one, two]));
  });
});
