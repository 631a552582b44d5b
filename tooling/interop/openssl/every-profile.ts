import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createIssuance, type ProfileName, userNames } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import { openAuthorityFolder } from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { startApp } from '@entente/testkit/repository';
import { type CertificateNames, decodePemCertificates, encodePem } from '@entente/x509';
import { type AuthorityOrders, openOrders, openTrustIn } from '../../scenarios/harness/authority-orders.ts';
import {
  type AuthorityPlace,
  createAuthorityPlace,
  domain,
} from '../../scenarios/harness/authority-place.ts';
import { type Enrolled, enrolServer, renewServer } from '../../scenarios/harness/enrolled.ts';
import { type ListOwner, publishedListPem } from '../../scenarios/harness/published-lists.ts';

/** A leaf that the authority has issued. */
export interface IssuedLeaf {
  /** What it is, e.g. `server, internal interface`. */
  readonly what: string;
  /** PEM with the leaf alone. */
  readonly file: string;
  /** PEM with the authorities above it, without the root. */
  readonly above: string;
  readonly serialHex: string;
  /** A name that it must have; undefined where it has none that openssl checks. */
  readonly host?: string;
  /** Which ends of TLS it may be, as openssl calls them. */
  readonly purposes: readonly ('sslserver' | 'sslclient')[];
}

/** A running authority that has issued a certificate of every profile. */
export interface EveryProfile extends AsyncDisposable {
  readonly place: AuthorityPlace;
  readonly orders: AuthorityOrders;
  /** One of each kind, to be revoked. */
  readonly leaves: readonly IssuedLeaf[];
  /** Another server's, that stays valid. */
  readonly kept: IssuedLeaf;
  /** The authority's own. */
  readonly own: IssuedLeaf;
  /** Certificates of authorities, PEM: root, issuing, and issuing for outsiders. */
  readonly authorities: readonly { readonly what: string; readonly file: string }[];
  /** Fetches the list of an authority from plain HTTP and writes it as PEM. @returns path of the file */
  list(whose: ListOwner): Promise<string>;
}

const edge = `edge1.${domain}`;
const access = `access.${domain}`;
const user = `alice@${domain}`;
const service = `orders.${domain}`;
const workload = `spiffe://${domain}/agent`;
const serviceNames: CertificateNames = {
  commonName: service,
  dnsNames: [service, 'localhost'],
  uris: [`spiffe://${domain}/orders`],
  ipAddresses: ['127.0.0.1', '0:0:0:0:0:0:0:1'],
};
const workloadNames: CertificateNames = { commonName: workload, dnsNames: [], uris: [workload] };

/**
 * Starts the authority-server app over what the ceremony created, and requests certificates as members do.
 *
 * @param directory - folder for everything
 */
