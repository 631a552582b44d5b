import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createTestAuthority, type TestAuthority, type TestCertificate } from '@entente/testkit';

/** The names of the guide with whose certificates the recipes begin. */
export const names = { service: 'service.contoso.example', client: 'client.contoso.example' } as const;
/** Who a certificate is for. */
export type Side = keyof typeof names;

let authority: Promise<TestAuthority> | undefined;

/**
 * What the guide to a private CA leaves in a folder: the certificates of a service and of a client, from one CA for all recipes, and its list.
 */
export class RecipeCertificates {
  readonly folder: string;
  readonly #authority: TestAuthority;
  readonly #certificates: Readonly<Record<Side, TestCertificate>>;

  private constructor(
    folder: string,
    made: TestAuthority,
    certificates: Readonly<Record<Side, TestCertificate>>,
  ) {
    this.folder = folder;
    this.#authority = made;
    this.#certificates = certificates;
  }

  /**
   * Writes them, each with a new key.
   *
   * @param folder - absolute path
   */
  static async write(folder: string): Promise<RecipeCertificates> {
    authority ??= createTestAuthority('Contoso Root');
    const made = await authority;
    const [service, client] = await Promise.all(
      (['service', 'client'] as const).map((side) => made.issue({ dnsNames: [names[side]] })),
    );
    const certificates = { service: service!, client: client! };
    for (const side of ['service', 'client'] as const) {
      writeFileSync(join(folder, `${names[side]}.crt`), certificates[side].chainPem);
      writeFileSync(join(folder, `${names[side]}.key`), certificates[side].keyPem);
    }
    const written = new RecipeCertificates(folder, made, certificates);
    writeFileSync(written.anchors, made.certificatePem);
    await written.#publish([]);
    return written;
  }

  /** The certificate of a side. */
  readonly of = (side: Side): TestCertificate => this.#certificates[side];

  /** The file with the root. */
  get anchors(): string {
    return join(this.folder, 'ca.crt');
  }

  /** The file with the list. */
  get crls(): string {
    return join(this.folder, 'ca.crl');
  }

  /** Revokes the certificate of a side: the next list has it. */
  async revoke(side: Side): Promise<void> {
    await this.#publish([this.#certificates[side].serialHex]);
  }

  async #publish(serials: readonly string[]): Promise<void> {
    const number = serials.length + 1;
    const thisUpdate = Date.now() - 2_000 + number * 1_000;
    writeFileSync(this.crls, await this.#authority.crl(serials, { number, thisUpdate }));
  }
}
