import { readFile } from 'node:fs/promises';
import { buildTopology, certificateNames, type Topology, type TopologyDocument } from '@entente/topology';
import { decodePemCertificates } from '@entente/x509';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { type ListedCertificate, listCertificates, stateOf, timeText } from '../authority/certificates.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { versionInForce } from '../authority/version-in-force.ts';
import { counted, give, table } from '../topology/answer.ts';

const dayMs = 86_400_000;
/** A server renews half-way through seven days: with less than this left, several renewals have failed. */
const serverWarningMs = 2 * dayMs;
const administratorWarningMs = 14 * dayMs;
const topologyWarningMs = 14 * dayMs;

/**
 * Adds `entente status`: whether the network needs something.
 * @param program - the command line
 */
export function register(program: Command): void {
  const status = program
    .command('status')
    .summary('show the state of the network, and what needs attention')
    .description(
      'Asks the authority whether it runs, which version is in force, and until when the certificate of each server is valid. Says what needs attention: a server without a valid certificate, one whose renewals fail, your own certificate or the topology about to expire. Exit status 1: something needs attention, or the authority refused.',
    );
  administratorCommand(status, 'entente status').action(run);
}

/** One certificate that a server should have. */
interface MemberState {
  readonly server: string;
  readonly role: string;
  readonly interface: string;
  /** When the newest valid certificate expires, milliseconds since 1970. */
  readonly certificateUntil: number | undefined;
  readonly attention: string | undefined;
}

async function run(options: AdministratorOptions): Promise<void> {
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const now = Date.now();
  const inForce = await versionInForce(connection, access);
  if (!inForce.ok) {
    giveRefusal(inForce.refusal, options.json);
    return;
  }
  const listed = await listCertificates(connection, { profile: 'server' });
  if (!listed.ok) {
    giveRefusal(listed.refusal, options.json);
    return;
  }
  const document = inForce.signed?.document;
  const members = document === undefined ? [] : membersOf(buildTopology(document), listed.found, now);
  const attention = [
    ...(document === undefined ? ['no topology has been published'] : expiryOf(document, now)),
    ...members.flatMap((member) => member.attention ?? []),
    ...(await ownExpiry(access.certificate, now)),
  ];
  give(
    {
      json: {
        authority: access.authority,
        network: document?.network ?? null,
        version: document?.version ?? null,
        members: members.map(({ attention: needs, ...member }) => ({ ...member, attention: needs ?? null })),
        attention,
      },
      lines: [
        `${access.authority} answers`,
        ...(document === undefined
          ? []
          : [
              `version ${document.version} of ${document.network} is in force, issued ${document.issued}`,
              '',
            ]),
        ...(members.length === 0 ? [] : rowsOf(members)),
        '',
        ...(attention.length === 0
          ? ['nothing needs attention']
          : [`${counted(attention.length, 'thing')} to attend to:`, ...attention.map((one) => `  ${one}`)]),
      ],
      next: nextFor(members, document),
      failed: attention.length > 0,
    },
    options.json,
  );
}

/** The certificates that the topology asks of the authority, each with the newest valid one. */
function membersOf(
  topology: Topology,
  certificates: readonly ListedCertificate[],
  now: number,
): readonly MemberState[] {
  const newest = new Map<string, number>();
  for (const certificate of certificates) {
    if (stateOf(certificate, now) !== 'valid') continue;
    const key = `${certificate.subject} ${certificate.commonName}`;
    newest.set(key, Math.max(newest.get(key) ?? 0, certificate.notAfter));
  }
  return [...topology.servers.values()].flatMap(({ fqdn, role }) =>
    certificateNames(topology, fqdn)
      .filter(({ issuer }) => issuer === 'enterprise')
      .map((names) => {
        const until = newest.get(`${fqdn} ${names.commonName}`);
        return {
          server: fqdn,
          role,
          interface: names.interface,
          certificateUntil: until,
          attention: attentionOf(fqdn, names.interface, until, now),
        };
      }),
  );
}

function attentionOf(
  server: string,
  side: string,
  until: number | undefined,
  now: number,
): string | undefined {
  const which = side === 'external' ? `${server}, outside,` : server;
  if (until === undefined)
    return `${which} has no valid certificate: it has not joined, was revoked, or has expired`;
  if (until - now >= serverWarningMs) return undefined;
  return `the certificate of ${which} expires at ${timeText(until)}: it should have been renewed`;
}

function expiryOf({ expires, version }: TopologyDocument, now: number): readonly string[] {
  if (expires === undefined || Date.parse(expires) - now >= topologyWarningMs) return [];
  return [`version ${version} of the topology expires at ${expires}`];
}

async function ownExpiry(file: string, now: number): Promise<readonly string[]> {
  const decoded = decodePemCertificates(await readFile(file));
  const leaf = decoded.ok ? decoded.value[0] : undefined;
  if (leaf === undefined || leaf.notAfter - now >= administratorWarningMs) return [];
  return [`your own certificate expires at ${timeText(leaf.notAfter)}: entente cert renew --as <file>`];
}

function rowsOf(members: readonly MemberState[]): readonly string[] {
  return table([
    ['server', 'role', 'certificate until', 'topology', 'list', 'last seen'],
    ...members.map(({ certificateUntil, interface: side, role, server }) => [
      side === 'external' ? `${server} (outside)` : server,
      role,
      certificateUntil === undefined ? 'none' : timeText(certificateUntil),
      ...notReported,
    ]),
  ]);
}

/** Members do not tell the authority yet what they act on. */
const notReported = ['not reported', 'not reported', 'not reported'] as const;

function nextFor(members: readonly MemberState[], document: TopologyDocument | undefined): readonly string[] {
  if (document === undefined) return ['entente topology publish --as ca/administrators/<you>.yaml'];
  const missing = members.find(({ certificateUntil }) => certificateUntil === undefined);
  const late = members.find((one) => one.certificateUntil !== undefined && one.attention !== undefined);
  return [
    ...(missing === undefined
      ? []
      : [
          `entente join-token ${missing.server} --config ${missing.server}.yaml --as ca/administrators/<you>.yaml`,
        ]),
    ...(late === undefined ? [] : [`see renewal-failed in the log of ${late.server}`]),
    'entente topology status --as ca/administrators/<you>.yaml shows what is not signed or published',
  ];
}
