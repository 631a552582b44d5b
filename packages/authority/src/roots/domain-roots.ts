import { type Issuer, issuerId, spkiHash } from '@entente/pki';
import type { IssuerStore, LiveIssuer, RootStanding, StoredRoot } from '@entente/pki/node';
import { type EnterpriseRoot, enterpriseRoots, type Topology } from '@entente/topology';
import type { AnchorSet } from '@entente/trust';
import { type Certificate, decodeCertificate } from '@entente/x509';

/** How the topology in force regards a root: as it lists it, `retired` where it lists others, `unlisted` where it has come later. */
export type RootRegard = EnterpriseRoot['stage'] | 'retired' | 'unlisted';

/** What the roots of a domain are judged by. */
export interface DomainRootsOptions {
  readonly store: Pick<IssuerStore, 'roots' | 'live' | 'active'>;
  readonly topology: () => Topology | undefined;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** The roots of one version of the topology. */
interface Listed {
  readonly topology: Topology | undefined;
  readonly stored: readonly StoredRoot[];
  /** Undefined where the topology lists none. */
  readonly stages: ReadonlyMap<string, EnterpriseRoot['stage']> | undefined;
  readonly certificates: readonly Certificate[];
}

/** The roots of a domain as the topology in force regards them: which are believed, which one certifies, and how each is reached. */
export class DomainRoots {
  readonly #options: DomainRootsOptions;
  #listed: Listed | undefined;
  #anchors: { readonly of: readonly unknown[]; readonly set: AnchorSet } | undefined;

  constructor(options: DomainRootsOptions) {
    this.#options = options;
  }

  /**
   * The roots that are believed: those that the topology lists, in every stage; where it lists none, the one of the first ceremony. The
   * same array as long as they are the same.
   */
  get believed(): readonly Certificate[] {
    return this.#now().certificates;
  }

  /** Those of them whose list the authority has. */
  get withLists(): readonly StoredRoot[] {
    return this.#options.store.roots.all.filter((root) => this.isBelieved(root.number));
  }

  /** @param number - of a recorded root */
  isBelieved(number: number): boolean {
    const regard = this.regard(number);
    return regard !== 'retired' && regard !== 'unlisted';
  }

  /** @param number - of a recorded root */
  regard(number: number): RootRegard {
    const { stages, stored } = this.#now();
    if (stages === undefined) return number === 1 ? 'active' : 'unlisted';
    const root = stored[number - 1];
    const listed = root === undefined ? undefined : stages.get(spkiHash(root.certificate.der));
    return listed ?? (number === stored.length && number > 1 ? 'unlisted' : 'retired');
  }

  /** Which root certifies the next issuing authority, and below which nothing is issued. */
  get standing(): RootStanding {
    const numbers = this.#options.store.roots.all.map(({ number }) => number);
    const active = numbers.filter((number) => this.regard(number) === 'active');
    const withdrawn = numbers.filter(
      (number) => !this.isBelieved(number) || this.regard(number) === 'tainted',
    );
    return { inUse: active.at(-1) ?? this.#options.store.active.root, withdrawn: new Set(withdrawn) };
  }

  /** The root to which the active issuing authority leads: new members begin with it. */
  get first(): StoredRoot {
    const { active, roots } = this.#options.store;
    return roots.all[active.root - 1] as StoredRoot;
  }

  /**
   * The certificates that follow a leaf of an issuing authority. Behind its own is the one by which those reach it that believe the root
   * before alone: as long as that root is believed, and for the authority itself as long as it lives.
   * @param issuer - that has signed the leaf
   * @param isOwn - whether the leaf is of the authority itself
   */
  chainOf({ certificate, id }: Issuer, isOwn: boolean): readonly Uint8Array[] {
    const cross = this.#crossOf(id, isOwn)?.cross;
    return [certificate.der, ...(cross === undefined ? [] : [cross.der])];
  }

  /**
   * The same for outsiders.
   * @param outside - certificate of the issuing authority for outsiders
   */
  chainOutside(issuer: Pick<Issuer, 'id'>, outside: Certificate): readonly Uint8Array[] {
    const root = this.#crossOf(issuer.id, false);
    const cross = root?.crossOutside ?? root?.cross;
    return [outside.der, ...(cross === undefined ? [] : [cross.der])];
  }

  /** Certificates between the roots and the live issuing authorities, DER. */
  get crosses(): readonly Uint8Array[] {
    return this.#options.store.roots.all.flatMap(({ cross, number }) =>
      cross !== undefined && this.isBelieved(number) && this.#options.now() <= cross.notAfter
        ? [cross.der]
        : [],
    );
  }

