import { spawnSync } from 'node:child_process';

/** What openssl answered. */
export interface OpensslAnswer {
  readonly ok: boolean;
  /** Everything that it wrote. */
  readonly output: string;
}

/** Runs openssl. */
export function openssl(...args: readonly string[]): OpensslAnswer {
  const { error, status, stderr, stdout } = spawnSync('openssl', args, { encoding: 'utf8' });
  if (error !== undefined) throw error;
  return { ok: status === 0, output: stdout + stderr };
}

/** A revocation list as openssl reads it. */
export interface ReadList {
  readonly number: number;
  /** Milliseconds since 1970. */
  readonly thisUpdate: number;
  /** Milliseconds since 1970. */
  readonly nextUpdate: number;
  /** In the order of the list. */
  readonly entries: readonly ReadEntry[];
}

/** One entry of a list. */
export interface ReadEntry {
  /** Lower-case hexadecimal, without leading zeros. */
  readonly serial: string;
  /** Milliseconds since 1970. */
  readonly revokedAt: number;
  /** As openssl words it, e.g. `Key Compromise`; undefined where the entry gives none. */
  readonly reason: string | undefined;
}

/**
 * Reads what `openssl crl -noout -crlnumber -lastupdate -nextupdate -text` prints.
 *
 * @throws Error where something is missing
 */
export function readListText(text: string): ReadList {
  const value = (pattern: RegExp): string => {
    const found = pattern.exec(text)?.[1];
    if (found === undefined)
      throw new Error(`openssl printed nothing like ${pattern}: ${text.slice(0, 400)}`);
    return found;
  };
  const [, ...blocks] = text.split(/^ {4}Serial Number: /m);
  return {
    number: Number(value(/^crlNumber=(0x[0-9A-Fa-f]+)$/m)),
    thisUpdate: Date.parse(value(/^lastUpdate=(.+)$/m)),
    nextUpdate: Date.parse(value(/^nextUpdate=(.+)$/m)),
    entries: blocks.map((block) => ({
      serial: withoutZeros(/^[0-9A-F]+/.exec(block)?.[0] ?? ''),
      revokedAt: Date.parse(/Revocation Date: (.+)/.exec(block)?.[1] ?? ''),
      reason: /X509v3 CRL Reason Code: *\n +(.+)/.exec(block)?.[1]?.trim(),
    })),
  };
}

/** The same serial number, as both write it. */
export function withoutZeros(hex: string): string {
  return hex.toLowerCase().replace(/^0+(?=.)/, '');
}
