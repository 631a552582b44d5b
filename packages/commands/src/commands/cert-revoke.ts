import { OperatorFault } from '@entente/host';
import { revocationReasonCodes } from '@entente/pki';
import { type Command, Option } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { sendCommand } from '../authority/send-command.ts';
import { counted } from '../topology/answer.ts';

interface RevokeOptions extends AdministratorOptions {
  readonly serial?: string;
  readonly server?: string;
  readonly reason: string;
}

/**
 * Adds `entente cert revoke`: revokes certificates.
 * @param program - the command line
 */
export function register(program: Command): void {
  const cert = program.commands.find((command) => command.name() === 'cert') ?? program.command('cert');
  const revoke = cert
    .description('the certificates that the authority has issued')
    .command('revoke')
    .summary('revoke a certificate, or all certificates of a server')
    .description(
      'Revokes at once. The authority publishes a new revocation list, and members close connections that no longer pass. Exit status 1: refused, or nothing to revoke.',
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
  const command = {
    path: '/revoke',
    mediaType: 'application/json',
    body: JSON.stringify({ ...target, reason }),
  };
  await sendCommand(command, options, ({ serials, crlNumber }) => {
    const revoked = Array.isArray(serials) ? serials.map(String) : [];
    const json = { ...target, reason, serials: revoked, crlNumber };
    if (revoked.length === 0) {
      const which = 'server' in target ? `for ${target.server}` : `with the serial number ${target.serial}`;
      return {
        json,
        lines: [`Nothing revoked: no valid certificate ${which}`],
        next: ['entente topology certs lists the servers of the topology'],
        failed: true,
      };
    }
    return {
      json,
      lines: [
        `revoked ${counted(revoked.length, 'certificate')}, ${reason}: ${revoked.join(', ')}`,
        `published in revocation list ${crlNumber}`,
      ],
      next: [
        'members pick the list up themselves',
        ...nextFor('server' in target ? target.server : undefined),
      ],
    };
  });
}

/** A server is revoked, not removed: it may join again, on a clean machine. */
function nextFor(server: string | undefined): readonly string[] {
  const name = server ?? '<server>';
  return [
    `to bring the server back: stop it, move its folder and its configuration away, then entente join-token ${name} --config <file> --as ca/administrators/<you>.yaml`,
    `to remove it: entente topology remove ${name}, then sign and publish`,
  ];
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
