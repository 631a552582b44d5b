import { allowNames, anchorSet, createJudge, partnerRevocation } from '@entente/trust';
import { threadMs } from '../process/processor-time.ts';
import { hostileMessages } from '../requests/hostile-messages.ts';
import { measureMessages } from '../requests/measure-messages.ts';
import type { Bench, BenchSuite } from '../suite.ts';
import { hostileChains, now, root } from '../trust/hostile-chains.ts';

/**
 * What chains and messages cost that are made to cost much: each is judged several times by a judge that has never seen it, and the worst
 * time counts, which is the first as a rule, when nothing has been compiled yet. A chain that is not refused with a reason makes the run invalid. A message
 * passes through a whole front end or edge, and may cost ten times as much for each of its bytes as a plain MESSAGE does.
 */
export const suite: BenchSuite = { name: 'hostile', measure };

const maxMs = 50;

function measure(bench: Bench): void {
  const { log, short } = bench;
  const anchors = anchorSet([
    { name: 'contoso', certificate: root.certificate, revocation: partnerRevocation },
  ]);
  const judge = (certificates: readonly Uint8Array[]) =>
    createJudge({ anchors, revocation: { crls: [] } }).judge(
      { certificates },
      {
        now,
        link: { name: 'bench', direction: 'inbound', interface: 'external', purpose: 'client' },
        identity: { mode: 'inbound' },
        authorise: allowNames(['a.contoso.example']),
      },
    );
  for (const { certificates, what } of hostileChains()) {
    const chain = certificates.map(({ der }) => der);
    let worst = 0;
    let reason = '';
    for (let time = 0; time < (short ? 2 : 8); time++) {
      const before = threadMs();
      const verdict = judge(chain);
      worst = Math.max(worst, threadMs() - before);
      bench.demand(!verdict.trusted, `"${what}" was trusted`);
      if (!verdict.trusted) ({ reason } = verdict.rejection);
    }
    log(`${what}: ${reason}`);
    bench.figure(`${what}: ${reason}, worst of several`, worst, 'ms', { aim: { atMost: maxMs } });
  }
  measureMessages(bench, hostileMessages);
}
