import { createPrivateKey, randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  createIssuer,
  examineRootRequest,
  type Issuer,
  type RootAnswer,
  type RootRequest,
  signRootAnswer,
  spkiHash,
} from '@entente/pki';
import {
  type AuthorityFolder,
  authorityFolder,
  IssuerStore,
  initialiseAuthority,
  keySigner,
} from '@entente/pki/node';
import { decodePemCertificates } from '@entente/x509';
import { now, objectsUrl } from './authority.ts';
import { memoryLedgers } from './memory-ledgers.ts';

export const domain = 'contoso.example';
export const edges = ['http://access.contoso.example'];
export const day = 86_400_000;
/** When the successor of the first issuing authority is due. */
export const half = now + 365 * day;

export interface Visit {
  readonly directory: string;
  readonly folder: AuthorityFolder;
  readonly root: Issuer;
  store(folder?: AuthorityFolder): Promise<IssuerStore>;
  /** What an authority asks for at half of its life, with changes. */
  request(store: IssuerStore, changes?: Partial<RootRequest>): Promise<RootRequest>;
  /** What an honest root answers. */
  answer(request: RootRequest, time?: number): Promise<RootAnswer>;
  remove(): Promise<void>;
}

/** An authority in files, and its root at another place. */
export async function startVisit(outside: readonly string[] = edges): Promise<Visit> {
  const base = await mkdtemp(join(tmpdir(), 'entente-rollover-'));
  const directory = join(base, 'ca');
  const made = await initialiseAuthority({
    directory,
    domain,
    fqdn: 'ca.contoso.example',
    objectsUrl,
    outsideObjectsUrls: outside,
    now,
    openLedger: memoryLedgers(),
  });
  const decoded = decodePemCertificates(made.rootPem);
  if (!decoded.ok || decoded.value[0] === undefined) throw new Error('no root');
  const key = createPrivateKey(await readFile(made.files.rootKey));
  const root = await createIssuer(decoded.value[0].der, keySigner(key));
  const folder = authorityFolder(directory);
  return {
    directory,
    folder,
    root,
    store: (given = folder) => IssuerStore.open(given),
    async request(store, changes = {}) {
      return {
        domain,
        root: spkiHash(root.certificate.der),
        list: store.rootCrl.der,
        objectsUrl,
        outsideObjectsUrls: outside,
        issuing: await store.request(domain),
        certifyOutside: [],
        revoke: [],
        ...changes,
      };
    },
    async answer(request, time = half) {
      const plan = examineRootRequest(request, { root: root.certificate, now: time });
      if (!plan.ok) throw new Error(plan.refusal.message);
      return signRootAnswer(plan.value, { root, now: time, random: randomBytes });
    },
    remove: () => rm(base, { recursive: true, force: true }),
  };
}
