import { statSync } from 'node:fs';
import { loadConfig, OperatorFault } from '@entente/host';
import type { CredentialRecord } from '@entente/sip';
import { shellWord } from '@entente/trust';
import { z } from 'zod';
import type { Credentials } from '../admission/credentials.ts';

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[0-9a-f]{${digits}}$`), `expected ${digits} hexadecimal digits`);

/**
 * The users: no passwords, only H(A1) (RFC 7616 §3.4.2). A user with `MD5` gets a challenge for it, the only one where there is no
 * other digest.
 */
export const usersConfig = z.strictObject({
  users: z.array(
    z.strictObject({
      username: z.string().min(1),
      realm: z.string().min(1),
      ha1: z
        .strictObject({
          'SHA-256': hex(64).optional(),
          'SHA-512-256': hex(64).optional(),
          MD5: hex(32).optional(),
        })
        .refine((digests) => Object.keys(digests).length > 0, 'expected at least one digest'),
    }),
  ),
});

/** Bits of a file mode that let others than the owner in. */
const othersMask = 0o077;

/**
 * Reads the digests of users' passwords.
 * @param file - YAML, see `usersConfig`; a link is followed
 * @throws OperatorFault `ENTENTE_PKI_SECRET_EXPOSED` where others may open the file; with the place in it where it is not valid
 */
export function loadCredentials(file: string): Credentials {
  refuseExposed(file);
  // By realm, then by name: each request of a user asks, and a key of both would be put together for each.
  const realms = new Map<string, Map<string, CredentialRecord>>();
  const toName = 'correct "users" in the configuration, or create the file with entente user add --file';
  for (const record of loadConfig(file, usersConfig, toName).users) {
    const records = realms.get(record.realm) ?? new Map<string, CredentialRecord>();
    realms.set(record.realm, records.set(record.username, record as CredentialRecord));
  }
  return {
    find: (username, realm) => realms.get(realm)?.get(username),
    hasMd5: (username, realm) => realms.get(realm)?.get(username)?.ha1.MD5 !== undefined,
  };
}

/** A digest is as good as the password to this network. */
function refuseExposed(file: string): void {
  // There are no such modes on Windows.
  if (process.platform === 'win32') return;
  const found = statSync(file, { throwIfNoEntry: false });
  // A folder is refused when it is read, with the remedy for that.
  if (found?.isFile() !== true || (found.mode & othersMask) === 0) return;
  throw new OperatorFault('ENTENTE_PKI_SECRET_EXPOSED', {
    sentence: `the file of users is not read: its mode is 0${(found.mode & 0o777).toString(8)}, so that others may open it`,
    place: file,
    remedy: `give the file to the user of this server, and run chmod 600 ${shellWord(file)}; where somebody else may have read it, give its users new passwords`,
  });
}
