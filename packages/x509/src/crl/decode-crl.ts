import { decodeDer, type LimitDefaults } from '../der/decode-der.ts';
import type { Decoded, DecodeLimits } from '../der/decoded.ts';
import type { DerReader } from '../der/der-reader.ts';
import { TAG } from '../der/tags.ts';
import type { TimeForm } from '../der/time.ts';
import { CODE } from '../extension/certificate-extensions.ts';
import { ExtensionBlock } from '../extension/extension-block.ts';
import type * as values from '../extension/extension-values.ts';
import type { AlgorithmIdentifier } from '../key/algorithm.ts';
import { readAlgorithm } from '../key/read-algorithm.ts';
import type { GeneralName } from '../name/general-name.ts';
import type { Name } from '../name/name.ts';
import { readName } from '../name/read-name.ts';
import type { CertificateList, RevokedCertificate } from './certificate-list.ts';
import { checkEntry, entryEnd, namedIssuer, ReadEntry } from './crl-entry.ts';
import { CRL_EXTENSIONS } from './crl-extensions.ts';
import { CrlIndex, type IssuerRuns, issuerAt } from './crl-index.ts';

const LIMITS: LimitDefaults = { maxBytes: 268_435_456, maxDepth: 16, maxItems: 8_388_608 };

/** Largest number of issuers in one indirect CRL. */
const MAX_ISSUERS = 65_536;

/**
 * Decodes a CRL: full or delta, partitioned, indirect. Every entry is checked; the first lookup builds the index.
 *
 * Refused beyond DER: what `decodeCertificate` refuses, an empty list of entries, an empty list of extensions of the CRL, extensions
 * in version 1, a certificateIssuer in a CRL that is not marked as indirect. Accepted although RFC 5280 §5.1 does not allow it: an
 * empty list of extensions in an entry, which `emptyEntryExtensions` reports.
 *
 * @param der - exactly one CertificateList; the value keeps views on it
 * @param limits - default: 256 MiB, 16 levels, 8,388,608 entries
 * @see RFC 5280 §5.1
 */
export function decodeCrl(der: Uint8Array, limits?: DecodeLimits): Decoded<CertificateList> {
  return decodeDer(der, limits, LIMITS, 'certificateList', readCrl);
}

/** The part between the header of a CRL and its extensions. */
interface Entries {
  readonly from: number;
  readonly to: number;
  readonly count: number;
  readonly runs: IssuerRuns;
  /** Names by the numbers in `runs`; number 0 is the CRL's own issuer. */
  readonly issuers: readonly Name[];
  readonly numbers: ReadonlyMap<string, number>;
  readonly unknownCritical: readonly string[];
  readonly emptyExtensions: boolean;
}

interface Fields {
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly signatureValue: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: number;
  readonly thisUpdateForm: TimeForm;
  readonly nextUpdate: number | undefined;
  readonly nextUpdateForm: TimeForm | undefined;
}

