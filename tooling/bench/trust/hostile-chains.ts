import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes } from 'node:crypto';
import { oids } from '@entente/x509';
import {
  type CertificateInput,
  day,
  extension,
  type Made,
  make,
  makeCa,
  makeLeaf,
  makeRoot,
  now,
  signatureOf,
} from '../../../packages/trust/test/making/certificates.ts';
import { bits, type Dn, dn, integer, sequence, time, tlv } from '../../../packages/trust/test/making/der.ts';

/** A chain that somebody sends to cost us time. */
export interface HostileChain {
  readonly what: string;
  /** Leaf first. */
  readonly certificates: readonly Pick<Made, 'der'>[];
}

type Chains = Readonly<Record<string, HostileChain['certificates']>>;

/** The time at which they are judged. */
export { now } from '../../../packages/trust/test/making/certificates.ts';

/** The anchor of the bench. */
export const root = makeRoot('root');

const codeSigning = '1.3.6.1.5.5.7.3.3';
const arc = '1.3.6.1.4.1.55738';
/** The signature is of the right form and does not verify; which key it should be by, the leaf does not say: all are tried. */
const forged: CertificateInput = { spoilSignature: true, instead: { [oids.authorityKeyIdentifier]: false } };

function ca(issuer: Made, subject: string | Dn, input: CertificateInput = {}): Made {
  return typeof subject === 'string'
    ? makeCa(issuer, subject, input)
    : make({ issuer, subject, ca: {}, ...input });
}

function leaf(issuer: Made, input: CertificateInput = {}): Made {
  return makeLeaf(issuer, ['a.contoso.example'], input);
}

function times<T>(count: number, one: (index: number) => T): T[] {
  return Array.from({ length: count }, (_, index) => one(index));
}

const p521 = (): CertificateInput => ({
  keyOf: { key: generateKeyPairSync('ec', { namedCurve: 'P-521' }).privateKey },
});

/** The chains against the anchor. */
export function hostileChains(): readonly HostileChain[] {
  const issuing = ca(root, 'issuing');
  const chains: Chains = {
    'a thousand intermediates': [leaf(issuing), ...times(1_000, () => issuing)],
    'CAs that all sign each other, 5 layers': crossSigned(5, 2, () => ({})),
    'the same with P-521': crossSigned(4, 2, p521),
    'thirty keys under one name, a forged leaf': crowd(() => ({})),
    'thirty P-521 keys under one name, a forged leaf': crowd(p521),
    'thirty RSA keys with exponents as long as they are, a forged leaf': wideExponents(2048),
    'the same with 3072 bits': wideExponents(3072),
    ...withExtensions(issuing),
    ...withNames(),
  };
  return Object.entries(chains).map(([what, certificates]) => ({ what, certificates }));
}

/** The number of paths is multiplied with every layer. All are good for signing code only: every path is wrong, at its very end. */
function crossSigned(layers: number, width: number, keys: () => CertificateInput): readonly Made[] {
  let above: readonly Made[] = [root];
  const made: Made[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const here = times(width, () => {
      const [first, ...others] = above as [Made, ...Made[]];
      const one = ca(first, `layer ${layer}`, keys());
      made.push(one, ...others.map((issuer) => ca(issuer, `layer ${layer}`, { keyOf: one })));
      return one;
    });
    above = here;
  }
  return [leaf(above[0]!, { extKeyUsage: [codeSigning] }), ...made];
}

function crowd(keys: () => CertificateInput): readonly Made[] {
  const all = times(31, () => ca(root, 'all', keys()));
  return [leaf(all[0]!, forged), ...all.slice(1)];
}

/** Checking a signature costs as much as making one, many times over, where the public exponent is that long. */
function wideExponents(keyBits: number): HostileChain['certificates'] {
  const narrow = ca(root, 'wide', { keys: { rsa: keyBits } });
  const { n } = createPublicKey(narrow.key).export({ format: 'jwk' });
  const wide = times(30, () => {
    const exponent = randomBytes(keyBits / 8);
    exponent[0] = 0x3f;
    exponent[exponent.length - 1]! |= 1;
    const jwk = { kty: 'RSA', n: n!, e: exponent.toString('base64url') };
    const key: KeyObject = createPublicKey({ key: jwk, format: 'jwk' });
    return unreadable(root, { spki: key.export({ format: 'der', type: 'spki' }) });
  });
  return [leaf(narrow), ...wide];
}

