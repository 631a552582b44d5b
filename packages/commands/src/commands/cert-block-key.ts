import { OperatorFault } from '@entente/host';
import { revocationReasonCodes } from '@entente/pki';
import { type Command, Option } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import { readCertificateFile, readRequestFile } from '../authority/certificate-file.ts';
import { sendCommand } from '../authority/send-command.ts';
import { confirm, yesOption } from '../topology/confirm.ts';

interface BlockKeyOptions extends AdministratorOptions {
  readonly file?: string;
  readonly csr?: string;
  readonly reason: string;
  readonly yes?: boolean;
}

/**
 * Adds `entente cert block-key`: no certificate is issued for a key any more.
 * @param program - the command line
 */
export function register(program: Command): void {
  const block = certificateCommand(program)
    .command('block-key')
    .summary('issue no certificate for a key any more')
    .description(
      'For a key that others may have: whatever is requested for it is refused, for ever. The key is that of a certificate, of any issuer, or of a request. Certificates of the key that are valid stay so until they are revoked; they are listed. Revoking a certificate for keyCompromise blocks its key too. Exit status 1: refused.',
    )
    .option('--file <certificate>', 'a certificate with the key, PEM or DER')
    .option('--csr <file>', 'a PKCS#10 request with the key, PEM or DER')
    .addOption(
      new Option('--reason <reason>', 'why, as RFC 5280 §5.3.1 names it')
        .choices(Object.keys(revocationReasonCodes))
        .default('keyCompromise'),
    )
    .option(...yesOption);
  administratorCommand(block, 'entente cert block-key --file fe1.contoso.example/tls.crt').action(run);
}

async function run(options: BlockKeyOptions): Promise<void> {
  const { csr, file, reason } = options;
  const key = await keyOf(file, csr);
  await confirm(
    {
      lines: [`the key of ${file ?? csr}`],
      question: `issue no certificate for this key any more (${reason})?`,
    },
    options.yes,
  );
  const command = {
    path: '/block-key',
    mediaType: 'application/json',
    body: JSON.stringify({ ...key, reason }),
  };
  await sendCommand(command, options, ({ blocked, keyHash, reason: recorded, valid }) => {
    const rows = Array.isArray(valid) ? (valid as { serial: string; subject: string }[]) : [];
    return {
      json: { keyHash, reason: recorded, blocked, valid: rows },
      lines: [
        blocked === true
          ? `the key ${String(keyHash)} is blocked, ${String(recorded)}`
          : `the key ${String(keyHash)} was blocked before, ${String(recorded)}`,
        ...rows.map(({ serial, subject }) => `still valid: ${serial} of ${subject}`),
      ],
      next: rows.map(
        ({ serial }) =>
          `entente cert revoke --serial ${serial} --reason keyCompromise --as ca/administrators/<you>.yaml`,
      ),
    };
  });
}

async function keyOf(file: string | undefined, csr: string | undefined): Promise<object> {
  if (file !== undefined && csr === undefined) return { certificate: (await readCertificateFile(file)).pem };
  if (csr !== undefined && file === undefined) return { request: await readRequestFile(csr) };
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'expected either --file or --csr',
    place: 'the command line',
    remedy: 'name a certificate or a request with the key',
  });
}
