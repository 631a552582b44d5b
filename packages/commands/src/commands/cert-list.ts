import { OperatorFault } from '@entente/host';
import { profiles } from '@entente/pki';
import { type Command, Option } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import { type ListedCertificate, listCertificates, stateOf, timeText } from '../authority/certificates.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { neverIssued } from '../authority/never-issued.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { counted, give, table } from '../topology/answer.ts';

interface ListOptions extends AdministratorOptions {
  readonly server?: string;
  readonly subject?: string;
  readonly profile?: string;
  readonly all?: boolean;
}

/**
 * Adds `entente cert list`: the certificates that the authority has issued.
 * @param program - the command line
 */
export function register(program: Command): void {
  const list = certificateCommand(program)
    .command('list')
    .summary('list the certificates that the authority has issued')
    .description(
      'Lists the certificates that are valid, or with --all those too that have expired, are revoked, or are below a revoked issuing authority, in the order in which they were issued. Exit status 1: refused, or no certificate was ever issued to the name.',
    )
    .option('--server <fqdn>', 'those of this server')
    .option('--subject <name>', 'those of this server, administrator or user')
    .addOption(new Option('--profile <profile>', 'those of this kind').choices(Object.keys(profiles)))
    .option('--all', 'those too that have expired, are revoked, or whose issuing authority is');
  administratorCommand(list, 'entente cert list --server fe1.contoso.example --all').action(run);
}

async function run(options: ListOptions): Promise<void> {
  const { all, json } = options;
  const { profile, subject } = filterOf(options);
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const answer = await listCertificates(connection, {
    expired: true,
    ...(subject === undefined ? {} : { subject }),
    ...(profile === undefined ? {} : { profile }),
  });
  if (!answer.ok) {
    giveRefusal(answer.refusal, json);
    return;
  }
  const now = Date.now();
  const listed = all === true ? answer.found : answer.found.filter((row) => stateOf(row, now) === 'valid');
  const certificates = listed.map((row) => ({ ...row, state: stateOf(row, now) }));
  if (subject !== undefined && answer.found.length === 0) {
    const { lines, next } = await neverIssued(subject, connection, access);
    const refusal = { reason: 'certificate-unknown', message: lines.join('; '), remedy: next.join('; ') };
    give({ json: { certificates, refusal }, lines, next, failed: true }, json);
    return;
  }
  const left = answer.found.length - listed.length;
  give(
    {
      json: { certificates, leftOut: left },
      lines: [
        ...(listed.length === 0 ? ['no valid certificate'] : rowsOf(listed, now)),
        ...(left === 0
          ? []
          : [
              `${counted(left, 'certificate')} expired, revoked, or below a revoked issuing authority: --all lists them too`,
            ]),
      ],
      next: ['entente cert show <serial> --as ca/administrators/<you>.yaml shows one'],
    },
    json,
  );
}

function rowsOf(listed: readonly ListedCertificate[], now: number): readonly string[] {
  return table([
    ['serial', 'profile', 'subject', 'valid until', 'state'],
    ...listed.map((row) => [
      row.serial,
      row.profile,
      row.commonName === row.subject ? row.subject : `${row.subject} (${row.commonName})`,
      timeText(row.notAfter),
      row.revocation === undefined ? stateOf(row, now) : `${stateOf(row, now)}: ${row.revocation.reason}`,
    ]),
  ]);
}

function filterOf({ profile, server, subject }: ListOptions): {
  readonly profile?: string;
  readonly subject?: string;
} {
  if (server === undefined) {
    return {
      ...(profile === undefined ? {} : { profile }),
      ...(subject === undefined ? {} : { subject: subject.toLowerCase() }),
    };
  }
  if (subject === undefined && (profile ?? 'server') === 'server') {
    return { profile: 'server', subject: server.toLowerCase() };
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected --server alone: it is --subject with --profile server',
    place: 'the command line',
    remedy: 'give one of them',
  });
}