function withExtensions(issuing: Made): Chains {
  const dns = (prefix: string, count: number) => times(count, (index) => ({ dns: `${prefix}${index}.test` }));
  const narrow = ca(root, 'issuing', { keyOf: issuing, excluded: dns('c', 3_500) });
  const raw = (value: Uint8Array, oid = `${arc}.9`): CertificateInput => ({
    names: [],
    extensions: [extension(oid, true, value)],
  });
  const policies = times(60, (index) => `${arc}.3.${index}`);
  const mappings = policies.flatMap((from) => policies.slice(0, 40).map((to) => [from, to] as const));
  const mapped: Made[] = [];
  for (let depth = 0; depth < 3; depth++)
    mapped.unshift(
      ca(mapped[0] ?? root, `mapping ${depth}`, {
        policies,
        mappings,
        policyConstraints: { requireExplicit: 0 },
      }),
    );
  return {
    '3,500 constraints against 3,500 names': [makeLeaf(issuing, dns('n', 3_500)), narrow],
    '14,000 names in one leaf': [makeLeaf(issuing, dns('n', 14_000)), issuing],
    'an extension of 1 MB': [leaf(issuing, raw(randomBytes(1e6))), issuing],
    'an extension of 250 kB': [leaf(issuing, raw(randomBytes(250_000))), issuing],
    '40,000 levels of nesting': [unreadable(issuing, { extension: nested(40_000) }), issuing],
    'policies that map onto each other, 3 levels of 2,400 mappings': [
      leaf(mapped[0]!, { policies: [`${arc}.4`] }),
      ...mapped,
    ],
    'a leaf that expired': [leaf(issuing, { notBefore: now - 11 * day, notAfter: now - 9 * day }), issuing],
  };
}

/** SEQUENCE within SEQUENCE, with the lengths that each level needs. */
function nested(levels: number): Buffer {
  const parts: Buffer[] = [];
  let length = 0;
  for (let level = 0; level < levels; level++) {
    const header = headerOf(length);
    parts.push(header);
    length += header.length;
  }
  return Buffer.concat(parts.reverse());
}

/** Tag and length of a SEQUENCE with so many octets. */
function headerOf(length: number): Buffer {
  if (length < 0x80) return Buffer.of(0x30, length);
  const octets = length < 0x100 ? 1 : length < 0x10000 ? 2 : 3;
  const header = Buffer.of(0x30, 0x80 | octets, ...Array<number>(octets).fill(0));
  header.writeUIntBE(length, 2, octets);
  return header;
}

/** A certificate that says what the maker of good ones cannot read either. */
function unreadable(
  issuer: Made,
  { extension: names, spki }: { extension?: Buffer; spki?: Buffer },
): Pick<Made, 'der'> {
  const { identifier, sign } = signatureOf(issuer.key, 'sha256');
  const own = createPublicKey(issuer.key).export({ format: 'der', type: 'spki' });
  const extensions = names === undefined ? [] : [extension(oids.subjectAltName, true, names)];
  const tbs = sequence(
    tlv(0xa0, integer(2)),
    integer(1),
    identifier,
    dn(issuer.subject),
    sequence(time(now - day), time(now + day)),
    dn([['CN', 'wide']]),
    spki ?? own,
    ...(extensions.length === 0 ? [] : [tlv(0xa3, sequence(...extensions))]),
  );
  return { der: sequence(tbs, identifier, bits(sign(tbs))) };
}

function withNames(): Chains {
  // Combining marks in the order that canonical ordering has to turn round.
  const marks = '\u0315\u0300\u05ae\u0062'.repeat(1_000);
  const twice = (text: string): Dn => times(2, () => ['CN', text.slice(0, 1_000)] as const);
  const long: Made[] = [];
  for (let index = 27; index >= 0; index--) long.unshift(ca(long[0] ?? root, twice(`${index}${marks}`)));
  const many: Dn = times(400, (index) => ['CN', `a${index}`] as const);
  const crowded = times(26, () => ca(root, many));
  return {
    'twenty-eight CAs with long names of combining marks': [leaf(long[0]!), ...long],
    'twenty-five CAs whose name has 400 parts': [leaf(crowded[0]!, forged), ...crowded.slice(1)],
  };
}