function readCrl(reader: DerReader): CertificateList {
  const whole = reader.open(TAG.SEQUENCE);
  const tbsFrom = reader.pos;
  reader.where = 'tbsCertList';
  const tbsEnd = reader.open(TAG.SEQUENCE);
  reader.where = 'tbsCertList.version';
  const version = readVersion(reader);
  reader.where = 'tbsCertList.signature';
  const inner = readAlgorithm(reader);
  reader.where = 'tbsCertList.issuer';
  const issuer = readName(reader);
  reader.where = 'tbsCertList.thisUpdate';
  const thisUpdateForm = timeForm(reader);
  const thisUpdate = reader.time();
  reader.where = 'tbsCertList.nextUpdate';
  const timed = reader.peek() === TAG.UTC_TIME || reader.peek() === TAG.GENERALIZED_TIME;
  const nextUpdateForm = timed ? timeForm(reader) : undefined;
  const nextUpdate = timed ? reader.time() : undefined;
  reader.where = 'tbsCertList.revokedCertificates';
  const entries = readEntries(reader, version, issuer);
  reader.where = 'tbsCertList.crlExtensions';
  const block = readExtensions(reader, version);
  reader.where = 'tbsCertList';
  reader.close(tbsEnd);
  const tbs = reader.view(tbsFrom, reader.pos);
  const indirect = block.value(CODE.issuingDistributionPoint) as values.IssuingDistributionPoint | undefined;
  if (entries.runs.offsets.length > 0 && indirect?.indirectCRL !== true) {
    reader.fail(
      'expected no certificateIssuer in a CRL that is not indirect, found one',
      entries.runs.offsets[0],
    );
  }
  reader.where = 'signatureAlgorithm';
  const signatureAlgorithm = readAlgorithm(reader);
  if (!equalBytes(inner.der, signatureAlgorithm.der)) {
    reader.fail('expected the algorithm named in tbsCertList.signature, found another');
  }
  reader.where = 'signature';
  reader.bitString();
  const signatureValue = reader.view(reader.start - 1, reader.stop);
  const signature = reader.unusedBits === 0 ? reader.view() : new Uint8Array();
  reader.where = 'certificateList';
  reader.close(whole);
  const fields: Fields = {
    der: reader.bytes,
    tbs,
    version,
    signatureAlgorithm,
    signature,
    signatureValue,
    issuer,
    thisUpdate,
    thisUpdateForm,
    nextUpdate,
    nextUpdateForm,
  };
  return new ReadCrl(fields, entries, block);
}

function readVersion(reader: DerReader): 1 | 2 {
  if (reader.peek() !== TAG.INTEGER) return 1;
  const version = reader.smallUnsigned();
  if (version === 0) reader.fail('expected version 1 to be omitted, found it encoded', reader.start);
  if (version !== 1) reader.fail('expected version 1 or 2, found a later one', reader.start, 'unsupported');
  return 2;
}

function timeForm(reader: DerReader): TimeForm {
  return reader.peek() === TAG.UTC_TIME ? 'utc' : 'generalized';
}

function readExtensions(reader: DerReader, version: 1 | 2): ExtensionBlock {
  if (reader.peek() !== 0xa0) return ExtensionBlock.none(reader, CRL_EXTENSIONS);
  if (version === 1) reader.fail('expected no extensions in version 1, found some');
  const explicit = reader.open(0xa0);
  const block = ExtensionBlock.read(reader, CRL_EXTENSIONS);
  reader.close(explicit);
  return block;
}

function readEntries(reader: DerReader, version: 1 | 2, issuer: Name): Entries {
  const issuers: Name[] = [issuer];
  const numbers = new Map<string, number>();
  const runs = { offsets: [] as number[], issuers: [] as number[] };
  const unknown = new Set<string>();
  if (reader.peek() !== TAG.SEQUENCE) {
    return { from: 0, to: 0, count: 0, runs, issuers, numbers, unknownCritical: [], emptyExtensions: false };
  }
  const outer = reader.open(TAG.SEQUENCE);
  const from = reader.pos;
  let count = 0;
  let emptyExtensions = false;
  do {
    reader.count(++count);
    const at = reader.pos;
    const block = checkEntry(reader, version);
    if (block === 'empty') emptyExtensions = true;
    if (block === undefined || block === 'empty') continue;
    for (const oid of block.unknownCritical) if (unknown.size < MAX_ISSUERS) unknown.add(oid);
    const named = namedIssuer(block);
    if (named !== undefined) {
      if (numbers.size === 0) numbers.set(issuer.canonical, 0);
      let number = numbers.get(named.canonical);
      if (number === undefined) {
        number = issuers.length;
        if (number > MAX_ISSUERS) {
          reader.fail(
            `expected at most ${MAX_ISSUERS} certificate issuers, found more`,
            at,
            'limit-exceeded',
          );
        }
        issuers.push(named);
        numbers.set(named.canonical, number);
      }
      runs.offsets.push(at);
      runs.issuers.push(number);
    }
  } while (reader.more());
  const to = reader.pos;
  reader.close(outer);
  return { from, to, count, runs, issuers, numbers, unknownCritical: [...unknown], emptyExtensions };
}

function equalBytes(a: Uint8Array, b: Uint8Array): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}

