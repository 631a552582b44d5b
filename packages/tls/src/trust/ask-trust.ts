import type { PresentedChain, Question, TrustVerdict } from '@entente/trust';
import type { RefusedVerdict, TrustedVerdict } from './peer.ts';
import type { ShownChain } from './presented-chain.ts';
import type { Trust } from './trust.ts';

/**
 * Asks the judge about what is at hand first, and about the whole chain that the peer sent before anything is refused. Where the
 * verdict refuses only because revocation is unknown or stale, or because an intermediate is missing, lets the trust fetch and
 * asks once more. Otherwise synchronous, so that a verdict that trusts at once costs no turn of the event loop.
 *
 * @param trust - whose judge is asked
 * @param shown - what the peer has presented
 * @param first - what is at hand: `shown.first()`, or the path of the last verdict
 * @param question - everything but the time, which is the trust's
 * @param timeoutMs - milliseconds for fetching; what has not arrived by then counts as unknown
 */
export function askTrust(
  trust: Trust,
  shown: ShownChain,
  first: PresentedChain,
  question: Omit<Question, 'now'>,
  timeoutMs: number,
): TrustVerdict | Promise<TrustVerdict> {
  const asked = askedAt(question, trust.clock.now());
  const verdict = askInTurn(trust, shown, first, asked);
  if (verdict.trusted || trust.prepare === undefined || !wantsKnowledge(verdict, trust)) return verdict;
  return prepared(trust, shown.whole() ?? first, asked, verdict, timeoutMs);
}

/** Field by field: Node 20 gives each copy by spread a hidden class of its own, and the judge would look up its fields again each time. */
function askedAt({ authorise, dane, identity, link }: Omit<Question, 'now'>, now: number): Question {
  return dane === undefined ? { now, link, identity, authorise } : { now, link, identity, authorise, dane };
}

function askInTurn(trust: Trust, shown: ShownChain, first: PresentedChain, question: Question): TrustVerdict {
  const verdict = trust.judge.judge(first, question);
  if (verdict.trusted) {
    shown.remember(verdict);
    return verdict;
  }
  // The reason comes from everything that the peer sent, alternatives included.
  const whole = shown.whole();
  return whole === undefined || whole === first ? verdict : trust.judge.judge(whole, question);
}

function wantsKnowledge(verdict: RefusedVerdict, trust: Trust): boolean {
  const { reason } = verdict.rejection;
  if (reason === 'unknown-issuer') return trust.completes?.() === true;
  return reason === 'revocation-unknown' || reason === 'revocation-stale';
}

async function prepared(
  trust: Trust,
  whole: PresentedChain,
  question: Question,
  verdict: RefusedVerdict,
  timeoutMs: number,
): Promise<TrustVerdict> {
  await new Promise<void>((resolve) => {
    const cancel = trust.clock.after(timeoutMs, resolve);
    const done = () => {
      cancel();
      resolve();
    };
    trust.prepare!(whole, question, verdict).then(done, done);
  });
  return trust.judge.judge(whole, askedAt(question, trust.clock.now()));
}

/**
 * Asks about an open connection again.
 *
 * @param trust - whose judge is asked
 * @param shown - what the peer has presented
 * @param last - the last verdict
 * @param question - everything but the time, which is the trust's
 * @param timeoutMs - milliseconds for fetching
 */
export function askAgain(
  trust: Trust,
  shown: ShownChain,
  last: TrustedVerdict,
  question: Omit<Question, 'now'>,
  timeoutMs: number,
): TrustVerdict | Promise<TrustVerdict> {
  return askTrust(trust, shown, shown.restOf(last), question, timeoutMs);
}
