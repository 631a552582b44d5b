import { readFile } from 'node:fs/promises';
import { testAuthorityFrom } from '@entente/testkit/repository';
import { type Credential, loadCredential, openTrust, type Trust } from '@entente/tls';
import { domain } from '../../scenarios/harness/authority-place.ts';
import { publishedListPem } from '../../scenarios/harness/published-lists.ts';
import type { ConnectionRecord, Held } from './connection-record.ts';
import { guest, type LiveNetwork, type Place, partner } from './network.ts';
import { openConnections } from './open-connections.ts';
import type { DialOrder, Opening } from './order.ts';

/** Whom connections to the authority are with, in the record. */
export const authority = `ca.${domain}`;

type Parties = Pick<Held, 'parties' | 'bothReport' | 'remotePort'>;

/** Opens the connections of a run, and records each. */
export class Connections implements AsyncDisposable {
  readonly #network: LiveNetwork;
  readonly #record: ConnectionRecord;
  /** Judges for those that dial from this process. It learns nothing new: what is measured is what the other end does. */
  readonly #trust: Trust;
  readonly #credentials: Credential[] = [];
  #count = 0;

  private constructor(network: LiveNetwork, record: ConnectionRecord, trust: Trust) {
    this.#network = network;
    this.#record = record;
    this.#trust = trust;
  }

  static async open(network: LiveNetwork, record: ConnectionRecord): Promise<Connections> {
    const { place } = network;
    const lists = [await publishedListPem(place, 'root'), await publishedListPem(place, 'issuing')];
    const trust = await openTrust({
      anchors: place.ceremony.files.rootCertificate,
      crls: { pem: lists.join('') },
    });
    return new Connections(network, record, trust);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const credential of this.#credentials) await credential[Symbol.asyncDispose]();
    await this.#trust[Symbol.asyncDispose]();
  }

  /** From a member to another one, to the edge, or to the authority. */
  async fromMember(
    from: LiveNetwork['members'][number],
    to: Place | 'authority',
    count: number,
  ): Promise<void> {
    const { edge, place } = this.#network;
    if (to === 'authority') {
      const openings = this.#openings(count, this.#events());
      const order = {
        host: '127.0.0.1',
        port: place.httpsPort,
        name: place.fqdn,
        link: 'authority',
      } as const;
      await this.#ofMember(from, { ...order, openings }, [from.fqdn, authority], false);
      return;
    }
    const isEdge = to.fqdn === edge.fqdn;
    const openings = this.#openings(count, isEdge ? keepAlive : undefined);
    const order = { host: to.address, port: to.port, name: to.fqdn, link: 'server' } as const;
    await this.#ofMember(from, { ...order, openings }, [from.fqdn, to.fqdn], !isEdge);
  }

  /** From the partner to the edge. */
  async fromPartner(count: number): Promise<void> {
    const { edge, partnerAuthority } = this.#network;
    const { chainPem, keyPem } = await partnerAuthority.issue([partner]);
    await this.#fromHere(
      { chainPem, keyPem },
      { ...edge, fqdn: edge.externalFqdn, port: edge.federationPort },
      this.#openings(count, keepAlive),
      { parties: [partner, edge.fqdn], bothReport: false, remotePort: edge.federationPort },
    );
  }

  /** From an administrator to the authority. */
  async fromAdministrator(name: string, count: number): Promise<void> {
    const { place } = this.#network;
    const files = place.ceremony.administrators.find((one) => one.name === name);
    if (files === undefined) throw new Error(`nobody certified ${name}`);
    await this.#fromHere(
      { chainPem: files.certificate, keyPem: files.key },
      { fqdn: place.fqdn, address: '127.0.0.1', port: place.httpsPort },
      this.#openings(count, this.#events()),
      { parties: [administratorParty(name), authority], bothReport: false, remotePort: place.httpsPort },
    );
  }

  /** From the {@link guest} to a member, with a leaf of our own authority that ends at a time, milliseconds since 1970. */
  async fromGuest(to: readonly Place[], count: number, notAfter: number): Promise<void> {
    const { ceremony, fqdn, objectsPort } = this.#network.place;
    const { issuingCertificate, issuingKey } = ceremony.files;
    const issuing = await testAuthorityFrom(
      await readFile(issuingCertificate, 'utf8'),
      await readFile(issuingKey, 'utf8'),
    );
    const crlUrl = `http://${fqdn}:${objectsPort}/crl/${ceremony.issuerId}/0.crl`;
    const leaf = await issuing.issue({ dnsNames: [guest], crlUrl, notAfter });
    for (const place of to) {
      await this.#fromHere(leaf, place, this.#openings(count), {
        parties: [guest, place.fqdn],
        bothReport: true,
        remotePort: place.port,
      });
    }
  }

  async #ofMember(
    from: LiveNetwork['members'][number],
    order: DialOrder,
    parties: readonly [string, string],
    bothReport: boolean,
  ): Promise<void> {
    const localPorts = await from.process.ask<readonly number[]>(order);
    this.#add(order.openings, localPorts, { parties, bothReport, remotePort: order.port });
  }

  async #fromHere(
    { chainPem, keyPem }: { readonly chainPem: string; readonly keyPem: string },
    to: Place,
    openings: readonly Opening[],
    what: Parties,
  ): Promise<void> {
    const identity = await loadCredential({ certificate: chainPem, key: keyPem });
    this.#credentials.push(identity);
    const dialling = {
      trust: this.#trust,
      identity,
      host: to.address,
      port: to.port,
      allow: [to.fqdn],
      expect: { mode: 'host', name: to.fqdn },
    } as const;
    const localPorts = await openConnections(dialling, openings, (end) => this.#record.closed(end));
    this.#add(openings, localPorts, what);
  }

  #add(openings: readonly Opening[], localPorts: readonly number[], what: Parties): void {
    for (const [index, { id }] of openings.entries())
      this.#record.add({ id, localPort: localPorts[index] ?? 0, ...what });
  }

  /** @param greeting - default the id, which an accepting end that reports needs */
  #openings(length: number, greeting?: string): readonly Opening[] {
    return Array.from({ length }, () => {
      const id = `c${++this.#count}`;
      return { id, greeting: greeting ?? `${id}\n` };
    });
  }

  /** The authority closes what is idle, but for its event streams. */
  #events(): string {
    return `GET /events HTTP/1.1\r\nHost: ${this.#network.place.fqdn}\r\n\r\n`;
  }
}

/** A keep-alive, which a SIP server answers (RFC 5626 §3.5.1). */
const keepAlive = '\r\n\r\n';

/** An administrator, in the record. */
export function administratorParty(name: string): string {
  return `administrator ${name}`;
}
