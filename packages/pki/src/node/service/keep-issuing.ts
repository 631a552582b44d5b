import { randomBytes } from 'node:crypto';
import { PkiFault } from '../../ground/fault.ts';
import { createIssuer } from '../../ground/issuer.ts';
import { spkiHash } from '../../ground/issuer-id.ts';
import { profiles } from '../../ground/profile.ts';
import { nextStep, type RolloverView, rootNeeds } from '../../rollover/decide-rollover-step.ts';
import { examineRootRequest } from '../../rollover/examine-request.ts';
import type { RootRefusal } from '../../rollover/root-refusal.ts';
import { signRootAnswer } from '../../rollover/sign-answer.ts';
import { verifyRootAnswer } from '../../rollover/verify-answer.ts';
import { presentPrivateKey } from '../authority-files.ts';
import type { AuthorityFolder } from '../authority-folder.ts';
import type { IssuerStore } from '../issuer-store.ts';
import { keySigner } from '../key-signer.ts';
import { rootFiles } from '../root-files.ts';
import { libraryRemedy } from './library-remedies.ts';

/** What is kept up to date, and how. */
export interface KeptAuthority {
  readonly folder: AuthorityFolder;
  readonly issuers: IssuerStore;
  readonly domain: string;
  readonly objectsUrl: string;
  /** Whether somebody says so: a clock that is behind takes for the future what the root has signed, and its list would be refused. */
  readonly isClockRight: boolean;
}

/**
 * Does what is due of an authority whose root lies beside it: the root's next list, the next issuing authority, and the steps from one to
 * the next.
 * @param kept - the authority
 * @param now - milliseconds since 1970
 * @returns whether anything has changed
 * @throws PkiFault `ENTENTE_PKI_AUTHORITY_DAMAGED` where the root should sign and its key is not there, or what it has signed is refused;
 * those of the key
 */
export async function keepIssuing(kept: KeptAuthority, now: number): Promise<boolean> {
  const { issuers } = kept;
  const caughtUp = await issuers.catchUp();
  const stepped = await takeSteps(issuers, now);
  const needs = rootNeeds(viewOf(issuers), issuers.rootCrl, now);
  if (!needs.issuing && !needs.list) return caughtUp || stepped;
  await askRoot(kept, needs.issuing, now);
  // Where the active one has ended, the one that the root has certified now follows at once.
  await takeSteps(issuers, now);
  return true;
}

/** Takes the steps that are due. @returns whether any was */
async function takeSteps(issuers: IssuerStore, now: number): Promise<boolean> {
  for (let count = 0; ; count++) {
    const step = nextStep(viewOf(issuers), now);
    if (step === undefined) return count > 0;
    await issuers.take(step, now);
  }
}

/** Nothing but certificates of services is issued: the last one ends at most their lifetime after the successor has taken over. */
function viewOf(issuers: IssuerStore): RolloverView {
  const lastEnd = new Map<number, number>();
  for (const { number, retiringSince, stage } of issuers.records) {
    if (stage === 'retiring') lastEnd.set(number, (retiringSince ?? 0) + profiles.service.lifetimeMs);
  }
  return issuers.view(lastEnd);
}

async function askRoot(kept: KeptAuthority, issuing: boolean, now: number): Promise<void> {
  const { domain, folder, isClockRight, issuers, objectsUrl } = kept;
  const root = issuers.roots.above(issuers.active.issuer.certificate);
  const path = folder.pathOf(rootFiles(root?.number ?? 1).key);
  const key = await presentPrivateKey(path, folder.passphrase);
  if (root === undefined || key === undefined) {
    throw new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
      sentence: `the root should sign its next list${issuing ? ' and the next issuing authority' : ''}, and its key is not there`,
      place: path,
      remedy: 'bring the key back for the time of one run of the program; it is needed once a year',
    });
  }
  const request = {
    domain,
    root: spkiHash(root.certificate.der),
    list: root.crl.der,
    objectsUrl,
    outsideObjectsUrls: [],
    ...(issuing ? { issuing: await issuers.request(domain) } : {}),
    nextRoot: issuers.roots.all.length + 1,
    certifyOutside: [],
    revoke: [],
  };
  const plan = examineRootRequest(request, { root: root.certificate, now, isClockRight });
  if (!plan.ok) throw refused(plan.refusal, path);
  const signer = await createIssuer(root.certificate.der, keySigner(key));
  const answer = await signRootAnswer(plan.value, { root: signer, now, random: randomBytes });
  const verified = verifyRootAnswer(answer, await issuers.knowledge(domain, objectsUrl, now, root));
  if (!verified.ok) throw refused(verified.refusal, path);
  await issuers.accept(verified.value, now);
}

function refused({ message, reason, remedy }: RootRefusal, place: string): PkiFault {
  return new PkiFault('ENTENTE_PKI_AUTHORITY_DAMAGED', {
    sentence: `the root refuses to sign: ${message}`,
    place,
    remedy: libraryRemedy(reason, remedy),
  });
}
