import {
  findIssued,
  type IssuedCertificate,
  type PkiRefusal,
  type Problem,
  type RevocationReason,
  refuse,
} from '@entente/pki';
import type { Topology } from '@entente/topology';
import { decodePem, encodePem } from '@entente/x509';
import { by } from '../audit/audit-log.ts';
import type { Authority } from '../authority.ts';
import type { Caller } from '../caller.ts';
import { readCertificateQuery } from './certificate-query.ts';
import { certificateDetails, certificateRow } from './certificate-view.ts';
import { badOrder, readOrder } from './read-order-body.ts';
import type { AuthorityApp, RouteContext } from './route-context.ts';

/**
 * The certificates that the authority has issued, and those that administrators order: for a server that cannot join by itself, for a store,
 * and the next one of their own.
 * @param app - receives the routes
 * @param context - what they answer with
 */
export function addCertificateRoutes(app: AuthorityApp, context: RouteContext): void {
  const { authority, guard, refusals } = context;
  const { issuers, ledger } = authority.opened;

  app.get('/certificates', async (c) => {
    const { caller } = c.env;
    const refused = guard('administrator', caller);
    if (refused !== undefined) return refused;
    const query = readCertificateQuery(new URL(c.req.url).searchParams, authority.clock.now());
    if ('reason' in query) return refusals.request(query, caller);
    const page = await ledger.list(query).catch((fault: { code?: string }) => {
      if (fault.code === 'ENTENTE_PKI_BAD_ARGUMENT') return undefined;
      throw fault;
    });
    if (page === undefined) return refusals.request(badAfter, caller);
    const { certificates, next } = page;
    const revoked = issuers.revokedIds();
    const rows = certificates.map((certificate) => certificateRow(certificate, revoked));
    return c.json({ certificates: rows, ...(next === undefined ? {} : { next }) }, 200, notStored);
  });

  app.get('/certificates/:serial', async (c) => {
    const { caller } = c.env;
    const refused = guard('administrator', caller);
    if (refused !== undefined) return refused;
    const serial = c.req.param('serial').toLowerCase();
    // Those that are retired too: what they have issued is listed.
    const known = { issuer: issuers.active.record, issuers: issuers.records };
    const found = await findIssued(ledger, known, serial);
    if (found === undefined) return refusals.request(unknownSerial(serial), caller);
    return c.json(certificateDetails(found, issuers.revokedIds()), 200, notStored);
  });

  app.post('/certificates', async (c) => {
    const { caller } = c.env;
    const read = await readOrder(c.req.raw, caller, context, 'certificate', maxOrderBytes);
    if (read instanceof Response) return read;
    if (caller.kind !== 'administrator') return c.notFound();
    const order = certificateOrder(read);
    if ('reason' in order) return refusals.request(order, caller);
    const outcome = await issueTo(authority, order, caller);
    if ('reason' in outcome) return refusals.request(outcome, caller);
    return c.json(outcome, 201, notStored);
  });
}

const notStored = { 'cache-control': 'no-store' };
/** A request may have 16 kB, in base64 a third more. */
const maxOrderBytes = 32_768;

type Administrator = Extract<Caller, { readonly kind: 'administrator' }>;

interface CertificateOrder {
  /** FQDN of a server or store; absent where administrators order the next certificate of their own. */
  readonly server?: string;
  readonly interface?: string;
  /** PKCS#10, DER. */
  readonly request: Uint8Array;
}

function certificateOrder(read: Readonly<Record<string, unknown>>): CertificateOrder | Problem {
  const { request: pem, server, interface: side, ...more } = read;
  const optional = [server, side].every((text) => text === undefined || typeof text === 'string');
  if (typeof pem !== 'string' || !optional || Object.keys(more).length > 0) {
    return badOrder('"request", a PKCS#10 request in PEM, and for a server "server" and "interface"');
  }
  const decoded = decodePem(Buffer.from(pem, 'utf8'));
  const block = decoded.ok && decoded.value.length === 1 ? decoded.value[0] : undefined;
  if (block === undefined || !/^(NEW )?CERTIFICATE REQUEST$/.test(block.label)) {
    return badOrder('"request", one block CERTIFICATE REQUEST in PEM (RFC 7468 section 7)');
  }
  return {
    request: block.der,
    ...(typeof server === 'string' ? { server: server.toLowerCase() } : {}),
    ...(typeof side === 'string' ? { interface: side } : {}),
  };
}

/** Issues by the same rule as every certificate. The names come from the topology, or from the certificate of the administrator. */
async function issueTo(
  authority: Authority,
  { request, server, interface: side }: CertificateOrder,
  caller: Administrator,
): Promise<object | PkiRefusal> {
  const { audit, issuance, opened } = authority;
  const { name, serialHex } = caller;
  const entry = { ...by(caller), outcome: 'done' } as const;
  const withdrawn = ({ serialHex: serial, subject }: IssuedCertificate, reason: RevocationReason) =>
    audit.record({ ...entry, action: 'certificate-revoked', subject, reason, details: { serial } });
  const outcome = await issuance.issue(
    {
      ...(server === undefined
        ? { profile: 'administrator', subject: name }
        : { profile: profileOf(authority.topologies.current?.topology, server), subject: server }),
      ...(side === undefined ? {} : { interface: side }),
      request,
      // Before anybody gets it, and before the ledger has it: none is given away that the trail does not have.
      onSigned: ({ notAfter, serialHex: serial, subject }) =>
        audit.record({
          ...entry,
          action: server === undefined ? 'certificate-renewed' : 'certificate-issued',
          subject,
          details: { serial, notAfter },
        }),
      onWithdrawn: (certificate, reason) => withdrawn(certificate, reason),
    },
    { kind: 'administrator', name, serialHex },
  );
  if (!outcome.ok) return outcome.refusal;
  const { certificate } = outcome;
  // The verdict on the connection may be older than a revocation that came meanwhile.
  if ((await findIssued(opened.ledger, issuance, serialHex))?.revocation !== undefined) {
    const reason = 'superseded';
    const revoked = await authority.revocation.revoke(certificate.serialHex, reason);
    if (revoked.ok) await withdrawn(certificate, reason);
    return refuse(
      'requester-revoked',
      `the certificate ${serialHex} of the administrator ${name} is revoked`,
      'let another administrator order it',
    );
  }
  return {
    serial: certificate.serialHex,
    subject: certificate.subject,
    notAfter: certificate.notAfter,
    dnsNames: certificate.names.dnsNames,
    uris: certificate.names.uris,
    certificate: certificate.chain.map((der) => encodePem('CERTIFICATE', der)).join(''),
  };
}

/** A name of the topology is of a server or of a store, never of both. */
function profileOf(topology: Topology | undefined, name: string): 'server' | 'store' {
  return topology?.stores.has(name) === true ? 'store' : 'server';
}

const badAfter: Problem = refuse(
  'malformed-request',
  'expected the "next" of an answer before as "after", found another text',
  'begin again without "after"',
);

function unknownSerial(serial: string): Problem {
  return refuse(
    'certificate-unknown',
    `this authority has not issued serial number ${serial.slice(0, 40)}`,
    'list the certificates with entente cert list --all',
  );
}
