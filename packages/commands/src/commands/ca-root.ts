import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { createInterface } from 'node:readline/promises';
import { OperatorFault } from '@entente/host';
import {
  createIssuer,
  examineRootRequest,
  formatRootAnswer,
  formatRootRequest,
  maxRootDocumentLength,
  parseRootAnswer,
  parseRootRequest,
  type RootRefusal,
  type RootRequest,
  signRootAnswer,
  spkiHash,
  verifyRootAnswer,
} from '@entente/pki';
import {
  authorityFiles,
  authorityFolder,
  IssuerStore,
  keySigner,
  publicMode,
  rolloverFiles,
  writeWhole,
} from '@entente/pki/node';
import { type Certificate, decodePem, decodePemCertificates, encodePem } from '@entente/x509';
import type { Command } from 'commander';
import { authorityNamesOf } from '../authority/authority-names.ts';
import { describePlan } from '../root/root-plan-text.ts';
import { give, printLines } from '../topology/answer.ts';

const defaultConfig = 'ca/authority.yaml';

/**
 * Adds `entente ca root request`, `sign` and `accept`: what only the key of the root can do, by one file to it and one file back.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = program.commands.find((command) => command.name() === 'ca') ?? program.command('ca');
  const root = ca.command('root').description('what only the key of the root can do');
  root
    .command('request')
    .summary('write the request that is carried to the key of the root')
    .description(
      'Writes root-request.json into the directory of the authority. The authority writes it by itself when it is due; this command writes it earlier, or to put an issuing authority on the list of the root.',
    )
    .option('--config <file>', 'configuration of the authority', defaultConfig)
    .option('--next', 'also request the certificate of the next issuing authority')
    .option('--revoke <number>', 'number of an issuing authority whose key may be compromised')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca root request --config ca/authority.yaml --next')
    .action(request);
  root
    .command('sign')
    .summary('sign a request with the key of the root')
    .description(
      'Shows what the root would sign, and signs it. Run it on the machine with the key of the root; it needs no network.',
    )
    .argument('<request>', 'root-request.json of the authority')
    .requiredOption(
      '--root <directory>',
      'directory with root_ca.crt and root_ca.key; the last list is kept there',
    )
    .requiredOption('--out <file>', 'file for the answer')
    .option('--yes', 'sign without asking')
    .option('--json', 'one JSON object on the last line')
    .addHelpText(
      'after',
      '\nExample:\n  entente ca root sign root-request.json --root /media/root --out root-answer.json',
    )
    .action(sign);
  root
    .command('accept')
    .summary('bring the answer of the root to the authority')
    .description(
      'Verifies what the root has signed, and leaves it to the authority, which puts it in force within a minute, or when it starts.',
    )
    .argument('<answer>', 'file that entente ca root sign wrote')
    .option('--config <file>', 'configuration of the authority', defaultConfig)
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca root accept root-answer.json --config ca/authority.yaml')
    .action(accept);
}

interface RequestOptions {
  readonly config: string;
  readonly next?: boolean;
  readonly revoke?: string;
  readonly json?: boolean;
}

async function request({ config, json, next, revoke }: RequestOptions): Promise<void> {
  const { directory, domain, objectsUrl } = await authorityNamesOf(config);
  const store = await IssuerStore.open(authorityFolder(directory));
  const path = join(directory, rolloverFiles.request);
  const before = parseRootRequest(await readFile(path, 'utf8').catch(() => ''));
  const revoked = revoke === undefined ? [] : certificatesToRevoke(store, Number(revoke));
  const written: RootRequest = {
    domain,
    root: spkiHash(store.root.der),
    list: store.rootCrl.der,
    objectsUrl,
    outsideObjectsUrls: before?.outsideObjectsUrls ?? [],
    ...(next === true || before?.issuing !== undefined ? { issuing: await store.request(domain) } : {}),
    certifyOutside: before?.certifyOutside ?? [],
    revoke: [...(before?.revoke ?? []), ...revoked],
  };
  await writeWhole(path, formatRootRequest(written), publicMode);
  give(
    {
      json: { request: path, revokes: written.revoke.length, issuing: written.issuing?.number ?? null },
      lines: [`Request for the root written: ${path}`],
      next: [`carry it to the key of the root: entente ca root sign ${rolloverFiles.request}`],
    },
    json,
  );
}

function certificatesToRevoke(store: IssuerStore, number: number): RootRequest['revoke'] {
  const certificate = store.certificate(number);
  if (certificate === undefined) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `there is no issuing authority with the number ${number}`,
      place: 'option --revoke',
      remedy: 'show the numbers with entente ca rollover',
    });
  }
  const outside = store.live.find(({ record }) => record.number === number)?.outside;
  return [certificate, ...(outside === undefined ? [] : [outside])].map(({ der }) => ({
    certificate: der,
    reason: 'cACompromise',
  }));
}

interface SignOptions {
  readonly root: string;
  readonly out: string;
  readonly yes?: boolean;
  readonly json?: boolean;
}

async function sign(file: string, { json, out, root: directory, yes }: SignOptions): Promise<void> {
  const request = parseRootRequest(await readBounded(file));
  if (request === undefined) return refused(malformed(file), json);
  const certificate = await certificateIn(join(directory, authorityFiles.rootCertificate));
  const listFile = join(directory, authorityFiles.rootCrl);
  const known = await readFile(listFile).then(listIn, () => undefined);
  const now = Date.now();
  const plan = examineRootRequest(request, {
    root: certificate,
    now,
    ...(known === undefined ? {} : { known }),
  });
  if (!plan.ok) return refused(plan.refusal, json);
  const shown = describePlan(plan.value, certificate);
  if (yes !== true && !(await agreed(shown))) {
    give({ json: { signed: false }, lines: ['Nothing was signed.'], failed: true }, json);
    return;
  }
  const key = createPrivateKey(await readFile(join(directory, authorityFiles.rootKey)));
  const root = await createIssuer(certificate.der, keySigner(key));
  const answer = await signRootAnswer(plan.value, { root, now, random: randomBytes });
  // First, so that no later request takes a revocation back.
  await writeWhole(listFile, encodePem('X509 CRL', answer.list), publicMode);
  await writeWhole(out, formatRootAnswer(answer), publicMode);
  give(
    {
      json: { answer: resolve(out), list: plan.value.listNumber, issuing: request.issuing?.number ?? null },
      lines: ['Signed by the root.', '', ...shown, `  answer          ${out}`],
      next: [`on the machine of the authority: entente ca root accept ${out}`],
    },
    json,
  );
}

async function agreed(shown: readonly string[]): Promise<boolean> {
  if (!process.stdin.isTTY) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'the root signs nothing that nobody has agreed to, and there is no terminal to ask at',
      place: 'the command line',
      remedy: 'give --yes',
    });
  }
  printLines(['The root would sign:', '', ...shown, '']);
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  try {
    return (await terminal.question('Sign this? Type yes: ')).trim() === 'yes';
  } finally {
    terminal.close();
  }
}

async function accept(
  file: string,
  { config, json }: { readonly config: string; readonly json?: boolean },
): Promise<void> {
  const { directory, domain, objectsUrl } = await authorityNamesOf(config);
  const text = await readBounded(file);
  const answer = parseRootAnswer(text);
  if (answer === undefined) return refused(malformed(file), json);
  const store = await IssuerStore.open(authorityFolder(directory));
  const verified = verifyRootAnswer(answer, await store.knowledge(domain, objectsUrl, Date.now()));
  if (!verified.ok) return refused(verified.refusal, json);
  await writeWhole(join(directory, rolloverFiles.answer), text, publicMode);
  const { issuing, list } = verified.value;
  give(
    {
      json: { list: Number(list.crlNumber), issuing: issuing?.number ?? null },
      lines: [
        'Answer of the root accepted.',
        '',
        `  list            number ${list.crlNumber}`,
        ...(issuing === undefined ? [] : [`  prepared        ${issuing.certificate.subject.toString()}`]),
      ],
      next: ['nothing: the authority puts it in force within a minute, or when it starts'],
    },
    json,
  );
}

function refused(refusal: RootRefusal, json: boolean | undefined): void {
  const { message, reason, remedy } = refusal;
  give({ json: { refusal }, lines: [`refused: ${reason}: ${message}`], next: [remedy], failed: true }, json);
}

function malformed(file: string): RootRefusal {
  return {
    reason: 'root-document-malformed',
    message: `${file} is not a request or an answer`,
    remedy: 'carry the file again, unchanged',
  };
}

async function readBounded(file: string): Promise<string> {
  const content = await readFile(file);
  return content.length > maxRootDocumentLength ? '' : content.toString('utf8');
}

function listIn(pem: Buffer): Uint8Array | undefined {
  const blocks = decodePem(pem);
  return blocks.ok ? blocks.value.find(({ label }) => label === 'X509 CRL')?.der : undefined;
}

async function certificateIn(file: string): Promise<Certificate> {
  const decoded = decodePemCertificates(await readFile(file));
  if (decoded.ok && decoded.value[0] !== undefined) return decoded.value[0];
  throw new OperatorFault('ENTENTE_USAGE', {
    sentence: 'the file contains no certificate',
    place: file,
    remedy: 'name the directory with the files root_ca.crt and root_ca.key that entente ca init wrote',
  });
}
