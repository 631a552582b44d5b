import { OperatorFault } from '@entente/host';
import { publicMode, writeWhole } from '@entente/pki/node';
import { encodePem } from '@entente/x509';
import { type Command, Option } from 'commander';
import type { AdministratorOptions } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import { timeText } from '../authority/certificates.ts';
import { sendCommand } from '../authority/send-command.ts';
import { readNamed } from '../read-named-file.ts';
import { exists } from '../topology/read-topology.ts';

interface IssueOptions extends AdministratorOptions {
  readonly csr: string;
  readonly server: string;
  readonly interface?: string;
  readonly output?: string;
}

/**
 * Adds `entente cert issue`: a certificate for a server that cannot join by itself, or for a store.
 * @param program - the command line
 */
export function register(program: Command): void {
  const issue = certificateCommand(program)
    .command('issue')
    .summary('issue a certificate for a request of other equipment')
    .description(
      'For a server of the topology that cannot join with a token, e.g. a gateway of another maker, and for a store that the topology lists (Redis, PostgreSQL). The machine creates a key and a PKCS#10 request; the authority certifies the key. The names come from the topology, never from the request; a request with any other name is refused. The certificate of a server is valid for 7 days, that of a store for 90; no option changes that. Nobody renews it: issue the next one after half of that time, the same request will do. Exit status 1: refused.',
    )
    .requiredOption('--csr <file>', 'the request, PEM or DER')
    .requiredOption('--server <fqdn>', 'the server or store of the topology that has the key')
    .addOption(
      new Option(
        '--interface <interface>',
        'the side of the server that it is for; default internal',
      ).choices(['internal', 'external']),
    )
    .option('--output <file>', 'file for the certificate and its chain, PEM; default <server>.crt');
  administratorCommand(issue, 'entente cert issue --csr gw1.csr --server gw1.contoso.example').action(run);
}

async function run(options: IssueOptions): Promise<void> {
  const server = options.server.toLowerCase();
  const output = options.output ?? `${server}${options.interface === 'external' ? '.external' : ''}.crt`;
  if (await exists(output)) {
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: 'the file exists and is not overwritten',
      place: output,
      remedy: 'move it away, or name another file with --output',
    });
  }
  const order = {
    server,
    request: await readRequest(options.csr),
    ...(options.interface === undefined ? {} : { interface: options.interface }),
  };
  const command = { path: '/certificates', mediaType: 'application/json', body: JSON.stringify(order) };
  await sendCommand(command, options, async ({ certificate, dnsNames, notAfter, serial, uris }) => {
    await writeWhole(output, String(certificate), publicMode);
    const until = timeText(Number(notAfter));
    return {
      json: { server, serial, notAfter: until, dnsNames, uris, output },
      lines: [
        `issued certificate ${serial} to ${server}, valid until ${until}: ${output}`,
        `names: ${[dnsNames, uris].flatMap((names) => (Array.isArray(names) ? names.map(String) : [])).join(', ')}`,
      ],
      next: [
        `install ${output} and the root certificate on ${server}`,
        `before ${until}: entente cert issue again, with a request for a new key and another file for --output`,
      ],
    };
  });
}

/** The request in PEM, whatever it was in. */
async function readRequest(file: string): Promise<string> {
  const content = await readNamed(file);
  if (content.length > 16_384) {
    throw new OperatorFault('ENTENTE_REQUEST_UNREADABLE', {
      sentence: `expected a PKCS#10 request of at most 16 kB, found ${Math.ceil(content.length / 1000)} kB`,
      place: file,
      remedy: 'name the file with the request',
    });
  }
  // DER begins with a SEQUENCE.
  if (content[0] === 0x30) return encodePem('CERTIFICATE REQUEST', content);
  const text = content.toString('utf8');
  if (text.includes('CERTIFICATE REQUEST-----')) return text;
  throw new OperatorFault('ENTENTE_REQUEST_UNREADABLE', {
    sentence: 'expected a PKCS#10 request, PEM or DER, found something else',
    place: file,
    remedy:
      'create one where the key is, e.g. with openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -keyout gw1.key -subj /CN=<server> -out gw1.csr',
  });
}
