import { OperatorFault } from '@entente/host';
import { profiles } from '@entente/pki';
import { type Command, Option } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import {
  isAlive,
  type ListedCertificate,
  listCertificates,
  stateOf,
  timeText,
} from '../authority/certificates.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { neverIssued } from '../authority/no-certificate-for-name.ts';
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
      'Lists the certificates that are valid, or will be at a time that is still to come, or with --all those too that have expired, are revoked, or are below a revoked issuing authority, in the order in which they were issued. Exit status 1: refused, or no certificate was ever issued to the name.',
    )
    .option('--server <fqdn>', 'those of this server or store')
    .option('--subject <name>', 'those of this server, store, administrator or user')
    .addOption(new Option('--profile <profile>', 'those of this kind').choices(Object.keys(profiles)))
    .option('--all', 'those too that have expired, are revoked, or whose issuing authority is');
  administratorCommand(list, 'entente cert list --server fe1.contoso.example --all').action(run);
}

async function run(options: ListOptions): Promise<void> {
  const { all, json } = options;
  const { profiles: kinds, subject } = filterOf(options);
  const access = await accessOf(options);
  await using connection = await connectAuthority(access);
  const answer = await listCertificates(connection, {
    expired: true,
    ...(subject === undefined ? {} : { subject }),
    ...(kinds?.length === 1 ? { profile: kinds[0] } : {}),
  });
  if (!answer.ok) {
    giveRefusal(answer.refusal, json);
    return;
  }
  const now = Date.now();
  const found = answer.found.filter((row) => kinds?.includes(row.profile) ?? true);
  const listed = all === true ? found : found.filter((row) => isAlive(stateOf(row, now)));
  const certificates = listed.map((row) => ({ ...row, state: stateOf(row, now) }));
  if (subject !== undefined && found.length === 0) {
    const { lines, next } = await neverIssued(subject, connection, access);
    const refusal = { reason: 'certificate-unknown', message: lines.join('; '), remedy: next.join('; ') };
    give({ json: { certificates, refusal }, lines, next, failed: true }, json);
    return;
  }
  const left = found.length - listed.length;
  give(
    {
      json: { certificates, leftOut: left },
      lines: [
        ...(listed.length === 0 ? ['no valid certificate'] : rowsOf(listed, now)),
        ...(left === 0
          ? []
          : [
              `${counted(left, 'certificate')} expired, revoked, on hold, or below a revoked issuing authority: --all lists them too`,
            ]),
      ],
      next: [
        listed.length === 0 && left > 0
          ? 'entente cert list --all --as ca/administrators/<you>.yaml lists those too'
          : 'entente cert show <serial> --as ca/administrators/<you>.yaml shows one',
      ],
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
      stateText(row, now),
    ]),
  ]);
}

function stateText(row: ListedCertificate, now: number): string {
  const state = stateOf(row, now);
  if (state === 'not yet valid') return `${state}: from ${timeText(row.notBefore)} on`;
  return row.revocation === undefined ? state : `${state}: ${row.revocation.reason}`;
}

function filterOf({ profile, server, subject }: ListOptions): {
  readonly profiles?: readonly string[];
  readonly subject?: string;
} {
  if (server === undefined) {
    return {
      ...(profile === undefined ? {} : { profiles: [profile] }),
      ...(subject === undefined ? {} : { subject: subject.toLowerCase() }),
    };
  }
  if (subject === undefined && (profile ?? 'server') === 'server') {
    // As for the other commands, a store is a server of another maker.
    return {
      profiles: profile === undefined ? ['server', 'store'] : [profile],
      subject: server.toLowerCase(),
    };
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected --server alone: it is --subject with the profiles server and store',
    place: 'the command line',
    remedy: 'give one of them',
  });
}
