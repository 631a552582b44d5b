import { type Certificate, oids } from '@entente/x509';
import { PkiFault } from '../../ground/fault.ts';
import { isForAddresses } from '../../ground/name-limits.ts';
import { limitsText } from '../../ground/outside-limits.ts';
import { demandRevocationReason, type RevocationReason } from '../../ground/revocation-reason.ts';
import type { Handler } from '../../publication/objects-handler.ts';
import type { PublishedRevocation } from '../../revocation/revocation-desk.ts';
import { authorityFiles } from '../authority-files.ts';
import { authorityFolder } from '../authority-folder.ts';
import { initialiseAuthority } from '../initialise-authority.ts';
import { openAuthorityFolder } from '../open-authority-folder.ts';
import { refuseFile, refuseSharedFolder, takeFolder } from '../own-folder.ts';
import { type AuthorityOptions, type ReadOptions, readAuthorityOptions } from './authority-options.ts';
import type { AuthorityTrust } from './published-lists.ts';
import { ServiceDesk } from './service-desk.ts';
import type { ServiceIdentity } from './service-identity.ts';

/** A private certification authority for the services of one domain, in one process at a time. */
export interface ServiceAuthority {
  /** As the options say, e.g. `contoso.example`. */
  readonly domain: string;
  /** Its root: the only certificate that others have to trust. */
  readonly root: Certificate;
  /**
   * Gives the identity of a service: the one that is on disk, or a new one where there is none, where it is due for renewal, or where an
   * earlier run of the program gave it other names. It is renewed as long as the authority is open. One that an earlier call has given
   * is the same object: with its first name alone, or the same names in any order. Other names are refused then, because a
   * listener that presents it would lose those that are left out; `reissue` changes them.
   * @param name - DNS name in lower case, `localhost`, IP address, or SPIFFE ID: the service is recorded, found and revoked by it
   * @param others - further names, one SPIFFE ID at most in all; together 65,536 octets at most, because peers refuse a longer chain
   * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED` with its `reason`, e.g. `subject-revoked`; `ENTENTE_PKI_BAD_ARGUMENT`, also
   * where the identity is open with other names; `ENTENTE_PKI_PASSPHRASE`, and those of the ledger
   */
  identity(name: string, ...others: readonly string[]): Promise<ServiceIdentity>;
  /**
   * Gives a service another certificate with another key now, also where its last one was revoked.
   * @param name - as for `identity`
   * @param others - further names; where none is given, the service keeps those of its last certificate
   * @throws PkiFault as `identity`; `ENTENTE_PKI_NOT_ISSUED` with the reason `certificate-unknown` where the service has never had one
   */
  reissue(name: string, ...others: readonly string[]): Promise<ServiceIdentity>;
  /**
   * Revokes every valid certificate of a service and publishes that at once. From now on `identity` refuses the name, in the next run too,
   * until `reissue` gives it another certificate.
   * @param name - the first name of the service
   * @param reason - default `unspecified`
   * @returns what was not revoked before, and the number of the list in force, which has all of it
   * @throws PkiFault `ENTENTE_PKI_NOT_ISSUED` where the service has no certificate that is still valid; `ENTENTE_PKI_BAD_ARGUMENT`
   */
  revoke(name: string, reason?: RevocationReason): Promise<PublishedRevocation>;
  /**
   * Roots and revocation lists, for `openTrust` of `@entente/tls` in the same process. Other processes read the files `root_ca.crt` and
   * `lists.crl` of the folder.
   */
  trust(): AuthorityTrust;
  /** Serves lists, issuers and roots (`/crl/…`, `/issuer/…`, `/roots.pem`) at the address of `objectsUrl`; see `nodeListener`. */
  readonly handler: Handler;
  /** Ends renewals, and closes the ledger. */
  [Symbol.asyncDispose](): Promise<void>;
}

/**
 * Opens the authority in a folder, and creates it where there is none: root, issuing authority, ledger, lists. While it is open it renews
 * identities, publishes lists, and lets the next issuing authority follow.
 * @param options - folder and domain
 * @throws PkiFault `ENTENTE_PKI_BAD_ARGUMENT`, also where the folder is that of another domain or for other addresses; `ENTENTE_PKI_PASSPHRASE`,
 * `ENTENTE_PKI_LEDGER_LOCKED`, `ENTENTE_PKI_AUTHORITY_DAMAGED`, `ENTENTE_PKI_SECRET_EXPOSED`; `ENTENTE_PKI_FILE_UNAVAILABLE` where no folder can
 * be created there
 */
export async function openAuthority(options: AuthorityOptions): Promise<ServiceAuthority> {
  const read = readAuthorityOptions(options);
  const { directory, domain, passphrase } = read;
  await refuseFile(directory);
  const folder = authorityFolder(directory, passphrase);
  const isThere = await folder.exists(authorityFiles.rootCertificate);
  if (!isThere) {
    await takeFolder(directory);
    await refuseSharedFolder(directory);
    await create(read);
  }
  const opened = await openAuthorityFolder(directory, read.openLedger, passphrase);
  try {
    const { root } = opened;
    refuseOtherDomain(root, read);
    refuseOtherAddresses(root, read);
    const desk = await ServiceDesk.open(read, folder, opened);
    return {
      domain,
      root,
      identity: (name, ...others) => desk.identity([name, ...others]),
      reissue: (name, ...others) => desk.reissue([name, ...others]),
      async revoke(name, reason = 'unspecified') {
        demandRevocationReason(reason, 'argument reason of revoke');
        return desk.revoke(name, reason);
      },
      trust: () => desk.publication.lists.trust(),
      handler: desk.publication.handler,
      async [Symbol.asyncDispose]() {
        await desk.close();
        await opened[Symbol.asyncDispose]();
      },
    };
  } catch (fault) {
    await opened[Symbol.asyncDispose]();
    throw fault;
  }
}

async function create({ clock, directory, domain, limits, objectsUrl, openLedger, passphrase }: ReadOptions) {
  await initialiseAuthority({
    directory,
    domain,
    limits,
    objectsUrl: objectsUrl ?? `http://ca.${domain}`,
    now: clock.now(),
    openLedger,
    ...(passphrase === undefined ? {} : { passphrase }),
  });
}

function refuseOtherDomain({ subject }: Certificate, { directory, domain }: ReadOptions): void {
  const found = subject.rdns.flat().find(({ oid }) => oid === oids.organizationName)?.text;
  if (found === domain) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected the authority of ${domain}, found that of ${found ?? 'no domain'}`,
    place: directory,
    remedy: 'choose another directory, or correct the option domain of openAuthority',
  });
}

/** The certificate of the root says for which addresses it may vouch, so others given later would count for nothing. */
function refuseOtherAddresses(root: Certificate, { addresses, directory }: ReadOptions): void {
  if (addresses === undefined || isForAddresses(root, addresses)) return;
  throw new PkiFault('ENTENTE_PKI_BAD_ARGUMENT', {
    sentence: `expected the ranges of addresses with which the authority was created, found ${addresses.join(', ').slice(0, 200) || 'none'}; its root may vouch for ${limitsText(root)}`,
    place: `option addresses of openAuthority, for ${directory}`,
    remedy: 'leave the option out, or create a new authority in another directory',
  });
}
