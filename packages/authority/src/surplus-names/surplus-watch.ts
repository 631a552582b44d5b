import type { RevocationDesk } from '@entente/pki';
import type { Ledger } from '@entente/pki/ledger';
import type { Log } from '@entente/tls';
import type { Topology } from '@entente/topology';
import { surplusCertificates } from './surplus-names.ts';

/** What a {@link SurplusWatch} acts with. */
export interface SurplusWatchOptions {
  /** The authority's own name; it renews itself, and must not end its own certificate. */
  readonly fqdn: string;
  readonly ledger: Pick<Ledger, 'issuedTo' | 'subjects'>;
  readonly topology: () => Topology | undefined;
  readonly revoke: RevocationDesk['revoke'];
  /** Milliseconds since 1970. */
  readonly now: () => number;
  readonly log: Log;
}

/** Revokes certificates with names that a topology has taken away, once their servers have had time to renew them. */
export class SurplusWatch {
  readonly #options: SurplusWatchOptions;
  readonly #since = new Map<string, number>();
  // Also after a start: a run before may have ended before it was done.
  #watching = true;

  constructor(options: SurplusWatchOptions) {
    this.#options = options;
  }

  /** Another topology is in force. */
  topologyChanged(): void {
    this.#watching = true;
  }

  /** Looks for certificates with surplus names until none is left, and revokes those whose time has come. */
  async look(): Promise<void> {
    const topology = this.#options.topology();
    if (!this.#watching || topology === undefined) return;
    // Before it looks: a topology that comes meanwhile is looked for again.
    this.#watching = false;
    try {
      if (await this.#isAnyLeft(topology)) this.#watching = true;
    } catch (fault) {
      // What could not be recorded is still to be done.
      this.#watching = true;
      throw fault;
    }
  }

  async #isAnyLeft(topology: Topology): Promise<boolean> {
    const { fqdn, ledger, log, now, revoke } = this.#options;
    const left = new Set<string>();
    for (const server of await ledger.subjects('server', now())) {
      if (server === fqdn || !topology.servers.has(server)) continue;
      const issued = await ledger.issuedTo(server, now());
      const valid = issued.filter(
        ({ profile, revocation }) => profile === 'server' && revocation === undefined,
      );
      for (const { certificate, due, names } of surplusCertificates(valid, topology, this.#since, now())) {
        const { serialHex } = certificate;
        if (due === undefined) {
          left.add(serialHex);
          if (!this.#since.has(serialHex)) this.#since.set(serialHex, now());
          continue;
        }
        const reason = due === 'renewed' ? 'superseded' : 'affiliationChanged';
        await revoke(serialHex, reason);
        log.warn(
          { event: 'surplus-names', server, serial: serialHex, names, due, reason },
          `a certificate of ${server} has names that the topology no longer gives it, and is revoked`,
        );
      }
    }
    for (const serialHex of this.#since.keys()) if (!left.has(serialHex)) this.#since.delete(serialHex);
    return left.size > 0;
  }
}
