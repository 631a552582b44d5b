import { OperatorFault } from '@entente/host';
import { revocationReasonCodes } from '@entente/pki';
import { type Command, Option } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { giveOrder } from '../authority/give-order.ts';

interface RevokeOptions extends AdministratorOptions {
  readonly serial?: string;
  readonly server?: string;
  readonly reason: string;
}

/**
 * Adds `entente cert revoke`: ends the belief in a certificate.
 * @param program the command line
 */
export function register(program: Command): void {
  const cert = program.commands.find((command) => command.name() === 'cert') ?? program.command('cert');
  const revoke = cert
    .description('the certificates that the authority has issued')
    .command('revoke')
    .summary('revoke a certificate, or all of a server')
    .description(
      'Revokes at once; the authority publishes a new list, and members close the connections that no longer pass. Exit status 1: refused.',
    )
    .option('--serial <hex>', 'serial number of one certificate')
    .option('--server <fqdn>', 'every certificate of this server')
    .addOption(
      new Option('--reason <reason>', 'why, as RFC 5280 §5.3.1 names it')
        .choices(Object.keys(revocationReasonCodes))
        .default('unspecified'),
    );
  administratorCommand(
    revoke,
    'entente cert revoke --server fe1.contoso.example --reason keyCompromise',
  ).action(run);
}

async function run(options: RevokeOptions): Promise<void> {
  const { reason } = options;
  const target = targetOf(options);
  const order = {
    path: '/revoke',
    mediaType: 'application/json',
    body: JSON.stringify({ ...target, reason }),
  };
  await giveOrder(order, options, ({ serials, crlNumber }) => {
    const revoked = Array.isArray(serials) ? serials.map(String) : [];
    return {
      json: { ...target, reason, serials: revoked, crlNumber },
      lines: [
        `revoked ${revoked.length === 0 ? 'nothing new' : revoked.join(', ')}: ${reason}`,
        `list number ${crlNumber} says so`,
      ],
      next: [
        'members take the list up by themselves',
        'a server that is to come back: entente join-token <server> …; one that is not: entente topology remove <server>',
      ],
    };
  });
}

function targetOf({ serial, server }: RevokeOptions): { serial: string } | { server: string } {
  if (serial !== undefined && server === undefined) {
    const digits = serial.replaceAll(':', '').toLowerCase();
    if (/^[0-9a-f]{1,40}$/.test(digits)) return { serial: digits };
  }
  if (server !== undefined && serial === undefined) return { server: server.toLowerCase() };
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected either --serial with up to 40 hexadecimal digits, or --server',
    place: 'the command line',
    remedy: 'name one certificate by its serial number, or a server by its FQDN',
  });
}
