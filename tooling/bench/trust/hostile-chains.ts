import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import {
  basicConstraintsExtension,
  certificatePoliciesExtension,
  createAlgorithm,
  createName,
  DerWriter,
  type Extension,
  encodeCertificate,
  encodeTbsCertificate,
  type GeneralName,
  keyUsageExtension,
  type Name,
  nameConstraintsExtension,
  oids,
  policyConstraintsExtension,
  policyMappingsExtension,
  subjectAltNameExtension,
  TAG,
} from '@entente/x509';

/** A chain that somebody sends to cost us time. */
export interface HostileChain {
  readonly what: string;
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[];
}

interface Signer {
  readonly name: Name;
  readonly publicKey: KeyObject;
  readonly key: KeyObject;
  readonly digest: string;
}

interface Options {
  readonly extensions?: readonly Extension[];
  /** The signature is of the right form and does not verify. */
  readonly forged?: boolean;
}

const day = 86_400_000;
const ecdsa: Readonly<Record<string, string>> = {
  sha256: oids.ecdsaWithSHA256,
  sha384: oids.ecdsaWithSHA384,
  sha512: oids.ecdsaWithSHA512,
};
let serial = 0;

function named(text: string): Name {
  return createName([{ oid: oids.commonName, value: text }]);
}

function signer(name: string | Name, curve = 'P-256', digest = 'sha256'): Signer {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: curve });
  return { name: typeof name === 'string' ? named(name) : name, publicKey, key: privateKey, digest };
}

function certificate(
  issuer: Signer,
  subject: Pick<Signer, 'name' | 'publicKey'>,
  now: number,
  options: Options,
): Uint8Array {
  const algorithm = createAlgorithm(
    issuer.key.asymmetricKeyType === 'rsa' ? oids.sha256WithRSAEncryption : ecdsa[issuer.digest]!,
    issuer.key.asymmetricKeyType === 'rsa' ? Uint8Array.of(5, 0) : undefined,
  );
  const tbs = encodeTbsCertificate({
    serialNumber: Buffer.from((0x40000000 + ++serial).toString(16), 'hex'),
    signatureAlgorithm: algorithm,
    issuer: issuer.name,
    subject: subject.name,
    notBefore: now - day,
    notAfter: now + day,
    publicKey: { der: subject.publicKey.export({ format: 'der', type: 'spki' }) },
    extensions: options.extensions ?? [],
  });
  const signed = options.forged === true ? randomBytes(32) : tbs;
  return encodeCertificate(tbs, algorithm, sign(issuer.digest, signed, issuer.key));
}

const ofCa = [basicConstraintsExtension({ cA: true }), keyUsageExtension({ keyCertSign: true })];

/** The anchor of the bench and the chains against it. */
export function hostileChains(now: number): { root: Uint8Array; chains: readonly HostileChain[] } {
  const root = signer('root');
  const ca = (issuer: Signer, subject: Pick<Signer, 'name' | 'publicKey'>, options: Options = {}) =>
    certificate(issuer, subject, now, { ...options, extensions: [...ofCa, ...(options.extensions ?? [])] });
  const leafKey = signer('leaf');
  const leaf = (issuer: Signer, options: Options = {}) =>
    certificate(issuer, leafKey, now, {
      extensions: [subjectAltNameExtension([{ type: 'dns', value: 'a.contoso.example' }])],
      ...options,
    });
  const issuing = signer('issuing');
  const issuingDer = ca(root, issuing);
  const chains: HostileChain[] = [];
  const add = (what: string, ...certificates: readonly Uint8Array[]) => chains.push({ what, certificates });

  add('a thousand intermediates', leaf(issuing), ...new Array<Uint8Array>(1_000).fill(issuingDer));
  add('CAs that all sign each other, 5 layers', ...crossSigned(5, 2, root, 'P-256', 'sha256', ca, leaf));
  add('the same with P-521', ...crossSigned(4, 2, root, 'P-521', 'sha512', ca, leaf));
  const everyone = ['sha256', 'sha384', 'sha512'].map((digest) => ({ ...signer('all'), digest }));
  add(
    'thirty keys under one name, a forged leaf',
    leaf(everyone[0]!, { forged: true }),
    ...Array.from({ length: 30 }, () => ca(root, signer('all'))),
  );
  const strong = signer('all', 'P-521', 'sha512');
  add(
    'thirty P-521 keys under one name, a forged leaf',
    leaf(strong, { forged: true }),
    ...Array.from({ length: 30 }, () => ca(root, signer('all', 'P-521', 'sha512'))),
  );
  add(
    'thirty RSA keys with exponents as long as they are, a forged leaf',
    ...wideExponents(root, 2048, ca, leaf),
  );
  add('the same with 3072 bits', ...wideExponents(root, 3072, ca, leaf));
  chains.push(...withExtensions(root, issuing, now, ca, leaf));
  chains.push(...withNames(root, ca, leaf));
  return { root: ca(root, root), chains };
}

