import type { PresentedChain, Question, TrustVerdict } from '@entente/trust';
import type { RefusedVerdict, TrustedVerdict } from './peer.ts';
import type { ShownChain } from './shown-chain.ts';
import type { Trust } from './trust.ts';

/**
 * Asks the judge: with the leaf alone first, which is enough where its issuer is known, then with all that the peer sent. Where
 * the verdict fails only because revocation is not known well enough, lets the trust fetch and asks once more. Synchronous
 * whenever nothing has to be fetched, so that a warm verdict costs no turn of the event loop.
 *
 * @param trust - whose judge is asked
 * @param shown - what the peer has shown
 * @param question - everything but the time, which is the trust's
 * @param timeoutMs - milliseconds that fetching may take; what is not there then is not known
 * @param last - the verdict that the connection stands on, if it is open already
 */
export function askTrust(
  trust: Trust,
  shown: ShownChain,
  question: Omit<Question, 'now'>,
  timeoutMs: number,
  last?: TrustedVerdict,
): TrustVerdict | Promise<TrustVerdict> {
  const asked: Question = { ...question, now: trust.clock.now() };
  const verdict = askInTurn(trust, shown, asked, last);
  if (verdict.trusted || trust.prepare === undefined || !wantsKnowledge(verdict)) return verdict;
  return prepared(trust, shown, asked, verdict, timeoutMs, last);
}

function askInTurn(
  trust: Trust,
  shown: ShownChain,
  question: Question,
  last: TrustedVerdict | undefined,
): TrustVerdict {
  const first = last === undefined ? shown.leaf! : pathOf(last, shown.leaf!);
  const verdict = trust.judge.judge(first, question);
  if (verdict.trusted) return verdict;
  const whole = shown.whole()!;
  // What was refused is explained by everything that the peer sent, alternatives included.
  return whole.certificates.length === 1 && last === undefined ? verdict : trust.judge.judge(whole, question);
}

/** The certificates that the last verdict rests on: enough as long as the same path holds. */
function pathOf(last: TrustedVerdict, leaf: PresentedChain): PresentedChain {
  return { ...leaf, certificates: last.path.certificates.map(({ der }) => der) };
}

function wantsKnowledge(verdict: RefusedVerdict): boolean {
  const { reason } = verdict.rejection;
  return reason === 'revocation-unknown' || reason === 'revocation-stale';
}

async function prepared(
  trust: Trust,
  shown: ShownChain,
  question: Question,
  verdict: RefusedVerdict,
  timeoutMs: number,
  last: TrustedVerdict | undefined,
): Promise<TrustVerdict> {
  await new Promise<void>((resolve) => {
    const cancel = trust.clock.after(timeoutMs, resolve);
    const done = () => {
      cancel();
      resolve();
    };
    trust.prepare!(shown.whole()!, question, verdict).then(done, done);
  });
  return askInTurn(trust, shown, { ...question, now: trust.clock.now() }, last);
}
