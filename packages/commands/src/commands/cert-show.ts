import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import {
  type CertificateState,
  isAlive,
  readSerial,
  showCertificate,
  stateOf,
  timeText,
} from '../authority/certificates.ts';
import { connectAuthority } from '../authority/connect-authority.ts';
import { endOfHold } from '../authority/held-certificate.ts';
import { giveRefusal } from '../authority/send-command.ts';
import { give } from '../topology/answer.ts';

/**
 * Adds `entente cert show`: all that is recorded of one certificate.
 * @param program - the command line
 */
export function register(program: Command): void {
  const show = certificateCommand(program)
    .command('show')
    .summary('show one certificate that the authority has issued')
    .description(
      'Shows whose certificate it is, its names, who ordered it, until when it is valid, and whether it is revoked. With --json the certificate itself too. Exit status 1: refused, or this authority has not issued it.',
    )
    .argument('<serial>', 'serial number, hexadecimal, with or without colons');
  administratorCommand(show, 'entente cert show 704fe06b78861122d88c4c7e03836e37bb0dd5f6').action(run);
}

async function run(text: string, options: AdministratorOptions): Promise<void> {
  const serial = readSerial(text, 'argument <serial>');
  await using connection = await connectAuthority(await accessOf(options));
  const answer = await showCertificate(connection, serial);
  if (!answer.ok) {
    giveRefusal(answer.refusal, options.json);
    return;
  }
  const { found } = answer;
  const { predecessor, revocation } = found;
  const state = stateOf(found, Date.now());
  give(
    {
      json: { ...found, state },
      lines: [
        `${found.profile} certificate of ${found.subject}: ${state}`,
        `  serial       ${found.serial}`,
        `  names        ${[...new Set([found.commonName, ...found.dnsNames, ...found.uris])].join(', ')}`,
        `  valid        ${timeText(found.notBefore)} to ${timeText(found.notAfter)}`,
        `  issued       ${timeText(found.issuedAt)} to ${found.requester}`,
        `  key hash     ${found.keyHash}`,
        ...(predecessor === undefined ? [] : [`  renewed      ${predecessor}`]),
        ...(revocation === undefined
          ? []
          : state === 'on hold'
            ? [`  on hold      since ${timeText(revocation.at)}`]
            : [`  revoked      ${timeText(revocation.at)}: ${revocation.reason}`]),
      ],
      next: nextFor(state, found.serial),
    },
    options.json,
  );
}

function nextFor(state: CertificateState, serial: string): readonly string[] {
  if (state === 'on hold') return endOfHold(serial);
  return isAlive(state)
    ? [`to revoke it: entente cert revoke --serial ${serial} --as ca/administrators/<you>.yaml`]
    : [];
}
