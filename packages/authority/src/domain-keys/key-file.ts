import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { formatPoolKeys, maxPoolKeysLength, PkiFault, type PoolKeys, parsePoolKeys } from '@entente/pki';
import { readSecret, secretMode, writeWhole } from '@entente/pki/node';

/** The keys of one pool, and who has been given them. */
export interface HeldKeys {
  readonly keys: PoolKeys;
  /** FQDNs of the servers to which these keys were given, and that may have them. */
  readonly holders: ReadonlySet<string>;
  /** Those that had them and may no longer, with the time since when, milliseconds since 1970: as long as one that they had still opens. */
  readonly former: ReadonlyMap<string, number>;
}

/** What the authority keeps of the keys of all pools. */
export interface KeptKeys {
  readonly pools: ReadonlyMap<string, HeldKeys>;
  /** Servers whose key is about to be declared compromised, with the time, milliseconds since 1970: what they had is not void yet. */
  readonly owed: ReadonlyMap<string, number>;
  /** Servers whose key was compromised, with the last time, and those of the future: what they had until then is void. */
  readonly settled: ReadonlyMap<string, readonly number[]>;
}

const name = 'domain-keys.json';
const format = 'entente-domain-keys-of-all-pools/1';
/** Far more than the largest topology needs. */
const maxBytes = 67_108_864;
const maxHolders = 100_000;

/** @param directory - folder of the authority */
export const keysPath = (directory: string): string => join(directory, name);

/**
 * Whether the file is not there.
 * @param directory - folder of the authority
 */
export async function areKeysGone(directory: string): Promise<boolean> {
  return access(keysPath(directory)).then(
    () => false,
    (error: NodeJS.ErrnoException) => error.code === 'ENOENT',
  );
}

/**
 * Reads the keys of all pools.
 * @param directory - folder of the authority
 * @returns nothing where there is no file yet
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED`; `ENTENTE_PKI_SECRET_EXPOSED` where others may read the file
 */
export async function readKeys(directory: string): Promise<KeptKeys> {
  const place = keysPath(directory);
  const text = await readSecret(place, maxBytes);
  if (text === undefined) return { pools: new Map(), owed: new Map(), settled: new Map() };
  const found = parse(text);
  if (found !== undefined) return found;
  throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: 'the keys of the pools cannot be read',
    place,
    remedy:
      'restore the file from a copy; or delete it: then each pool gets a new key, and dialogs that began before lose their route',
  });
}

/**
 * Writes the keys of all pools, with mode 0600, before any of them is given out.
 * @param directory - folder of the authority
 * @param kept - all of them
 */
export async function writeKeys(directory: string, { owed, pools, settled }: KeptKeys): Promise<void> {
  const entries = [...pools.values()].map(({ former, holders, keys }) => ({
    ...(JSON.parse(formatPoolKeys(keys)) as object),
    holders: [...holders].sort(),
    ...(former.size === 0 ? {} : { former: [...former].sort() }),
  }));
  const written = {
    format,
    pools: entries,
    ...(owed.size === 0 ? {} : { owed: [...owed].sort() }),
    ...(settled.size === 0 ? {} : { settled: pairsOf(settled).sort() }),
  };
  await writeWhole(keysPath(directory), `${JSON.stringify(written)}\n`, secretMode);
}

function parse(text: string): KeptKeys | undefined {
  let value: Readonly<Partial<Record<'format' | keyof KeptKeys, unknown>>> | null;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (value?.format !== format || !Array.isArray(value.pools)) return undefined;
  const { owed = [], settled = [] } = value;
  if (!isListOf(owed, isFormer) || !isListOf(settled, isFormer)) return undefined;
  const pools = new Map<string, HeldKeys>();
  for (const entry of value.pools as unknown[]) {
    const held = parseEntry(entry);
    if (held === undefined || pools.has(held.keys.pool)) return undefined;
    pools.set(held.keys.pool, held);
  }
  const times = new Map<string, readonly number[]>();
  for (const [server, at] of settled as readonly [string, number][])
    times.set(server, [...(times.get(server) ?? []), at]);
  return { pools, owed: new Map(owed as readonly [string, number][]), settled: times };
}

/** One for each time: a server is in the list as often. */
function pairsOf(settled: KeptKeys['settled']): (readonly [string, number])[] {
  return [...settled].flatMap(([server, times]) => times.map((at) => [server, at] as const));
}

function parseEntry(entry: unknown): HeldKeys | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const {
    former = [],
    holders,
    ...rest
  } = entry as { readonly former?: unknown; readonly holders?: unknown };
  if (!isListOf(holders, (holder) => typeof holder === 'string') || !isListOf(former, isFormer))
    return undefined;
  const text = JSON.stringify(rest);
  const keys = text.length > maxPoolKeysLength ? undefined : parsePoolKeys(text);
  if (keys === undefined) return undefined;
  return { keys, holders: new Set(holders as string[]), former: new Map(former as [string, number][]) };
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): value is readonly unknown[] {
  return Array.isArray(value) && value.length <= maxHolders && value.every(isItem);
}

function isFormer(item: unknown): boolean {
  const [holder, since] = Array.isArray(item) ? (item as unknown[]) : [];
  return typeof holder === 'string' && Number.isSafeInteger(since);
}
