import type { Command } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import { readSerial } from '../authority/certificates.ts';
import { toldMembers } from '../authority/not-published-yet.ts';
import { sendCommand } from '../authority/send-command.ts';

/**
 * Adds `entente cert release`: ends a hold.
 * @param program - the command line
 */
export function register(program: Command): void {
  const release = certificateCommand(program)
    .command('release')
    .summary('end the hold of a certificate')
    .description(
      'A certificate that was revoked with the reason certificateHold counts again (RFC 5280 §5.3.1). Every other revocation is final. Exit status 1: refused, or the certificate is not on hold.',
    )
    .argument('<serial>', 'serial number, hexadecimal, with or without colons');
  administratorCommand(release, 'entente cert release 704fe06b78861122d88c4c7e03836e37bb0dd5f6').action(run);
}

async function run(text: string, options: AdministratorOptions): Promise<void> {
  const serial = readSerial(text, 'argument <serial>');
  const command = { path: '/release', mediaType: 'application/json', body: JSON.stringify({ serial }) };
  await sendCommand(command, options, (answer) => {
    const { crlNumber } = answer;
    const told = toldMembers(
      answer,
      'members pick the list up themselves; connections that were closed are opened again by their client',
    );
    return {
      json: { serial, released: true, crlNumber, ...told.json },
      lines: [
        `the certificate ${serial} is no longer on hold`,
        `published in revocation list ${String(crlNumber)}`,
        ...told.lines,
      ],
      next: told.next,
    };
  });
}
