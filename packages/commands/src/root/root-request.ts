import { access, readFile } from 'node:fs/promises';
import { setTimeout } from 'node:timers/promises';
import { OperatorFault } from '@entente/host';
import {
  formatRootRequest,
  listAddressesIn,
  parseRootRequest,
  type RootRequest,
  spkiHash,
} from '@entente/pki';
import {
  type AuthorityFolder,
  authorityFolder,
  IssuerStore,
  ordersSocket,
  publicMode,
  rootFiles,
  type StoredRoot,
} from '@entente/pki/node';
import { shellWord } from '@entente/trust';
import { authorityToChange } from '../authority/refuse-while-authority-runs.ts';
import { give } from '../topology/answer.ts';
import { answersIn, notTaken } from './root-answers.ts';

/** Options of `entente ca root request`. */
export interface RequestOptions {
  readonly config: string;
  readonly root?: string;
  readonly next?: boolean;
  readonly revoke?: string;
  readonly revokeRoot?: string;
  readonly json?: boolean;
}

/** How often, and how long, it is looked whether a running authority has taken the last answer: it does so every 15 seconds. */
const lookEveryMs = 500;
const looks = 120;

/**
 * Writes what a root should sign into the directory of the authority. Where an answer of the root lies there that a running authority has not put in
 * force yet, it waits for that.
 * @param options - of the command
 * @param pause - between two looks at the answer
 */
export async function writeRequest(
  options: RequestOptions,
  pause: () => Promise<unknown> = () => setTimeout(lookEveryMs),
): Promise<void> {
  const { config, json, next } = options;
  const { directory, domain, objectsUrl } = await authorityToChange(config);
  const folder = authorityFolder(directory);
  let answer = await answerNotTaken(folder, options.root);
  if (answer !== undefined && (await isThere(folder.pathOf(ordersSocket)))) {
    if (json !== true)
      process.stderr.write('the authority is about to take the last answer of the root; waiting for it …\n');
    for (let look = 0; look < looks && answer !== undefined; look++) {
      await pause();
      answer = await answerNotTaken(folder, options.root);
    }
  }
  if (answer !== undefined) throw notTaken(folder.pathOf(answer));
  const store = await IssuerStore.open(folder);
  const root = rootOf(store, options.root);
  const file = rootFiles(root.number).request;
  const path = folder.pathOf(file);
  const before = parseRootRequest(await readFile(path, 'utf8').catch(() => ''));
  // The authority removes a request some time after it has put the answer in force: what that has certified is not asked for once more.
  const stillToRevoke = (before?.revoke ?? []).filter(({ certificate }) => !store.isRevoked(certificate));
  const isAsked = before?.issuing !== undefined && before.issuing.number > store.records.length;
  const written: RootRequest = {
    domain,
    root: spkiHash(root.certificate.der),
    list: root.crl.der,
    objectsUrl,
    outsideObjectsUrls: before?.outsideObjectsUrls ?? outsideUrlsOf(store),
    ...(next === true || isAsked ? { issuing: await store.request(domain) } : {}),
    nextRoot: store.roots.all.length + 1,
    certifyOutside: before?.certifyOutside ?? [],
    revoke: [...stillToRevoke, ...revokedBy(store, root, options)],
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
        `carry it to the key of ${root.certificate.subject.toString()}: entente ca root sign ${shellWord(file)} --root <directory> --out root-answer.json`,
        `to prepare the next root there: entente ca root prepare ${shellWord(file)} --root <directory> --new-root <directory> --out root-answer.json`,
      ],
    },
    json,
  );
}

/** The name of the file with an answer of the root that the authority has not put in force; undefined where there is none. */
async function answerNotTaken(
  folder: AuthorityFolder,
  number: string | undefined,
): Promise<string | undefined> {
  const files = rootFiles(rootOf(await IssuerStore.open(folder), number).number);
  const brought = await answersIn(folder, [files.answer, files.taken]);
  // After that: an answer that was put in force meanwhile is in the store.
  const { crl } = rootOf(await IssuerStore.open(folder), number);
  return brought.find(({ answer }) => !Buffer.from(answer.list).equals(crl.der))?.name;
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
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
