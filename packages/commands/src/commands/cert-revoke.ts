import { OperatorFault } from '@entente/host';
import { revocationReasonCodes } from '@entente/pki';
import { type Certificate, certificateNamesOf } from '@entente/x509';
import { type Command, Option } from 'commander';
import {
  type AdministratorAccess,
  type AdministratorOptions,
  accessOf,
} from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import { readCertificateFile } from '../authority/certificate-file.ts';
import {
  type Found,
  isAlive,
  type ListedCertificate,
  listCertificates,
  readSerial,
  showCertificate,
  stateOf,
  timeText,
} from '../authority/certificates.ts';
import { type AuthorityConnection, connectAuthority } from '../authority/connect-authority.ts';
import { endOfHold } from '../authority/held-certificate.ts';
import { neverIssued } from '../authority/no-certificate-for-name.ts';
import { toldMembers } from '../authority/not-published-yet.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { type Answer, counted, give } from '../topology/answer.ts';
import { confirm, yesOption } from '../topology/confirm.ts';

interface RevokeOptions extends AdministratorOptions {
  readonly serial?: string;
  readonly server?: string;
  readonly file?: string;
  readonly reason: string;
  readonly dryRun?: boolean;
  readonly yes?: boolean;
}

type Target =
  | { readonly serial: string }
  | { readonly server: string }
  /** PEM. */
  | { readonly certificate: string };

/** What is to be revoked, and as what it is listed. */
type Chosen = Found<readonly ListedCertificate[]> & { readonly target: Target };

/**
 * Adds `entente cert revoke`: revokes certificates.
 * @param program - the command line
 */
export function register(program: Command): void {
  const revoke = certificateCommand(program)
    .command('revoke')
    .summary('revoke a certificate, or all certificates of a server')
    .description(
      'Shows the certificates and asks, then revokes at once. The authority publishes a new revocation list, and members close connections that no longer pass. Exit status 1: refused, or nothing to revoke.',
    )
    .option('--serial <hex>', 'serial number of one certificate')
    .option('--server <fqdn>', 'every certificate of this server')
    .option('--file <certificate>', 'a certificate, PEM or DER; also one that the authority has no record of')
    .addOption(
      new Option('--reason <reason>', 'why, as RFC 5280 §5.3.1 names it')
        .choices(Object.keys(revocationReasonCodes))
        .default('unspecified'),
    )
    .option('--dry-run', 'show which certificates would be revoked; revoke nothing')
    .option(...yesOption);
  administratorCommand(
    revoke,
    'entente cert revoke --server fe1.contoso.example --reason keyCompromise',
  ).action(run);
}

async function run(options: RevokeOptions): Promise<void> {
  const { json, reason } = options;
  checkTarget(options);
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const answer = await certificatesOf(options, connection);
  const { target } = answer;
  if (!answer.ok) {
    giveRefusal(answer.refusal, json);
    return;
  }
  const revocable = answer.found.filter((row) => isRevocable(row, reason));
  if (revocable.length === 0) {
    await giveNothing(target, answer.found, connection, access, options);
    return;
  }
  const lines = revocable.map(
    ({ commonName, notAfter, serial, subject }) =>
      `${serial}  ${commonName === subject ? subject : `${subject} (${commonName})`}, valid until ${timeText(notAfter)}`,
  );
  const what = `${counted(revocable.length, 'certificate')}, ${reason}`;
  if (options.dryRun === true) {
    const serials = revocable.map(({ serial }) => serial);
    give(
      {
        json: { ...named(target), reason, revoked: false, serials },
        lines: [`would revoke ${what}:`, ...lines],
      },
      json,
    );
    return;
  }
  await confirm({ lines, question: `revoke ${what}?` }, options.yes);
  const body = JSON.stringify({ ...target, reason });
  const outcome = await connection.send('/revoke', 'application/json', body);
  if (!outcome.ok) {
    giveRefusal(outcome.refusal, json);
    return;
  }
  const { crlNumber, serials } = outcome.answer;
  const revoked = Array.isArray(serials) ? serials.map(String) : [];
  const told = toldMembers(outcome.answer, 'members pick the list up themselves');
  const fields = { ...named(target), reason, serials: revoked, crlNumber, ...told.json };
  if (revoked.length === 0) {
    // Somebody else was faster.
    const message = 'it has been revoked meanwhile';
    const remedy = 'entente cert list --all --as ca/administrators/<you>.yaml shows since when';
    const refusal = { reason: 'nothing-to-revoke', message, remedy };
    give({ json: { ...fields, refusal }, lines: [`Nothing revoked: ${message}`], failed: true }, json);
    return;
  }
  give(
    {
      json: fields,
      lines: [
        `revoked ${counted(revoked.length, 'certificate')}, ${reason}: ${revoked.join(', ')}`,
        `published in revocation list ${crlNumber}`,
        ...told.lines,
      ],
      next: [
        ...told.next,
        ...(reason === 'certificateHold'
          ? revoked.flatMap((serial) => endOfHold(serial))
          : nextFor(revocable[0] as ListedCertificate)),
      ],
    },
    json,
  );
}

