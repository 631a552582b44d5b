import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { OperatorFault } from '@entente/host';
import { administratorNames, createIssuance } from '@entente/pki';
import { createKeyAndRequest } from '@entente/pki/client';
import {
  authorityFiles,
  authorityFolder,
  openAuthorityFolder,
  ownerOf,
  publicMode,
  secretMode,
} from '@entente/pki/node';
import { openLedger } from '@entente/store-sql';
import { shellWord } from '@entente/trust';
import { encodePem } from '@entente/x509';
import type { Command } from 'commander';
import { writeAccess } from '../authority/administrator-access.ts';
import { authorityToChange } from '../authority/refuse-while-authority-runs.ts';
import { groupCommand } from '../group-command.ts';
import { give } from '../topology/answer.ts';
import { exists } from '../topology/read-topology.ts';

interface CaAdministratorOptions {
  readonly config: string;
  readonly replace?: boolean;
  readonly json?: boolean;
}

/**
 * Adds `entente ca administrator`: a client certificate for one more administrator, or the next one of the same.
 * @param program - the command line, or its `ca` command's parent
 */
export function register(program: Command): void {
  const ca = groupCommand(program, 'ca');
  ca.command('administrator')
    .summary('issue a client certificate to an administrator')
    .description(
      'Issues a client certificate, valid for 90 days, to a new or an existing administrator. Run it on the authority’s host, with the authority stopped. Signing topologies needs another key: entente topology key.',
    )
    .argument('<name>', 'lower-case letters, digits, ".", "-" and "_", e.g. alice')
    .option('--config <file>', 'configuration of the authority', 'ca/authority.yaml')
    .option('--replace', 'replace the certificate of this administrator')
    .option('--json', 'one JSON object on the last line')
    .addHelpText('after', '\nExample:\n  entente ca administrator alice --config ca/authority.yaml --replace')
    .action(certify);
}

async function certify(name: string, { config, json, replace }: CaAdministratorOptions): Promise<void> {
  const { address, authorityUrl, directory, domain, objectsUrl } = await authorityToChange(config);
  const names = namesFor(domain, name);
  const folder = authorityFolder(directory);
  const files = { certificate: `administrators/${name}.crt`, key: `administrators/${name}.key` };
  const certificate = folder.pathOf(files.certificate);
  const key = folder.pathOf(files.key);
  if (replace !== true && (await exists(certificate))) {
    throw new OperatorFault('ENTENTE_FILE_EXISTS', {
      sentence: `${name} already has a certificate`,
      place: certificate,
      remedy: 'give --replace to issue the next one, or choose another name',
    });
  }
  await using authority = await openAuthorityFolder(directory, openLedger);
  const { issuer, ledger, roots: anchors, throwAway } = authority;
  const issuance = createIssuance({
    issuer,
    anchors,
    throwAway,
    ledger,
    clock: Date.now,
    random: randomBytes,
    objectsUrl,
    // The holder of the authority's key decides, as in the ceremony: there is no further check.
    mayIssue: () => ({ ok: true, names }),
  });
  const { privateKeyPem, request } = await createKeyAndRequest({ subject: name });
  const outcome = await issuance.issue(
    { profile: 'administrator', subject: name, request },
    { kind: 'administrator', name: 'ceremony' },
  );
  if (!outcome.ok) {
    const { message: sentence, remedy } = outcome.refusal;
    throw new OperatorFault('ENTENTE_NOT_ISSUED', { sentence, place: config, remedy });
  }
  await folder.write(files.key, privateKeyPem, secretMode);
  const chain = outcome.certificate.chain.map((der) => encodePem('CERTIFICATE', der));
  await folder.write(files.certificate, chain.join(''), publicMode);
  const access = await writeAccess(
    { certificate, key },
    { authority: authorityUrl, address, anchors: join(directory, authorityFiles.rootCertificate) },
    await ownerOf(directory),
  );
  give(
    {
      json: { name, certificate, key, access, serial: outcome.certificate.serialHex },
      lines: [
        `issued a client certificate to ${name}, serial ${outcome.certificate.serialHex}: ${certificate}`,
      ],
      next: [
        `start the authority: entente-authority-server --config ${shellWord(config)}`,
        `give ${name} the file ${access} and the files it names, for --as`,
      ],
    },
    json,
  );
}

function namesFor(domain: string, name: string) {
  try {
    return administratorNames(domain, name);
  } catch (cause) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: (cause as Error).message,
      place: 'argument <name>',
      remedy: 'give a name like alice',
      cause,
    });
  }
}
