import { readFile } from 'node:fs/promises';
import { OperatorFault } from '@entente/host';
import {
  formatRootRequest,
  listAddressesIn,
  parseRootRequest,
  type RootRequest,
  spkiHash,
} from '@entente/pki';
import { authorityFolder, IssuerStore, publicMode, rootFiles, type StoredRoot } from '@entente/pki/node';
import { authorityNamesOf } from '../authority/authority-names.ts';
import { give } from '../topology/answer.ts';

/** Options of `entente ca root request`. */
export interface RequestOptions {
  readonly config: string;
  readonly root?: string;
  readonly next?: boolean;
  readonly revoke?: string;
  readonly revokeRoot?: string;
  readonly json?: boolean;
}

/** Writes what a root should sign into the directory of the authority. */
export async function writeRequest(options: RequestOptions): Promise<void> {
  const { config, json, next } = options;
  const { directory, domain, objectsUrl } = await authorityNamesOf(config);
  const folder = authorityFolder(directory);
  const store = await IssuerStore.open(folder);
  const root = rootOf(store, options.root);
  const file = rootFiles(root.number).request;
  const path = folder.pathOf(file);
  const before = parseRootRequest(await readFile(path, 'utf8').catch(() => ''));
  const written: RootRequest = {
    domain,
    root: spkiHash(root.certificate.der),
    list: root.crl.der,
    objectsUrl,
    outsideObjectsUrls: before?.outsideObjectsUrls ?? outsideUrlsOf(store),
    ...(next === true || before?.issuing !== undefined ? { issuing: await store.request(domain) } : {}),
    nextRoot: store.roots.all.length + 1,
    certifyOutside: before?.certifyOutside ?? [],
    revoke: [...(before?.revoke ?? []), ...revokedBy(store, root, options)],
  };
  await folder.write(file, formatRootRequest(written), publicMode);
  give(
    {
      json: {
        request: path,
        root: root.number,
        revokes: written.revoke.length,
        issuing: written.issuing?.number ?? null,
      },
      lines: [`Request for the root written: ${path}`],
      next: [
        `carry it to the key of ${root.certificate.subject.toString()}: entente ca root sign ${file} --root <directory> --out root-answer.json`,
        `to prepare the next root there: entente ca root prepare ${file} --root <directory> --new-root <directory> --out root-answer.json`,
      ],
    },
    json,
  );
}

/** Where edges serve lists to outsiders today, so that a next root is reached by them too. */
function outsideUrlsOf({ active, root }: IssuerStore): readonly string[] {
  return active.outside === undefined ? [] : (listAddressesIn(active.outside, root) ?? []);
}

function rootOf(store: IssuerStore, number: string | undefined): StoredRoot {
  const wanted = number === undefined ? store.active.root : Number(number);
  const root = store.roots.all.find((one) => one.number === wanted);
  if (root !== undefined) return root;
  throw unknown(`there is no root with the number ${number}`, '--root');
}

function revokedBy(
  store: IssuerStore,
  root: StoredRoot,
  { revoke, revokeRoot }: RequestOptions,
): RootRequest['revoke'] {
  const issuing = revoke === undefined ? [] : issuingOf(store, root, revoke);
  const next = revokeRoot === undefined ? [] : crossOf(store, root, revokeRoot);
  return [...issuing, ...next].map((certificate) => ({ certificate, reason: 'cACompromise' }));
}

function issuingOf(store: IssuerStore, root: StoredRoot, number: string): readonly Uint8Array[] {
  const certificate = store.certificate(Number(number));
  if (certificate === undefined || store.roots.above(certificate)?.number !== root.number)
    throw unknown(
      `root ${root.number} has certified no issuing authority with the number ${number}`,
      '--revoke',
    );
  const outside = store.live.find(({ record }) => record.number === Number(number))?.outside;
  return [certificate, ...(outside === undefined ? [] : [outside])].map(({ der }) => der);
}

/** What those who believe a root alone reach the next one by. */
function crossOf(store: IssuerStore, root: StoredRoot, number: string): readonly Uint8Array[] {
  const next = store.roots.all.find((one) => one.number === Number(number));
  const above = next?.cross === undefined ? undefined : store.roots.above(next.cross);
  if (next?.cross === undefined || above?.number !== root.number)
    throw unknown(`root ${root.number} has certified no root with the number ${number}`, '--revoke-root');
  return [next.cross.der, ...(next.crossOutside === undefined ? [] : [next.crossOutside.der])];
}

function unknown(sentence: string, option: string): OperatorFault {
  return new OperatorFault('ENTENTE_USAGE', {
    sentence,
    place: `option ${option}`,
    remedy: 'show the numbers with entente ca rollover',
  });
}
