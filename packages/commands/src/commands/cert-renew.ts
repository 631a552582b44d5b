import { dirname } from 'node:path';
import { OperatorFault } from '@entente/host';
import { createKeyAndRequest } from '@entente/pki/client';
import { ownerOf, publicMode, secretMode, writeWhole } from '@entente/pki/node';
import { shellWord } from '@entente/trust';
import { decodePemCertificates, encodePem } from '@entente/x509';
import type { Command } from 'commander';
import { type AdministratorOptions, accessOf } from '../authority/administrator-access.ts';
import { administratorCommand } from '../authority/administrator-command.ts';
import { certificateCommand } from '../authority/certificate-command.ts';
import { timeText } from '../authority/certificates.ts';
import { keyBefore, ownCredential } from '../authority/own-credential.ts';
import { sendCommand } from '../authority/send-command.ts';
import { readNamed } from '../read-named-file.ts';

/**
 * Adds `entente cert renew`: the next client certificate of the administrator.
 * @param program - the command line
 */
export function register(program: Command): void {
  const renew = certificateCommand(program)
    .command('renew')
    .summary('renew your own client certificate')
    .description(
      'Creates a new key, and gets the next client certificate for it from the authority, valid for 90 days, while the present one is still valid. It replaces the two files that --as names; the ones before are kept beside them with the ending .before. Servers renew their certificates themselves. With an expired certificate: entente ca administrator, on the authority’s host. Exit status 1: refused.',
    );
  administratorCommand(renew, 'entente cert renew').action(run);
}

async function run(options: AdministratorOptions): Promise<void> {
  const access = await accessOf(options);
  const before = await readNamed(access.certificate, 'utf8');
  const { name, notAfter: endsAt, serialHex } = ownCertificate(before, access.certificate);
  // After an interrupted renewal it is the one that is kept already: what stands in its place belongs to no certificate here.
  const { keyFile } = await ownCredential(access);
  const { privateKeyPem, request } = await createKeyAndRequest({ subject: name });
  const body = JSON.stringify({ request: encodePem('CERTIFICATE REQUEST', request) });
  const command = { path: '/certificates', mediaType: 'application/json', body };
  await sendCommand(command, options, async ({ certificate, notAfter, serial }) => {
    // On the machine of the authority they are in its folder, and its backup reads them.
    const owner = await ownerOf(dirname(access.key));
    await writeWhole(keyBefore(access.key), await readNamed(keyFile), secretMode, owner);
    await writeWhole(`${access.certificate}.before`, before, publicMode, owner);
    await writeWhole(access.key, privateKeyPem, secretMode, owner);
    await writeWhole(access.certificate, String(certificate), publicMode, owner);
    const until = timeText(Number(notAfter));
    const beforeUntil = timeText(endsAt);
    return {
      json: {
        name,
        serial,
        notAfter: until,
        certificate: access.certificate,
        key: access.key,
        before: { serial: serialHex, notAfter: beforeUntil },
      },
      lines: [
        `renewed the client certificate of ${name}, serial ${serial}, valid until ${until}: ${access.certificate}`,
        `the one before, serial ${serialHex}, stays valid until ${beforeUntil}: ${access.certificate}.before and ${keyBefore(access.key)}`,
      ],
      next: [
        'if a command now fails because key and certificate do not match: move the two .before files back',
        `once it works: remove the two .before files, and revoke the one before: entente cert revoke --serial ${serialHex} --reason superseded`,
        `what is valid from earlier renewals: entente cert list --subject ${shellWord(name)}`,
      ],
    };
  });
}

/** What is needed of the certificate that is renewed. */
function ownCertificate(pem: string, place: string) {
  const decoded = decodePemCertificates(Buffer.from(pem, 'utf8'));
  const [leaf] = decoded.ok ? decoded.value : [];
  const name = leaf?.subject.rdns.flat()[0]?.text;
  if (leaf !== undefined && name !== undefined)
    return { name, notAfter: leaf.notAfter, serialHex: leaf.serialHex };
  throw new OperatorFault('ENTENTE_CERTIFICATE_UNREADABLE', {
    sentence: 'expected the client certificate of an administrator, found something else',
    place,
    remedy: 'name the file that entente ca init wrote, e.g. ca/administrators/alice.crt',
  });
}