type MakeCa = (issuer: Signer, subject: Pick<Signer, 'name' | 'publicKey'>, options?: Options) => Uint8Array;
type MakeLeaf = (issuer: Signer, options?: Options) => Uint8Array;

/** The number of paths is multiplied with every layer; the leaf is forged, so none of them ends the search. */
function crossSigned(
  layers: number,
  width: number,
  root: Signer,
  curve: string,
  digest: string,
  ca: MakeCa,
  leaf: MakeLeaf,
): readonly Uint8Array[] {
  let above: readonly Signer[] = [root];
  const made: Uint8Array[] = [];
  for (let layer = 0; layer < layers; layer++) {
    const here = Array.from({ length: width }, () => signer(`layer ${layer}`, curve, digest));
    for (const subject of here) for (const issuer of above) made.push(ca(issuer, subject));
    above = here;
  }
  // Good for signing code only: every path is wrong, at its very end.
  const purpose = { oid: oids.extKeyUsage, critical: false, value: codeSigning() };
  return [leaf(above[0]!, { extensions: [purpose] }), ...made];
}

function codeSigning(): Uint8Array {
  const writer = new DerWriter();
  const list = writer.begin(TAG.SEQUENCE);
  writer.oid('1.3.6.1.5.5.7.3.3');
  writer.end(list);
  return writer.toBytes();
}

/** Checking a signature costs as much as making one, many times over, where the public exponent is that long. */
function wideExponents(root: Signer, bits: number, ca: MakeCa, leaf: MakeLeaf): readonly Uint8Array[] {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  const { n } = publicKey.export({ format: 'jwk' });
  const wide = Array.from({ length: 30 }, () => {
    const exponent = randomBytes(bits / 8);
    exponent[0] = 0x3f;
    exponent[exponent.length - 1]! |= 1;
    const jwk = { kty: 'RSA', n: n!, e: exponent.toString('base64url') };
    return ca(root, { name: named('wide'), publicKey: createPublicKey({ key: jwk, format: 'jwk' }) });
  });
  return [leaf({ name: named('wide'), publicKey, key: privateKey, digest: 'sha256' }), ...wide];
}