async function certificatesOf(
  { file, serial: text, server }: RevokeOptions,
  connection: AuthorityConnection,
): Promise<Chosen> {
  if (server !== undefined) {
    const subject = server.toLowerCase();
    const listed = await listCertificates(connection, { subject, expired: true });
    return { ...listed, target: { server: subject } };
  }
  const read = file === undefined ? undefined : await readCertificateFile(file);
  const serial = read?.certificate.serialHex ?? readSerial(text ?? '', 'option --serial');
  const shown = await showCertificate(connection, serial);
  if (shown.ok) return { ok: true, found: [shown.found], target: { serial } };
  if (read === undefined || shown.refusal.reason !== 'certificate-unknown')
    return { ...shown, target: { serial } };
  // The authority judges by its signature.
  return { ok: true, found: [rowOf(read.certificate)], target: { certificate: read.pem } };
}

function rowOf(certificate: Certificate): ListedCertificate {
  const { notAfter, notBefore, serialHex: serial } = certificate;
  const { commonName } = certificateNamesOf(certificate);
  const subject = `${commonName}, of which the authority has no record`;
  const requester = 'not recorded';
  return {
    serial,
    profile: 'not recorded',
    subject,
    commonName: subject,
    notBefore,
    notAfter,
    issuedAt: notBefore,
    requester,
  };
}

/** The target in an answer, without the PEM that the operator has given. */
function named(target: Target): object {
  return 'certificate' in target ? {} : target;
}

/** A hold may become final, for another reason (RFC 5280 §5.3.1). */
function isRevocable(row: ListedCertificate, reason: string): boolean {
  const state = stateOf(row, Date.now());
  return (
    isAlive(state) || state === 'issuer revoked' || (state === 'on hold' && reason !== 'certificateHold')
  );
}

async function giveNothing(
  target: Target,
  found: readonly ListedCertificate[],
  connection: AuthorityConnection,
  access: AdministratorAccess,
  { json, reason }: RevokeOptions,
): Promise<void> {
  const fields = { ...named(target), reason, serials: [] };
  const answer = ({ lines, next }: Required<Pick<Answer, 'lines' | 'next'>>) => {
    const refusal = { reason: 'nothing-to-revoke', message: lines.join('; '), remedy: next.join('; ') };
    give({ json: { ...fields, refusal }, lines: ['Nothing revoked', ...lines], next, failed: true }, json);
  };
  const last = found.at(-1);
  if (last === undefined) {
    const name = 'server' in target ? target.server : undefined;
    answer(
      name === undefined
        ? { lines: ['there is no such certificate'], next: [] }
        : await neverIssued(name, connection, access),
    );
    return;
  }
  const { notAfter, revocation, serial, subject } = last;
  const list = `entente cert list --subject ${subject} --all --as ca/administrators/<you>.yaml lists them`;
  const isHeld = revocation?.reason === 'certificateHold';
  const since =
    revocation === undefined
      ? `expired at ${timeText(notAfter)}`
      : isHeld
        ? `is on hold since ${timeText(revocation.at)}`
        : `was revoked at ${timeText(revocation.at)}: ${revocation.reason}`;
  answer({
    lines: [`no valid certificate of ${subject}: the last one, ${serial}, ${since}`],
    next: [...(isHeld ? endOfHold(serial) : []), list],
  });
}

/** A server is revoked, not removed: it may join again, on a clean machine. */
function nextFor({ profile, subject }: ListedCertificate): readonly string[] {
  if (profile !== 'server') return [];
  return [
    `to bring the server back: stop it, move its folder and its configuration away, then entente join-token ${subject} --config <file> --as ca/administrators/<you>.yaml`,
    `to remove it: entente topology remove ${subject}, then sign and publish`,
  ];
}

function checkTarget({ file, serial, server }: RevokeOptions): void {
  if (serial !== undefined) readSerial(serial, 'option --serial');
  if ([file, serial, server].filter((one) => one !== undefined).length === 1) return;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected one of --serial, --server and --file',
    place: 'the command line',
    remedy: 'name one certificate by its serial number or file, or a server by its FQDN',
  });
}
