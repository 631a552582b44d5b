import { basename, dirname, relative, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import { type Owner, publicMode, writeWhole } from '@entente/pki/node';
import { parse, stringify } from 'yaml';
import { readNamed } from '../read-named-file.ts';
import { fileOr } from '../topology/missing-file.ts';

/** How an administrator reaches the authority, and with which certificate. */
export interface AdministratorAccess {
  /** Origin, `https://…`. */
  readonly authority: string;
  /** Addresses of hosts that DNS does not know: `<ip>` for the authority, `<name>=<ip>` for another. */
  readonly address: readonly string[];
  /** Root that the authority's certificate leads to; file or directory. */
  readonly anchors: string;
  /** Client certificate, PEM. */
  readonly certificate: string;
  /** Its private key, PEM. */
  readonly key: string;
}

/** The same as the command line gives it: piece by piece, or in a file, or both. */
export interface AdministratorOptions extends Partial<Omit<AdministratorAccess, 'address'>> {
  readonly as?: string;
  readonly address: readonly string[];
  readonly json?: boolean;
}

/** Fields that name files, in the file relative to it. */
const files = ['anchors', 'certificate', 'key'] as const;
const needed = ['authority', ...files] as const;

/**
 * Writes what `--as` reads, beside an administrator's certificate: `alice.yaml` beside `alice.crt`. It holds no secret, only the
 * names of files.
 * @param owner - whose the file becomes; default: who runs the command
 * @returns its path
 */
export async function writeAccess(
  administrator: { readonly certificate: string; readonly key: string },
  access: { readonly authority: string; readonly address: string | undefined; readonly anchors: string },
  owner?: Owner,
): Promise<string> {
  const { authority, address, anchors } = access;
  const file = administrator.certificate.replace(/\.crt$/, '.yaml');
  const folder = dirname(file);
  const text = stringify({
    authority,
    ...(address === undefined ? {} : { address }),
    anchors: relative(folder, anchors),
    certificate: basename(administrator.certificate),
    key: basename(administrator.key),
  });
  await writeWhole(file, text, publicMode, owner);
  return file;
}

/**
 * Puts together how the authority is reached. An option overrides the same field of the file.
 * @param options - as the command line gave them
 * @throws OperatorFault `ENTENTE_USAGE` where something is missing, `ENTENTE_ACCESS_INVALID` where the file is something else
 */
export async function accessOf(options: AdministratorOptions): Promise<AdministratorAccess> {
  const { as: file } = options;
  const read =
    file === undefined ? {} : readAccess(file, await fileOr(file, readNamed(file, 'utf8'), createsAccess));
  const missing = needed.filter((name) => options[name] === undefined && read[name] === undefined);
  if (missing.length > 0) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: `expected --as, or the options ${needed.map((name) => `--${name}`).join(', ')}; missing: ${missing.map((name) => `--${name}`).join(', ')}`,
      place: file ?? 'the command line',
      remedy: 'give --as ca/administrators/<you>.yaml, the file that entente ca init wrote',
    });
  }
  const field = (name: (typeof needed)[number]): string => (options[name] ?? read[name]) as string;
  return {
    authority: field('authority'),
    address: [...(read.address === undefined ? [] : [read.address]), ...options.address],
    anchors: field('anchors'),
    certificate: field('certificate'),
    key: field('key'),
  };
}

const createsAccess =
  'name your access file with its path, e.g. ca/administrators/<you>.yaml: entente ca init has written that of the first administrator, entente ca administrator <name> writes that of another one';

type AccessFile = { readonly [name in (typeof needed)[number] | 'address']?: string };

function readAccess(file: string, text: string): AccessFile {
  const value = parsed(text);
  const known: readonly string[] = [...needed, 'address'];
  const wrong =
    typeof value !== 'object' || value === null || Array.isArray(value)
      ? 'none'
      : Object.entries(value).find(
          ([name, content]) => !known.includes(name) || typeof content !== 'string',
        )?.[0];
  if (wrong !== undefined) {
    throw new OperatorFault('ENTENTE_ACCESS_INVALID', {
      sentence: `expected only the fields ${known.join(', ')}, each a text; found ${wrong}`,
      place: file,
      remedy: 'name a file that entente ca init wrote, e.g. ca/administrators/alice.yaml',
    });
  }
  const access = value as Record<string, string>;
  const places = files
    .filter((name) => access[name] !== undefined)
    .map((name) => [name, resolve(dirname(file), access[name] as string)]);
  return { ...access, ...Object.fromEntries(places) };
}

function parsed(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return undefined;
  }
}