function withExtensions(
  root: Signer,
  issuing: Signer,
  now: number,
  ca: MakeCa,
  leaf: MakeLeaf,
): readonly HostileChain[] {
  const dns = (prefix: string, count: number): GeneralName[] =>
    Array.from({ length: count }, (_, index) => ({ type: 'dns', value: `${prefix}${index}.test` }));
  const subtrees = dns('c', 3_500).map((base) => ({ base, minimum: 0, maximum: undefined }));
  const narrow = ca(root, issuing, {
    extensions: [nameConstraintsExtension({ permitted: [], excluded: subtrees })],
  });
  const plain = ca(root, issuing);
  const raw = (value: Uint8Array, oid = '1.3.6.1.4.1.55738.9') => ({ oid, critical: true, value });
  const policies = Array.from({ length: 60 }, (_, index) => `1.3.6.1.4.1.55738.3.${index}`);
  const information = policies.map((policy) => ({ policy, qualifiers: [] }));
  const mappings = policies.flatMap((from) =>
    policies.slice(0, 40).map((to) => ({ issuerDomain: from, subjectDomain: to })),
  );
  const mapped: Uint8Array[] = [];
  let above: Signer = root;
  for (let depth = 0; depth < 3; depth++) {
    const here = signer(`mapping ${depth}`);
    mapped.unshift(
      ca(above, here, {
        extensions: [
          certificatePoliciesExtension(information),
          policyMappingsExtension(mappings),
          policyConstraintsExtension({ requireExplicit: 0, inhibitMapping: undefined }),
        ],
      }),
    );
    above = here;
  }
  return [
    {
      what: '3,500 constraints against 3,500 names',
      certificates: [leaf(issuing, { extensions: [subjectAltNameExtension(dns('n', 3_500))] }), narrow],
    },
    {
      what: '14,000 names in one leaf',
      certificates: [leaf(issuing, { extensions: [subjectAltNameExtension(dns('n', 14_000))] }), plain],
    },
    {
      what: 'an extension of 1 MB',
      certificates: [leaf(issuing, { extensions: [raw(randomBytes(1e6))] }), plain],
    },
    {
      what: 'an extension of 250 kB',
      certificates: [leaf(issuing, { extensions: [raw(randomBytes(250_000))] }), plain],
    },
    {
      what: '40,000 levels of nesting',
      certificates: [leaf(issuing, { extensions: [raw(nested(40_000), oids.subjectAltName)] }), plain],
    },
    {
      what: 'policies that map onto each other, 3 levels of 2,400 mappings',
      certificates: [
        leaf(above, {
          extensions: [certificatePoliciesExtension([{ policy: '1.3.6.1.4.1.55738.4', qualifiers: [] }])],
        }),
        ...mapped,
      ],
    },
    {
      what: 'a leaf that expired',
      certificates: [certificate(issuing, signer('old'), now - 10 * day, {}), plain],
    },
  ];
}

/** otherName within SEQUENCE within SEQUENCE, with the lengths that each level needs. */
function nested(levels: number): Uint8Array {
  const octets: number[] = [];
  let length = 0;
  for (let level = 0; level < levels; level++) {
    const header =
      length < 0x80
        ? [length]
        : length < 0x100
          ? [0x81, length]
          : length < 0x10000
            ? [0x82, length >> 8, length & 0xff]
            : [0x83, length >> 16, (length >> 8) & 0xff, length & 0xff];
    for (let index = header.length - 1; index >= 0; index--) octets.push(header[index]!);
    octets.push(0x30);
    length += header.length + 1;
  }
  return Uint8Array.from(octets.reverse());
}

function withNames(root: Signer, ca: MakeCa, leaf: MakeLeaf): readonly HostileChain[] {
  // Combining marks in the order that canonical ordering has to turn round.
  const marks = '\u0315\u0300\u05ae\u0062'.repeat(1_000);
  const name = (text: string) =>
    createName(Array.from({ length: 2 }, () => ({ oid: oids.commonName, value: text.slice(0, 1_000) })));
  const long = Array.from({ length: 28 }, (_, index) => signer(name(`${index}${marks}`)));
  const many = createName(
    Array.from({ length: 400 }, (_, index) => ({ oid: oids.commonName, value: `a${index}` })),
  );
  const crowd = Array.from({ length: 25 }, () => signer(many));
  return [
    {
      what: 'twenty-eight CAs with long names of combining marks',
      certificates: [leaf(long[0]!), ...long.map((subject, index) => ca(long[index + 1] ?? root, subject))],
    },
    {
      what: 'twenty-five CAs whose name has 400 parts',
      certificates: [leaf(crowd[0]!, { forged: true }), ...crowd.map((subject) => ca(root, subject))],
    },
  ];
}
