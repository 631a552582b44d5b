import { startPinnedBuilt } from '../load/pinned-process.ts';
import type { ClosedEnd, DialOrder, MemberOrder, MemberReport } from './order.ts';

/** A process that runs `member.ts`. */
export interface MemberProcess extends AsyncDisposable {
  /**
   * Opens connections, each admitted by both ends; one order at a time.
   * @returns their local ports, in the order of the openings
   * @throws Error where one is not admitted
   */
  dial(order: DialOrder): Promise<readonly number[]>;
}

/**
 * Starts a member.
 *
 * @param file - `member.ts` as it was built
 * @param core - which it stays on
 * @param order - who it is
 * @param onClosed - called for each end that it has seen closing
 */
export async function startMember(
  file: string,
  core: number,
  order: MemberOrder,
  onClosed: (end: ClosedEnd) => void,
): Promise<MemberProcess> {
  const child = startPinnedBuilt(file, core, ['--import', 'reflect-metadata']);
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  let settle: ((report: MemberReport) => void) | undefined;
  child.on('message', (message) => {
    const report = message as MemberReport;
    if (report.kind === 'closed') onClosed(report);
    else settle?.(report);
  });
  child.once('exit', (status) =>
    settle?.({ kind: 'failed', why: `${order.fqdn} ended with status ${status}` }),
  );
  const ask = async (message: MemberOrder | DialOrder): Promise<MemberReport> => {
    const answer = new Promise<MemberReport>((resolve) => {
      settle = resolve;
    });
    child.send(message);
    const report = await answer;
    if (report.kind === 'failed') throw new Error(`${order.fqdn}: ${report.why}`);
    return report;
  };
  const stop = async (): Promise<void> => {
    if (child.connected) child.disconnect();
    await gone;
  };
  try {
    await ask(order);
  } catch (error) {
    await stop();
    throw error;
  }
  return {
    async dial(dialling) {
      const report = await ask(dialling);
      return report.kind === 'dialled' ? report.localPorts : [];
    },
    [Symbol.asyncDispose]: stop,
  };
}
