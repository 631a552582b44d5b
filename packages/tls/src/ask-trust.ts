import type { PresentedChain, Question, TrustVerdict } from '@entente/trust';
import type { Trust } from './trust.ts';

/**
 * Asks the judge; where the verdict fails only because revocation is not known well enough, lets the trust fetch and asks once
 * more. Synchronous whenever nothing has to be fetched, so that a warm verdict costs no turn of the event loop.
 *
 * @param trust - whose judge is asked
 * @param presented - what the peer sent
 * @param question - everything but the time, which is the trust's
 * @param timeoutMs - milliseconds that fetching may take; what is not there then is not known
 */
export function askTrust(
  trust: Trust,
  presented: PresentedChain,
  question: Omit<Question, 'now'>,
  timeoutMs: number,
): TrustVerdict | Promise<TrustVerdict> {
  const asked: Question = { ...question, now: trust.clock.now() };
  const verdict = trust.judge.judge(presented, asked);
  if (verdict.trusted || trust.prepare === undefined || !wantsKnowledge(verdict)) return verdict;
  return prepared(trust, presented, asked, verdict, timeoutMs);
}

function wantsKnowledge(verdict: Extract<TrustVerdict, { trusted: false }>): boolean {
  const { reason } = verdict.rejection;
  return reason === 'revocation-unknown' || reason === 'revocation-stale';
}

async function prepared(
  trust: Trust,
  presented: PresentedChain,
  question: Question,
  verdict: Extract<TrustVerdict, { trusted: false }>,
  timeoutMs: number,
): Promise<TrustVerdict> {
  await new Promise<void>((resolve) => {
    const cancel = trust.clock.after(timeoutMs, resolve);
    const done = () => {
      cancel();
      resolve();
    };
    trust.prepare!(presented, question, verdict).then(done, done);
  });
  return trust.judge.judge(presented, { ...question, now: trust.clock.now() });
}