  /**
   * What the authority itself believes: the roots, and those of its own issuing authorities that lead to none of them. A member that was
   * off while its root was retired has a certificate of such a one, and has to renew it somewhere.
   */
  anchors(): AnchorSet {
    const { store } = this.#options;
    const { certificates } = this.#now();
    const of = [certificates, store.live];
    if (this.#anchors?.of.every((one, at) => one === of[at]) === true) return this.#anchors.set;
    const left = store.live
      .filter(({ root }) => !this.isBelieved(root))
      .map(({ issuer }) => issuer.certificate);
    const anchors = [...certificates, ...left].map((certificate) => ({
      name: spkiHash(certificate.publicKey.der),
      certificate,
    }));
    this.#anchors = { of, set: { anchors } };
    return this.#anchors.set;
  }

  /** Whether an issuing authority leads to another root than the one that issues now. */
  isLeft(issuer: string): boolean {
    const { active, live } = this.#options.store;
    return live.find(({ record }) => record.id === issuer)?.root !== active.root;
  }

  /** Live issuing authorities that lead to a root that is believed. */
  get liveBelieved(): readonly LiveIssuer[] {
    return this.#options.store.live.filter(({ root }) => this.isBelieved(root));
  }

  #crossOf(issuer: string, isOwn: boolean): StoredRoot | undefined {
    const { now, store } = this.#options;
    const number = store.live.find(({ record }) => record.id === issuer)?.root;
    const root = number === undefined ? undefined : store.roots.all[number - 1];
    if (root?.cross === undefined || now() > root.cross.notAfter) return undefined;
    const above = store.roots.above(root.cross);
    return isOwn || (above !== undefined && this.isBelieved(above.number)) ? root : undefined;
  }

  #now(): Listed {
    const topology = this.#options.topology();
    const stored = this.#options.store.roots.all;
    if (this.#listed?.topology === topology && this.#listed?.stored === stored && this.#listed !== undefined)
      return this.#listed;
    const next = rootsListed(topology, stored);
    const before = this.#listed?.certificates;
    // What is judged by the array is remembered for it.
    const isSame =
      before?.length === next.certificates.length &&
      before.every(({ der }, at) => Buffer.from(der).equals(next.certificates[at]?.der ?? Buffer.alloc(0)));
    this.#listed = isSame && before !== undefined ? { ...next, certificates: before } : next;
    return this.#listed;
  }
}

/** What a topology says of roots. */
function rootsListed(topology: Topology | undefined, stored: readonly StoredRoot[]): Listed {
  const listed = topology === undefined ? undefined : enterpriseRoots(topology);
  const first = stored.slice(0, 1).map(({ certificate }) => certificate);
  if (listed === undefined) return { topology, stored, stages: undefined, certificates: first };
  return {
    topology,
    stored,
    stages: new Map(listed.map(({ certificate, stage }) => [spkiHash(certificate), stage])),
    certificates: listed.flatMap(({ certificate: der }) => {
      const known = stored.find(({ certificate }) => Buffer.from(certificate.der).equals(der));
      if (known !== undefined) return [known.certificate];
      const decoded = decodeCertificate(der);
      return decoded.ok ? [decoded.value] : [];
    }),
  };
}

/** Identifies the roots of a topology in a sentence. */
export function nameOfRoot({ certificate, number }: Pick<StoredRoot, 'certificate' | 'number'>): string {
  return `root ${number} (${certificate.subject.toString()}, ${issuerId(certificate.publicKey.der)})`;
}
