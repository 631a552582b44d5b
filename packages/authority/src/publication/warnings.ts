import type { Ledger } from '@entente/pki/ledger';
import type { OpenAuthorityFolder } from '@entente/pki/node';
import type { Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import { isNamed, unnamedAdministrator } from '../administrators.ts';
import { outsideProblem } from '../external-certificate-problem.ts';

/** Warns where partners cannot check the certificates of the edges of a topology. */
export function warnOfOutside(
  opened: Pick<OpenAuthorityFolder, 'outside'>,
  topology: Topology | undefined,
  log: Log,
): void {
  const problem = outsideProblem(opened, topology);
  if (problem !== undefined)
    log.warn({ event: 'outside-certificate', remedy: problem.remedy }, problem.message);
}

/**
 * Warns of administrators with a valid certificate whom the topology does not name.
 * @param now - milliseconds since 1970
 */
export async function warnOfUnnamed(
  ledger: Pick<Ledger, 'subjects'>,
  topology: Topology | undefined,
  now: number,
  log: Log,
): Promise<void> {
  if (topology === undefined) return;
  for (const name of await ledger.subjects('administrator', now)) {
    if (isNamed(topology, name)) continue;
    const { message, remedy } = unnamedAdministrator(topology, name);
    log.warn({ event: 'administrator-unnamed', administrator: name, remedy }, message);
  }
}