class ReadCrl implements CertificateList {
  private readonly list: Entries;
  private readonly block: ExtensionBlock;
  private index: CrlIndex | undefined;
  readonly der: Uint8Array;
  readonly tbs: Uint8Array;
  readonly version: 1 | 2;
  readonly signatureAlgorithm: AlgorithmIdentifier;
  readonly signature: Uint8Array;
  readonly signatureValue: Uint8Array;
  readonly issuer: Name;
  readonly thisUpdate: number;
  readonly thisUpdateForm: TimeForm;
  readonly nextUpdate: number | undefined;
  readonly nextUpdateForm: TimeForm | undefined;

  constructor(fields: Fields, list: Entries, block: ExtensionBlock) {
    this.list = list;
    this.block = block;
    this.der = fields.der;
    this.tbs = fields.tbs;
    this.version = fields.version;
    this.signatureAlgorithm = fields.signatureAlgorithm;
    this.signature = fields.signature;
    this.signatureValue = fields.signatureValue;
    this.issuer = fields.issuer;
    this.thisUpdate = fields.thisUpdate;
    this.thisUpdateForm = fields.thisUpdateForm;
    this.nextUpdate = fields.nextUpdate;
    this.nextUpdateForm = fields.nextUpdateForm;
  }

  get extensions(): readonly values.Extension[] {
    return this.block.extensions;
  }
  get unknownCritical(): readonly string[] {
    return this.block.unknownCritical;
  }
  get unknownCriticalInEntries(): readonly string[] {
    return this.list.unknownCritical;
  }
  get emptyEntryExtensions(): boolean {
    return this.list.emptyExtensions;
  }
  get crlNumber(): bigint | undefined {
    return this.block.value(CODE.cRLNumber) as bigint | undefined;
  }
  get baseCrlNumber(): bigint | undefined {
    return this.block.value(CODE.deltaCRLIndicator) as bigint | undefined;
  }
  get authorityKeyId(): values.AuthorityKeyIdentifier | undefined {
    return this.block.value(CODE.authorityKeyIdentifier) as values.AuthorityKeyIdentifier | undefined;
  }
  get issuerAltName(): readonly GeneralName[] | undefined {
    return this.block.value(CODE.issuerAltName) as readonly GeneralName[] | undefined;
  }
  get issuingDistributionPoint(): values.IssuingDistributionPoint | undefined {
    return this.block.value(CODE.issuingDistributionPoint) as values.IssuingDistributionPoint | undefined;
  }
  get freshestCrl(): readonly values.DistributionPoint[] | undefined {
    return this.block.value(CODE.freshestCRL) as readonly values.DistributionPoint[] | undefined;
  }
  get authorityInfoAccess(): readonly values.AccessDescription[] | undefined {
    return this.block.value(CODE.authorityInfoAccess) as readonly values.AccessDescription[] | undefined;
  }
  get entryCount(): number {
    return this.list.count;
  }

  *entries(): IterableIterator<RevokedCertificate> {
    const { from, to, runs, issuers } = this.list;
    let run = 0;
    let issuer = this.issuer;
    for (let at = from; at < to; at = entryEnd(this.der, at)) {
      if (run < runs.offsets.length && runs.offsets[run] === at) issuer = issuers[runs.issuers[run++]!]!;
      yield new ReadEntry(this.der, at, issuer);
    }
  }

  lookup(serialNumber: Uint8Array, certificateIssuer?: Name): RevokedCertificate | undefined {
    const { from, to, count, runs, issuers } = this.list;
    if (count === 0) return undefined;
    const issuer = certificateIssuer === undefined ? 0 : this.issuerNumber(certificateIssuer);
    if (issuer < 0) return undefined;
    this.index ??= new CrlIndex(this.der, from, to, count, runs, this.signatureValue);
    const at = this.index.find(serialNumber, issuer);
    return at < 0 ? undefined : new ReadEntry(this.der, at, issuers[issuerAt(runs, at)]!);
  }

  private issuerNumber(name: Name): number {
    const { numbers } = this.list;
    if (numbers.size === 0) return name.canonical === this.issuer.canonical ? 0 : -1;
    return numbers.get(name.canonical) ?? -1;
  }
}
