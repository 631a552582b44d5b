import { isOctets, isRecord, isTexts } from '@entente/options';
import type { DaneExpectation, TlsaRecord } from '../dane/tlsa-record.ts';
import type { Authorised } from '../identity/authorise.ts';
import { checksOf, misuse } from '../misuse.ts';
import type { IdentityExpectation } from '../question/identity-expectation.ts';
import type { LinkContext } from '../question/link-context.ts';
import type { PresentedChain } from '../question/presented-chain.ts';
import type { Question } from './verdict.ts';

const code = 'ENTENTE_BAD_QUESTION';
const names: readonly string[] = Object.keys({
  now: true,
  link: true,
  identity: true,
  authorise: true,
  dane: true,
} satisfies Record<keyof Question, true>);

/**
 * Refuses what is no question about a chain, before anything of the peer is read: with a time that is not a number nothing
 * would be expired, a misspelt purpose would ask for no extended key usage, and misspelt TLSA records would refuse nothing.
 *
 * @param presented - the chain
 * @param question - the question
 * @throws TrustFault `ENTENTE_BAD_QUESTION`
 */
export function checkQuestion(presented: PresentedChain, question: Question): void {
  if (!isRecord(presented) || !Array.isArray(presented.certificates))
    throw misuse(code, 'presented', 'a chain as { certificates }', presented);
  for (const der of presented.certificates) checkOctets(der, 'presented.certificates');
  if (presented.stapledOcsp !== undefined) checkOctets(presented.stapledOcsp, 'presented.stapledOcsp');
  if (!isRecord(question))
    throw misuse(code, 'question', 'a question as { now, link, identity, authorise }', question);
  checksOf(code).names(question, names, 'question');
  const { now, link, identity, authorise, dane } = question;
  checkNow(now);
  checkLink(link);
  checkIdentity(identity);
  if (typeof authorise !== 'function') throw misuse(code, 'question.authorise', 'a function', authorise);
  if (dane !== undefined) checkDane(dane);
}

/**
 * Refuses a time that is not one.
 *
 * @param now - of the question
 * @throws TrustFault `ENTENTE_BAD_QUESTION`
 */
export function checkNow(now: unknown): void {
  if (!Number.isFinite(now)) throw misuse(code, 'question.now', 'milliseconds since the epoch', now);
}

/**
 * Takes what `authorise` has answered: only `ok: true` admits.
 *
 * @param answer - of the caller's function
 * @throws TrustFault `ENTENTE_BAD_QUESTION` for an answer that is none, such as a promise
 */
export function checkAuthorised(answer: Authorised): Authorised {
  if (isRecord(answer)) {
    if (answer.ok === true) return answer;
    if (answer.ok === false && isRecord(answer.rejection) && typeof answer.rejection.reason === 'string')
      return answer;
  }
  // What it may be rejected with must not end the process.
  if ((answer as unknown) instanceof Promise) (answer as unknown as Promise<unknown>).catch(() => {});
  throw misuse(code, 'question.authorise', 'the answer { ok: true } or { ok: false, rejection }', answer);
}

/** A record with misspelt fields, or with those of `dns.resolveTlsa`, is not usable: as if there were none. */
function checkDane(dane: DaneExpectation): void {
  if (!isRecord(dane) || typeof dane.host !== 'string' || !Array.isArray(dane.records))
    throw misuse(code, 'question.dane', 'TLSA records as { host, records }', dane);
  for (const record of dane.records)
    if (!isTlsaRecord(record))
      throw misuse(code, 'question.dane.records', 'records as { usage, selector, matching, data }', record);
}

function isTlsaRecord(record: unknown): boolean {
  if (!isRecord(record)) return false;
  const { data, matching, selector, usage } = record as Partial<TlsaRecord>;
  return [usage, selector, matching].every(Number.isInteger) && isOctets(data);
}

function checkOctets(der: unknown, place: string): void {
  if (!isOctets(der)) throw misuse(code, place, 'DER in a Uint8Array', der);
}

function checkLink(link: LinkContext): void {
  if (!isRecord(link))
    throw misuse(code, 'question.link', 'a link as { name, direction, interface, purpose }', link);
  const { name, direction, purpose } = link;
  if (typeof name !== 'string') throw misuse(code, 'question.link.name', 'a text', name);
  if (direction !== 'inbound' && direction !== 'outbound')
    throw misuse(code, 'question.link.direction', "'inbound' or 'outbound'", direction);
  if (typeof link.interface !== 'string')
    throw misuse(code, 'question.link.interface', 'a text', link.interface);
  if (purpose !== 'server' && purpose !== 'client')
    throw misuse(code, 'question.link.purpose', "'server' or 'client'", purpose);
}

function checkIdentity(identity: IdentityExpectation): void {
  if (!isRecord(identity))
    throw misuse(code, 'question.identity', "a mode as { mode: 'https', name }", identity);
  switch (identity.mode) {
    case 'inbound':
      return;
    case 'sip-domain':
      checkText(identity.domain, 'question.identity.domain');
      return;
    case 'host':
    case 'https':
      checkText(identity.name, 'question.identity.name');
      return;
    case 'service':
      if (isTexts(identity.allowed)) return;
      throw misuse(
        code,
        'question.identity.allowed',
        'a list of names',
        (identity as { allowed: unknown }).allowed,
      );
    default:
      throw misuse(
        code,
        'question.identity.mode',
        "'sip-domain', 'host', 'https', 'service' or 'inbound'",
        (identity as { readonly mode?: unknown }).mode,
      );
  }
}

function checkText(value: unknown, place: string): void {
  if (typeof value !== 'string') throw misuse(code, place, 'a name', value);
}
