import { createPrivateKey } from 'node:crypto';
import { isIP } from 'node:net';
import { join, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import {
  type InitialisedAuthority,
  initialiseAuthority,
  publicMode,
  secretMode,
  writeWhole,
} from '@entente/pki/node';
import { packPkcs12 } from '@entente/pki/pkcs12';
import { openLedger } from '@entente/store-sql';
import { administratorSetHash, outsideObjectUrls, type Topology } from '@entente/topology';
import { parseTopology } from '@entente/topology-planning';
import { shellWord } from '@entente/trust';
import { decodePemCertificates } from '@entente/x509';
import type { Command } from 'commander';
import { stringify } from 'yaml';
import { writeAccess } from '../authority/administrator-access.ts';
import { refuseOtherNames } from '../authority/ceremony-names.ts';
import { groupCommand } from '../group-command.ts';
import { readNamed } from '../read-named-file.ts';
import { type Answer, counted, give } from '../topology/answer.ts';
import { whatLossCosts } from '../topology/lost-keys.ts';

interface CaInitOptions {
  readonly domain: string;
  readonly fqdn: string;
  readonly directory: string;
  readonly httpsUrl: string;
  readonly objectsUrl: string;
  readonly topology: string;
  readonly listen?: string;
  readonly administrator: readonly string[];
  readonly p12PasswordFile?: string;
  readonly json?: boolean;
}

/**
 * Adds `entente ca init`: the key ceremony that creates the authority of a domain.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  groupCommand(program, 'ca')
    .command('init')
    .summary('create root, issuing authority, ledger and configuration')
    .description(
      'Runs the key ceremony for a domain. Creates a root (10 years), an issuing authority (2 years), the authority’s own certificate, client certificates of administrators with a file for --as, an empty ledger and authority.yaml. It fixes who may publish the first topology: the administrators of the topology, and how many of them must sign. Choose them first; entente topology init --help says what a lost key costs.',
    )
    .requiredOption('--domain <name>', 'the organisation’s network, e.g. contoso.example')
    .requiredOption('--fqdn <name>', 'the authority’s own name in the topology, e.g. ca.contoso.example')
    .requiredOption('--directory <path>', 'folder for its files; must not contain an authority')
    .requiredOption('--topology <file>', 'topology.yaml whose administrators may publish the first topology')
    .requiredOption('--https-url <url>', 'URL for members, e.g. https://ca.contoso.example')
    .requiredOption(
      '--objects-url <url>',
      'URL for revocation lists, plain HTTP, e.g. http://ca.contoso.example',
    )
    .option('--listen <ip>', 'address to listen on; default its address in the topology, or 127.0.0.1')
    .option(
      '--administrator <name...>',
      'administrators who get a client certificate, by their ids in the topology',
      [],
    )
    .option(
      '--p12-password-file <file>',
      'also write the administrators’ certificates as PKCS#12, with the password in this file',
    )
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente ca init --domain contoso.example --fqdn ca.contoso.example --directory ./ca \\\n    --topology topology.yaml --https-url https://ca.contoso.example --objects-url http://ca.contoso.example \\\n    --administrator alice',
    )
    .action(async (options: CaInitOptions) => {
      const made = await initialise(options);
      give(answerOf(made, options.topology), options.json);
    });
}

interface Made extends InitialisedAuthority {
  readonly configuration: string;
  /** Address that it will listen on. */
  readonly listen: string;
  /** Who may publish the first topology. */
  readonly signing: { readonly required: number; readonly administrators: readonly string[] };
  /** For `--as`, one of each administrator. */
  readonly access: readonly string[];
  readonly pkcs12: readonly string[];
}

async function initialise(options: CaInitOptions): Promise<Made> {
  const directory = resolve(options.directory);
  const topology = await topologyOf(options.topology);
  const { administrators } = topology.document;
  refuseOtherNames(topology, options);
  refuseUnnamed(topology, options);
  const internal = topology.servers.get(options.fqdn)?.interfaces.internal;
  const host = addressOf(options.listen) ?? internal?.address ?? loopback;
  const httpsUrl = originOf(options.httpsUrl, 'https:', '--https-url');
  const objectsUrl = originOf(options.objectsUrl, 'http:', '--objects-url');
  const password =
    options.p12PasswordFile === undefined ? undefined : await readPassword(options.p12PasswordFile);
  const made = await initialiseAuthority({
    directory,
    domain: options.domain,
    fqdn: options.fqdn,
    objectsUrl: objectsUrl.origin,
    outsideObjectsUrls: outsideObjectUrls(topology),
    now: Date.now(),
    openLedger,
    administrators: options.administrator,
  });
  const configuration = join(directory, 'authority.yaml');
  const listen = (url: URL, usual: number) => ({
    host,
    port: url.port === '' ? usual : Number(url.port),
    url: url.origin,
  });
  const text = stringify({
    domain: options.domain,
    fqdn: options.fqdn,
    directory: '.',
    administratorsHash: administratorSetHash(administrators),
    https: listen(httpsUrl, 443),
    objects: listen(objectsUrl, 80),
  });
  await writeWhole(configuration, text, publicMode);
  const access: string[] = [];
  for (const administrator of made.administrators) {
    access.push(
      await writeAccess(administrator, {
        authority: httpsUrl.origin,
        address: internal?.address,
        anchors: made.files.rootCertificate,
      }),
    );
  }
  const pkcs12: string[] = [];
  for (const administrator of password === undefined ? [] : made.administrators) {
    pkcs12.push(await pack(administrator, password as string));
  }
  const { keys, required } = administrators;
  const signing = { required, administrators: keys.map(({ id }) => id) };
  return { ...made, configuration, listen: host, signing, access, pkcs12 };
}

