import { OperatorFault } from '@entente/host';
import { type Command, Option } from 'commander';
import { readAddresses } from '../authority/addresses.ts';
import { isUnanswered } from '../explain/ask-server.ts';
import { explainServer, type NameRules } from '../explain/explain-server.ts';
import { type ExplainedAddress, readAddress } from '../explain/explained-address.ts';
import {
  explainedJson,
  explainedText,
  findingsOf,
  unansweredJson,
  unansweredText,
} from '../explain/print-explained.ts';
import { type StartTlsProtocol, startTlsProtocols } from '../explain/starttls.ts';
import { readDuration } from '../read-duration.ts';
import { refuseExposedKey } from '../topology/own-key.ts';

interface ExplainOptions {
  readonly name?: string;
  readonly rules: NameRules;
  readonly anchors?: string;
  readonly crls?: string;
  readonly fetchFrom?: readonly string[];
  readonly address: readonly string[];
  readonly starttls?: StartTlsProtocol;
  readonly cert?: string;
  readonly key?: string;
  readonly warnDays?: string;
  readonly timeout: string;
  readonly json?: boolean;
}

/** Ports where the protocol begins in the clear. */
const portOf: Readonly<Record<StartTlsProtocol, number>> = { smtp: 25, postgres: 5432, ldap: 389 };

/**
 * Adds `entente explain`: the staged verdict for any TLS server.
 * @param program - the command line
 */
export function register(program: Command): void {
  program
    .command('explain')
    .summary('check whether a TLS server is trusted, and why')
    .description(
      'Connects to TLS servers and prints the verdict stage by stage, with evidence and remedy. Whether the topology allows a server, only the servers of the network know. Exit status 0: each is trusted and lets this side in, 1: one is refused, refuses or is unreachable, 2: usage.',
    )
    .argument(
      '<address...>',
      'host:port, [IPv6]:port or a URL of https; default port 443, with --starttls that of the protocol',
    )
    .option('--name <name>', 'name that the certificate must prove; default the host')
    .addOption(
      new Option('--rules <rules>', 'rules for matching the name')
        .choices(['https', 'host', 'sip-domain'])
        .default('https'),
    )
    .option('--anchors <path>', 'file or directory of root certificates; default the roots of this system')
    .option('--crls <path>', 'file or directory of CRLs')
    .option(
      '--fetch-from <host...>',
      'hosts with private addresses from which CRLs and OCSP responses may be fetched',
    )
    .option(
      '--address <ip>',
      'IP address of the server where DNS does not know it, or <name>=<ip> for any host, from which CRLs and OCSP responses may then be fetched; repeatable',
      (value: string, before: readonly string[]) => [...before, value],
      [],
    )
    .addOption(
      new Option(
        '--starttls <protocol>',
        'protocol in which TLS begins after a few words in the clear',
      ).choices(startTlsProtocols),
    )
    .option(
      '--cert <file>',
      'certificate that this side shows to a server that asks for one, PEM; with --key',
    )
    .option('--key <file>', 'its key, PEM, that no other user of the machine may read')
    .option('--warn-days <days>', 'exit status 1 also where a certificate ends within so many days')
    .option(
      '--timeout <duration>',
      'for the handshake, and for each CRL, 1ms to 10m, e.g. 500ms or 2s; a number alone counts seconds',
      '10s',
    )
    .option('--json', 'one JSON object a line, for each address')
    .addHelpText(
      'after',
      '\nExamples:\n  entente explain sip.contoso.example:5061 --rules sip-domain --name contoso.example\n  entente explain https://www.contoso.example sip.contoso.example:5061 --warn-days 14\n  entente explain mail.contoso.example --starttls smtp\n  entente explain 127.0.0.1:5061 --name fe1.contoso.example --anchors ca.crt --cert edge1.crt --key edge1.key\n  entente explain fe1.contoso.example:5061 --anchors ca.crt --address 127.0.0.1 --address ca.contoso.example=127.0.0.1',
    )
    .action(async (texts: readonly string[], options: ExplainOptions) => {
      const defaultPort = options.starttls === undefined ? 443 : portOf[options.starttls];
      const asked = texts.map((text) => readAddress(text, defaultPort));
      const wanted = wantedOf(options);
      if (options.key !== undefined) await refuseExposedKey(options.key, 'shown');
      for (const [index, address] of asked.entries()) {
        if (index > 0 && options.json !== true) print('');
        if (!(await explainOne(address, options, wanted))) process.exitCode = 1;
      }
    });
}

type Wanted = ReturnType<typeof wantedOf>;

/** What holds for each address. */
function wantedOf(options: ExplainOptions) {
  const { cert, key } = options;
  if ((cert === undefined) !== (key === undefined))
    throw usage(
      `expected --cert and --key, found ${cert === undefined ? '--key' : '--cert'} alone`,
      '--cert',
      'give both, or none',
    );
  const warnDays = daysOf(options.warnDays);
  const timeoutMs = readDuration(options.timeout, { option: '--timeout', from: '1ms', to: '10m' });
  const server = {
    rules: options.rules,
    timeoutMs,
    ...(options.name === undefined ? {} : { name: options.name }),
    ...(options.anchors === undefined ? {} : { anchors: options.anchors }),
    ...(options.crls === undefined ? {} : { crls: options.crls }),
    ...(options.fetchFrom === undefined ? {} : { fetchFrom: options.fetchFrom }),
    ...(options.starttls === undefined ? {} : { startTls: options.starttls }),
    ...(cert === undefined || key === undefined ? {} : { identity: { certificate: cert, key } }),
  };
  return { server, warnDays };
}

/** @returns whether nothing stands against the server */
async function explainOne(
  { host, port }: ExplainedAddress,
  options: ExplainOptions,
  { server, warnDays }: Wanted,
): Promise<boolean> {
  const target = `${host}:${port}`;
  const now = Date.now();
  const addresses = readAddresses(options.address, host.toLowerCase());
  const answer = await explainServer({ ...server, host, port, addresses, now });
  const isJson = options.json === true;
  if (isUnanswered(answer)) {
    print(isJson ? unansweredJson(target, answer) : unansweredText(target, answer));
    return false;
  }
  const findings = findingsOf(answer, { isIdentityShown: server.identity !== undefined, now, warnDays });
  print(isJson ? explainedJson(target, answer, findings) : explainedText(target, answer, findings, now));
  return answer.verdict.trusted && findings.length === 0;
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

function daysOf(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  const days = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  if (days >= 1 && days <= 36_500) return days;
  throw usage(`expected days from 1 to 36500, found ${text}`, '--warn-days', 'give a whole number of days');
}

function usage(sentence: string, option: string, remedy: string): OperatorFault {
  return new OperatorFault('ENTENTE_USAGE', { sentence, place: `option ${option}`, remedy });
}
