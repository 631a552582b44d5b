import { object } from '@entente/options';
import { decodeCertificate } from '@entente/x509';
import type { EnterpriseAnchorReference, RootStage } from '../document/partner.ts';
import { sha256Hex } from '../document/topology-hash.ts';
import { checks } from '../terms/fault.ts';
import type { Topology } from './topology.ts';

/** One of our own roots. */
export interface EnterpriseRoot {
  /** What the document calls it. */
  readonly name: string;
  /** DER. */
  readonly certificate: Uint8Array;
  /** Where it is in a rollover; `active` where the document says nothing. */
  readonly stage: RootStage;
}

/**
 * Our own roots as the topology lists them, in its order. Members believe exactly these, in every stage.
 *
 * @param topology - the one in force
 * @returns undefined where the document lists none, so that members believe the roots that they joined with; also where one of them
 * has no certificate of a root, which only documents of earlier releases have, in which the list had no effect
 */
export function enterpriseRoots(topology: Pick<Topology, 'document'>): readonly EnterpriseRoot[] | undefined {
  checks.argument(topology, object, 'topology of enterpriseRoots', 'give what buildTopology returns');
  checks.argument(
    topology.document,
    object,
    'document of enterpriseRoots',
    'give what buildTopology returns',
  );
  const references = topology.document.anchors?.enterprise;
  if (references === undefined) return undefined;
  const roots: EnterpriseRoot[] = [];
  for (const reference of references) {
    const certificate = rootCertificate(reference);
    if (certificate === undefined) return undefined;
    roots.push({ name: reference.name, certificate, stage: reference.stage ?? 'active' });
  }
  return roots;
}

/**
 * The certificate of a reference, if it can be a root.
 *
 * @param reference - to one of our own roots
 * @returns DER; undefined where there is none, where it has another fingerprint, or is not that of an authority which is its own issuer
 */
export function rootCertificate(reference: EnterpriseAnchorReference): Uint8Array | undefined {
  if (reference.certificate === undefined) return undefined;
  const der = new Uint8Array(Buffer.from(reference.certificate, 'base64'));
  if (sha256Hex(der) !== reference.sha256) return undefined;
  const decoded = decodeCertificate(der);
  if (!decoded.ok) return undefined;
  const { basicConstraints, issuer, subject } = decoded.value;
  return basicConstraints?.cA === true && subject.canonical === issuer.canonical ? der : undefined;
}