export async function issueEveryProfile(directory: string): Promise<EveryProfile> {
  const frontEnd = (fqdn: string, address: string) => ({
    fqdn,
    role: 'front-end' as const,
    pool: `pool.${domain}`,
    interfaces: { internal: { address } },
  });
  const place = await createAuthorityPlace({
    directory,
    pools: [{ fqdn: `pool.${domain}`, role: 'front-end' }],
    servers: [
      frontEnd(`fe1.${domain}`, '127.0.0.11'),
      frontEnd(`fe2.${domain}`, '127.0.0.12'),
      {
        fqdn: edge,
        role: 'edge',
        interfaces: {
          internal: { address: '127.0.0.13' },
          external: { fqdn: access, address: '127.0.0.14' },
        },
      },
    ],
    outsideObjectsUrls: [`http://${access}`],
    administrators: ['administrator', 'bob'],
  });
  const files = place.ceremony.files;
  const above = files.issuingCertificate;
  // No order issues these, so the authority's own issuance does, before the server opens its folder.
  const ofUser = await issueHere(place, 'user', userNames(user), path.join(directory, 'user.crt'));
  const ofService = await issueHere(place, 'service', serviceNames, path.join(directory, 'service.crt'));
  const alone = await issueHere(place, 'service', workloadNames, path.join(directory, 'workload.crt'));
  const running = await startApp('authority-server', { name: place.fqdn, configFile: place.configFile });
  let orders: AuthorityOrders | undefined;
  const stop = async (): Promise<void> => {
    await orders?.[Symbol.asyncDispose]();
    await running[Symbol.asyncDispose]();
  };
  try {
    orders = await openOrders(place);
    await orders.publish(place.topology);
    await using trust = await openTrustIn(place);
    const join = async (fqdn: string): Promise<Enrolled> =>
      enrolServer(place, trust, await (orders as AuthorityOrders).joinToken(fqdn), fqdn);
    const write = ({ chainPem }: Enrolled, name: string): Promise<Written> =>
      writeLeaf(chainPem, path.join(directory, `${name}.crt`));
    const joined = await write(await join(`fe1.${domain}`), 'fe1');
    const kept = await write(await join(`fe2.${domain}`), 'fe2');
    const external = await renewServer(place, trust, await join(edge), {
      subject: access,
      interface: 'external',
    });
    const outside = await write(external, 'access');
    const bob = place.ceremony.administrators.find(({ name }) => name === 'bob')?.certificate ?? '';
    const own = await writeLeaf(
      await readFile(files.serverCertificate, 'utf8'),
      path.join(directory, 'ca.crt'),
    );
    const both = ['sslserver', 'sslclient'] as const;
    return {
      place,
      orders,
      kept: { what: 'another server', ...kept, above, host: `fe2.${domain}`, purposes: both },
      leaves: [
        { what: 'server, internal interface', ...joined, above, host: `fe1.${domain}`, purposes: both },
        {
          what: 'server, external interface',
          ...outside,
          above: files.outsideCertificate,
          host: access,
          purposes: both,
        },
        {
          what: 'administrator',
          ...(await writeLeaf(await readFile(bob, 'utf8'), path.join(directory, 'bob.crt'))),
          above,
          purposes: ['sslclient'],
        },
        { what: 'user', ...ofUser, above, purposes: ['sslclient'] },
        { what: 'service, every kind of name', ...ofService, above, host: service, purposes: both },
        { what: 'service, SPIFFE ID alone', ...alone, above, purposes: both },
      ],
      own: { what: 'the authority itself', ...own, above, host: place.fqdn, purposes: both },
      authorities: [
        { what: 'root', file: files.rootCertificate },
        { what: 'issuing authority', file: files.issuingCertificate },
        { what: 'issuing authority, for outsiders', file: files.outsideCertificate },
      ],
      list: async (whose) => {
        const file = path.join(directory, `${whose}.crl`);
        await writeFile(file, await publishedListPem(place, whose));
        return file;
      },
      [Symbol.asyncDispose]: stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

interface Written {
  readonly file: string;
  readonly serialHex: string;
}

async function issueHere(
  place: AuthorityPlace,
  profile: ProfileName,
  names: CertificateNames,
  file: string,
): Promise<Written> {
  await using opened = await openAuthorityFolder(place.directory, openLedger);
  const issuance = createIssuance({
    issuer: opened.issuer,
    ledger: opened.ledger,
    anchors: opened.roots,
    throwAway: opened.throwAway,
    clock: Date.now,
    random: randomBytes,
    objectsUrl: `http://${place.fqdn}:${place.objectsPort}`,
    mayIssue: () => ({ ok: true, names }),
  });
  const subject = names.commonName;
  const { request } = await createKeyAndRequest({ subject });
  const outcome = await issuance.issue(
    { profile, subject, request },
    { kind: 'administrator', name: 'administrator' },
  );
  if (!outcome.ok) throw new Error(outcome.refusal.message);
  await writeFile(file, encodePem('CERTIFICATE', outcome.certificate.der));
  return { file, serialHex: outcome.certificate.serialHex };
}

/** Writes the first certificate of a chain to a file of its own. */
async function writeLeaf(chainPem: string, file: string): Promise<Written> {
  const chain = decodePemCertificates(chainPem);
  const leaf = chain.ok ? chain.value[0] : undefined;
  if (leaf === undefined) throw new Error(`${file}: there is no certificate`);
  await writeFile(file, encodePem('CERTIFICATE', leaf.der));
  return { file, serialHex: leaf.serialHex };
}