/** Only the topology or the administrator makes the authority reachable from elsewhere. */
const loopback = '127.0.0.1';

function addressOf(listen: string | undefined): string | undefined {
  if (listen === undefined || isIP(listen) !== 0) return listen;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected an IP address, found ${listen}`,
    place: '--listen',
    remedy: 'give an address of this machine, or 0.0.0.0 or :: for all of them',
  });
}

/** The authority believes an administrator whom the topology names: one of another name could send no command, not even the first topology. */
function refuseUnnamed({ document }: Topology, { administrator, topology }: CaInitOptions): void {
  const ids = document.administrators.keys.map(({ id }) => id);
  const unnamed = administrator.filter((name) => !ids.includes(name));
  if (unnamed.length === 0) return;
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected ids of administrators of ${topology} (${ids.join(', ')}), found ${unnamed.join(', ')}`,
    place: '--administrator',
    remedy:
      'give ids that the topology has, or add the administrator to it first, with entente topology key and entente topology add administrator',
  });
}

async function topologyOf(file: string): Promise<Topology> {
  const parsed = parseTopology(await readNamed(file, 'utf8'));
  if (parsed.ok) return parsed.topology;
  const problem = parsed.problems.find(({ severity }) => severity === 'error');
  throw new OperatorFault('ENTENTE_TOPOLOGY_INVALID', {
    sentence: problem?.message ?? 'the topology cannot be read',
    place: problem === undefined ? file : `${file}:${problem.line}:${problem.column}`,
    remedy: problem?.remedy ?? 'check it with entente topology check',
  });
}

function originOf(text: string, protocol: string, option: string): URL {
  if (URL.canParse(text)) {
    const url = new URL(text);
    if (url.protocol === protocol && (url.origin === text || `${url.origin}/` === text)) return url;
  }
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: `expected a URL that begins with ${protocol}// and has no path, found ${text}`,
    place: option,
    remedy: `give one like ${protocol}//ca.contoso.example`,
  });
}

async function readPassword(file: string): Promise<string> {
  const [line = ''] = (await readNamed(file, 'utf8')).split(/\r?\n/, 1);
  return line;
}

async function pack(
  { name, certificate, key }: InitialisedAuthority['administrators'][number],
  password: string,
): Promise<string> {
  const chain = decodePemCertificates(await readNamed(certificate));
  const privateKey = createPrivateKey(await readNamed(key)).export({ format: 'der', type: 'pkcs8' });
  const packed = packPkcs12(
    { privateKey, chain: chain.ok ? chain.value.map(({ der }) => der) : [] },
    { password, friendlyName: name },
  );
  const path = certificate.replace(/\.crt$/, '.p12');
  await writeWhole(path, packed, secretMode);
  return path;
}

function answerOf(made: Made, topology: string): Answer {
  const { files, listen, signing } = made;
  const { administrators, required } = signing;
  const start = `entente-authority-server --config ${shellWord(made.configuration)}`;
  return {
    json: made,
    lines: [
      'Authority created.',
      '',
      `  root            ${files.rootCertificate}`,
      `                  key hash ${made.rootSpkiHash}`,
      `                  fingerprint ${made.rootSha256}`,
      `                  key ${files.rootKey}: who has it has the whole network for ten years. Do not leave it here`,
      `  issuing         ${files.issuingCertificate}`,
      `  signatures      ${required} of ${counted(administrators.length, 'administrator')} must sign the first topology: ${administrators.join(', ')}`,
      `                  ${whatLossCosts(required, administrators.length)}`,
      `  configuration   ${made.configuration}`,
      `  listens on      ${listen}${listen === loopback ? ': this machine only; to change it, set host in the configuration or give --listen' : ''}`,
      ...made.administrators.map(({ name, certificate }) => `  administrator   ${name}: ${certificate}`),
      ...made.access.map((path) => `  access          --as ${shellWord(path)}`),
      ...made.pkcs12.map((path) => `  PKCS#12         ${path}`),
    ],
    next: [
      `move the root key ${files.rootKey} to storage that no network reaches, and sign with it there, with entente ca root sign`,
      `entente topology add anchor --certificate ${shellWord(files.rootCertificate)} --file ${shellWord(topology)}`,
      `entente topology sign ${shellWord(topology)} --key <your key>`,
      `start the authority: ${start}`,
    ],
  };
}
