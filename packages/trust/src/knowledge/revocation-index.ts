import {
  type BasicOcspResponse,
  type CertificateList,
  decodeOcspResponse,
  type OcspSingleResponse,
} from '@entente/x509';
import type { RevocationKnowledge } from './revocation-knowledge.ts';
import type { StatementSource } from './statement.ts';

/** One answer of an OCSP responder, not verified yet. */
export interface OcspAnswer {
  readonly response: BasicOcspResponse;
  readonly single: OcspSingleResponse;
  readonly source: StatementSource;
}

/** Revocation knowledge, indexed. */
export interface RevocationIndex {
  /** CRLs by issuer, newest first. */
  crlsOf(canonicalIssuer: string): readonly CertificateList[];
  /** Whether there are any OCSP answers. */
  readonly hasAnswers: boolean;
  /** The first date of a statement after a moment, milliseconds; infinite where there is none. */
  firstDateAfter(moment: number): number;
  /** OCSP answers by serial number, lower-case hex. */
  answersFor(serialHex: string): readonly OcspAnswer[];
  /** Why a location gave nothing; undefined where it has answered, or was not asked. */
  whyNotFetched(url: string): string | undefined;
}

const indexes = new WeakMap<RevocationKnowledge, RevocationIndex>();

/** The index of a snapshot, built once. */
export function revocationIndex(knowledge: RevocationKnowledge): RevocationIndex {
  const known = indexes.get(knowledge);
  if (known !== undefined) return known;
  const crls = new Map<string, CertificateList[]>();
  for (const crl of knowledge.crls) {
    const list = crls.get(crl.issuer.canonical);
    if (list === undefined) crls.set(crl.issuer.canonical, [crl]);
    else list.push(crl);
  }
  for (const list of crls.values()) list.sort((a, b) => b.thisUpdate - a.thisUpdate);
  const answers = new Map<string, OcspAnswer[]>();
  for (const der of knowledge.ocspResponses ?? []) {
    for (const answer of ocspAnswers(der, 'ocsp')) {
      const list = answers.get(answer.single.certId.serialHex);
      if (list === undefined) answers.set(answer.single.certId.serialHex, [answer]);
      else list.push(answer);
    }
  }
  const dates = knowledge.crls.map(({ thisUpdate }) => thisUpdate);
  for (const { single, response } of [...answers.values()].flat()) {
    dates.push(single.thisUpdate, response.producedAt);
  }
  const index: RevocationIndex = {
    hasAnswers: answers.size > 0,
    firstDateAfter: (moment) => {
      let next = Number.POSITIVE_INFINITY;
      for (const at of dates) if (at > moment && at < next) next = at;
      return next;
    },
    crlsOf: (issuer) => crls.get(issuer) ?? none,
    answersFor: (serialHex) => answers.get(serialHex) ?? none,
    whyNotFetched: (url) => knowledge.whyNotFetched?.(url),
  };
  indexes.set(knowledge, index);
  return index;
}

const none: readonly never[] = [];

/** A stapled response is about one certificate; a much larger one is not decoded. */
const maxStapleBytes = 64 * 1024;
const maxStapledAnswers = 16;

/** The answers that came with a handshake, up to the number that a peer has reason to send. */
export function stapledAnswers(der: Uint8Array | undefined): readonly OcspAnswer[] {
  if (der === undefined || der.length > maxStapleBytes) return none;
  return ocspAnswers(der, 'stapled-ocsp').slice(0, maxStapledAnswers);
}

/** The answers in a DER response; none where it is malformed or says that the responder failed. */
function ocspAnswers(der: Uint8Array, source: StatementSource): readonly OcspAnswer[] {
  const decoded = decodeOcspResponse(der);
  if (!decoded.ok || decoded.value.basic === undefined) return [];
  const response = decoded.value.basic;
  return response.responses.map((single) => ({ response, single, source }));
}
