import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Entente } from './entente.ts';
import { NetworkFolderFault } from './fault.ts';
import { labelOf, type PlannedServer } from './network-plan.ts';

/** Of what `entente cert list` answers. */
interface Row {
  readonly serial: string;
  readonly revocation?: object;
  readonly issuerRevoked?: boolean;
}

/**
 * Lets a front end join again whose certificate has expired while the network stood still: every server would refuse it. One that was revoked
 * does not come back by itself. What the front end kept stays in a folder beside the new one.
 * @param folder - of the network, whose authority runs
 * @param server - a front end that has joined
 * @param options - the command line, how it reaches the authority, who is shown what is done, and the time in milliseconds since 1970
 * @throws NetworkFolderFault where a command fails
 */
export async function joinAgain(
  folder: string,
  server: PlannedServer,
  options: {
    readonly entente: Entente;
    readonly as: readonly string[];
    readonly say: (line: string) => void;
    readonly now: number;
  },
): Promise<void> {
  const { as, entente, now, say } = options;
  const { name } = server;
  const home = join(folder, name);
  const certificate = certificateIn(join(home, 'tls.crt'));
  if (certificate === undefined || now <= Date.parse(certificate.validTo)) return;
  const until = new Date(certificate.validTo).toISOString();
  const listed = await entente('cert', 'list', '--server', name, '--all', ...as).catch(noneIssued);
  const rows = (listed.certificates ?? []) as readonly Row[];
  const own = rows.findIndex(
    ({ serial }) => BigInt(`0x${serial}`) === BigInt(`0x${certificate.serialNumber}`),
  );
  const isLost = own < 0 || rows.slice(own).some(isWithdrawn);
  if (isLost) {
    say(
      `  ! ${name}: its certificate expired at ${until}, and was revoked or is not of this authority: it does not join again by itself. If it should: stop the network, remove the folder ${name}, and start again`,
    );
    return;
  }
  say(`  ${name}: its certificate expired at ${until}, while it was stopped: it joins again`);
  // What its owner has written into the configuration stays.
  await entente('join-token', name, '--config', `${labelOf(server)}.yaml`, ...as, '--replace');
  // Last: where this is interrupted, all of it is done again.
  const kept = `${home}.before`;
  rmSync(kept, { recursive: true, force: true });
  renameSync(home, kept);
}

function certificateIn(file: string): X509Certificate | undefined {
  if (!existsSync(file)) return undefined;
  try {
    return new X509Certificate(readFileSync(file));
  } catch {
    // The server itself says what is wrong with it.
    return undefined;
  }
}

function isWithdrawn({ issuerRevoked, revocation }: Row): boolean {
  return revocation !== undefined || issuerRevoked === true;
}

function noneIssued(error: unknown): Readonly<Record<string, unknown>> {
  if (error instanceof NetworkFolderFault && error.reason === 'certificate-unknown') return {};
  throw error;
}
