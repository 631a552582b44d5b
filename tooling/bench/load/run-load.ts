import type { LoadNotice, LoadOrder, LoadReport } from './order.ts';
import { cores, processorMicros, startPinned } from './pinned-process.ts';

/** A generator that uses more of its core than this measures itself. */
const maxGeneratorShare = 0.85;

/** What one measurement found, with the server's side of it. */
export interface Measurement extends LoadReport {
  readonly perSecond: number;
  /** Processor time of the server for one transaction, in microseconds; undefined where the platform does not tell. */
  readonly serverMicros: number | undefined;
  /** What went wrong, so that the figure does not count; empty when nothing did. */
  readonly invalid: readonly string[];
  /** Why the figure is the generator's and not the server's; what a transaction costs the server is known nevertheless. */
  readonly disturbed: readonly string[];
}

/**
 * Runs one measurement with a generator in a process of its own.
 *
 * @param what Whose figure this is, for the reasons.
 * @param serverPid The process that is measured.
 * @param measuring Called when warming up is over.
 * @throws Error when the generator cannot do what it is told, with its own words.
 */
export async function runLoad(
  what: string,
  order: LoadOrder,
  serverPid: number,
  measuring: () => void = () => undefined,
): Promise<Measurement> {
  const child = startPinned(new URL('./generator.ts', import.meta.url), cores.generator);
  let before: number | undefined;
  try {
    const report = await new Promise<LoadReport>((resolve, reject) => {
      child.once('exit', (code) => reject(new Error(`${what}: the generator ended with status ${code}`)));
      child.on('message', (notice: LoadNotice) => {
        if (notice.type === 'measuring') {
          before = processorMicros(serverPid);
          measuring();
        } else if (notice.type === 'report') resolve(notice.report);
        else if (notice.type === 'fault') reject(new Error(`${what}: ${notice.message}`));
      });
      child.send(order);
    });
    return judge(what, report, before, processorMicros(serverPid), order);
  } finally {
    child.removeAllListeners();
    child.kill();
  }
}

function judge(
  what: string,
  report: LoadReport,
  before: number | undefined,
  after: number | undefined,
  order: LoadOrder,
): Measurement {
  const invalid: string[] = [];
  const disturbed: string[] = [];
  const percent = Math.round(report.generatorShare * 100);
  // At a fixed rate below the maximum the generator's share says nothing about the server.
  if (order.ratePerSecond === undefined && report.generatorShare > maxGeneratorShare) {
    disturbed.push(`${what}: the generator used ${percent} % of its core, so it measured itself`);
  }
  if (report.completed === 0) invalid.push(`${what}: nothing came back`);
  if (report.lost > 0) invalid.push(`${what}: ${report.lost} transactions were lost`);
  for (const [status, count] of Object.entries(report.refused)) {
    if (count > report.completed / 1000) invalid.push(`${what}: ${count} times "${status}"`);
  }
  const serverMicros =
    before === undefined || after === undefined || report.completed === 0
      ? undefined
      : (after - before) / report.completed;
  return { ...report, perSecond: report.completed / report.seconds, serverMicros, invalid, disturbed };
}
