import { OperatorFault } from '@entente/host';
import { escapeInvisible, renderExplain } from '@entente/trust';
import { type Command, Option } from 'commander';
import { readAddresses } from '../authority/addresses.ts';
import { type ExplainedServer, explainServer, type NameRules } from '../explain/explain-server.ts';

interface ExplainOptions {
  readonly name?: string;
  readonly rules: NameRules;
  readonly anchors?: string;
  readonly crls?: string;
  readonly fetchFrom?: readonly string[];
  readonly address: readonly string[];
  readonly timeout: string;
  readonly json?: boolean;
}

/**
 * Adds `entente explain`: the staged verdict for any TLS server.
 * @param program - the command line
 */
export function register(program: Command): void {
  program
    .command('explain')
    .summary('check whether a TLS server is trusted, and why')
    .description(
      'Connects to a TLS server and prints the verdict stage by stage, with evidence and remedy. Whether the topology allows the server, only the servers of the network know. Exit status 0: trusted, 1: refused or unreachable, 2: usage.',
    )
    .argument('<address>', 'host:port or [IPv6]:port; default port 443')
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
    .option('--timeout <ms>', 'milliseconds for the handshake, and for each CRL', '10000')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExamples:\n  entente explain sip.contoso.example:5061 --rules sip-domain --name contoso.example\n  entente explain 127.0.0.1:5061 --name fe1.contoso.example --anchors ca.crt\n  entente explain fe1.contoso.example:5061 --anchors ca.crt --address 127.0.0.1 --address ca.contoso.example=127.0.0.1',
    )
    .action(async (address: string, options: ExplainOptions) => {
      const { host, port } = addressOf(address);
      const target = `${host}:${port}`;
      const wanted = {
        host,
        port,
        rules: options.rules,
        timeoutMs: timeoutOf(options.timeout),
        addresses: readAddresses(options.address, host.toLowerCase()),
        ...(options.name === undefined ? {} : { name: options.name }),
        ...(options.anchors === undefined ? {} : { anchors: options.anchors }),
        ...(options.crls === undefined ? {} : { crls: options.crls }),
        ...(options.fetchFrom === undefined ? {} : { fetchFrom: options.fetchFrom }),
      };
      try {
        const explained = await explainServer(wanted);
        print(options.json === true ? asJson(target, explained) : asText(target, explained));
        if (!explained.verdict.trusted) process.exitCode = 1;
      } catch (error) {
        const code = unreachable(error);
        if (code === undefined) throw error;
        print(
          options.json === true
            ? JSON.stringify({ target, trusted: false, reachable: false, error: code })
            : [
                `✗ ${target}: expected a TLS server, found ${foundInstead(code)}`,
                `└─ → ${remedyFor(code, host)}`,
              ]
                .map(escapeInvisible)
                .join('\n'),
        );
        process.exitCode = 1;
      }
    });
}

function print(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Code of an error that means: there is no TLS server to judge. */
function unreachable(error: unknown): string | undefined {
  const { code, syscall, cause } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  if (code === 'ENTENTE_TIMEOUT') return 'no answer in time';
  if (code === 'ENTENTE_HANDSHAKE_FAILED') return cause?.code ?? cause?.message ?? code;
  return syscall === undefined ? undefined : code;
}

/** A code of the platform in words, with the code behind them. */
function foundInstead(code: string): string {
  if (code === 'ENOTFOUND') return 'no address in DNS (ENOTFOUND)';
  if (code === 'ECONNREFUSED') return 'no listener at this port (ECONNREFUSED)';
  return code.startsWith('ERR_SSL_') ? `an answer that is not TLS, or a failed handshake (${code})` : code;
}

function remedyFor(code: string, host: string): string {
  if (code === 'ENOTFOUND')
    return `correct the name; where DNS does not know it, give the address of ${host} with --address <ip>`;
  return 'check the address and the port, that the server is running, and that it uses TLS from the first byte';
}

function addressOf(text: string): { host: string; port: number } {
  const match = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3] ?? 443);
  if (host !== undefined && port >= 1 && port <= 65_535) return { host, port };
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected host:port, found ${text}`,
    place: 'argument <address>',
    remedy: 'give one like sip.contoso.example:5061 or [::1]:5061',
  });
}

function timeoutOf(text: string): number {
  const timeoutMs = Number(text);
  if (Number.isInteger(timeoutMs) && timeoutMs >= 1 && timeoutMs <= 600_000) return timeoutMs;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected milliseconds from 1 to 600000, found ${text}`,
    place: 'option --timeout',
    remedy: 'give a whole number of milliseconds',
  });
}

function asText(target: string, explained: ExplainedServer): string {
  const { tree, name, connection, anchors, notFetched } = explained;
  const { source, count } = anchors;
  const lines = [
    escapeInvisible(
      `${target}, checked for ${name}: ${connection.protocol}, ${connection.cipher}, ${connection.address}, ${Math.round(connection.handshakeMs)} ms`,
    ),
    escapeInvisible(`anchors: ${count} from ${source}`),
    renderExplain(tree, { colour: process.stdout.isTTY === true }),
    ...notFetched.map(
      ({ url, of, why }) =>
        `   could not fetch ${escapeInvisible(`${url}${of === undefined ? '' : ` (list of "${of}")`}: ${why}`)}`,
    ),
    ...nextOf(explained).flatMap((step) => ['', 'Next:', `  ${step}`]),
  ];
  return lines.join('\n');
}

/** What to do next. After a refusal the tree ends with the remedy; only missing lists need more. */
function nextOf({ verdict, notFetched }: ExplainedServer): readonly string[] {
  if (verdict.trusted)
    return ['to monitor it, run this again with --json: exit status 1 means that it is no longer trusted'];
  const { reason } = verdict.rejection;
  if (reason !== 'revocation-unknown' || notFetched.length === 0) return [];
  return [
    'download these lists and give them with --crls; for a host with a private address give --fetch-from, for one that DNS does not know --address',
  ];
}

function asJson(target: string, explained: ExplainedServer): string {
  const { verdict, name, connection, subjects, anchors, notFetched, tree } = explained;
  return JSON.stringify({
    target,
    name,
    ...connection,
    subjects,
    anchors,
    trusted: verdict.trusted,
    ...(verdict.trusted
      ? { peer: verdict.peer, validUntil: verdict.path.validUntil }
      : { reason: verdict.rejection.reason, rejection: verdict.rejection, considered: verdict.considered }),
    evidence: verdict.evidence,
    notFetched,
    tree,
    next: nextOf(explained),
  });
}
