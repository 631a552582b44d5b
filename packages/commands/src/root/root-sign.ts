import { randomBytes } from 'node:crypto';
import { join, resolve } from 'node:path';
import { OperatorFault } from '@entente/host';
import {
  examineRootRequest,
  formatRootAnswer,
  mayCrossCertify,
  parseRootRequest,
  prepareRoot,
  type RootPlan,
  type RootRequest,
  rootName,
  signRootAnswer,
} from '@entente/pki';
import {
  authorityFiles,
  createRootFolder,
  openRootFolder,
  publicMode,
  type RootFolder,
  writeWhole,
} from '@entente/pki/node';
import { shellWord } from '@entente/trust';
import { give } from '../topology/answer.ts';
import { agreesToSign, giveRootRefusal, malformedFile, readRootDocument } from './root-files-io.ts';
import { describePlan } from './root-plan-text.ts';

/** Options of `entente ca root sign`. */
export interface SignOptions {
  readonly root: string;
  readonly out: string;
  readonly clockIsRight?: boolean;
  readonly yes?: boolean;
  readonly json?: boolean;
}

/** Options of `entente ca root prepare`. */
export interface PrepareOptions extends SignOptions {
  readonly newRoot: string;
}

/** A request that the root would sign. */
interface Examined {
  readonly request: RootRequest;
  readonly plan: RootPlan;
  readonly folder: RootFolder;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Signs a request with the key of the root. */
export async function signRequest(file: string, options: SignOptions): Promise<void> {
  const examined = await examine(file, options);
  if (examined === undefined) return;
  const { folder, now, plan, request } = examined;
  const shown = describePlan(plan, folder, now);
  if (!(await isAgreed(shown, options))) return;
  const answer = await signRootAnswer(plan, { root: await folder.issuer(), now, random: randomBytes });
  // First, so that no later request takes a revocation back.
  await folder.keep(answer.list);
  await writeWhole(options.out, formatRootAnswer(answer), publicMode);
  give(
    {
      json: {
        answer: resolve(options.out),
        list: plan.listNumber,
        issuing: request.issuing?.number ?? null,
      },
      lines: ['Signed by the root.', '', ...shown, `  answer          ${options.out}`],
      next: [`on the machine of the authority: entente ca root accept ${shellWord(options.out)}`],
    },
    options.json,
  );
}

/** Creates the next root, and signs a request with the key of the present one, which certifies the next. */
export async function prepareNext(file: string, options: PrepareOptions): Promise<void> {
  const { json, newRoot, out } = options;
  const examined = await examine(file, options);
  if (examined === undefined) return;
  const { folder, now, plan, request } = examined;
  const { nextRoot: number } = request;
  if (number === undefined) {
    throw new OperatorFault('ENTENTE_USAGE', {
      sentence: 'the request does not say which number the next root gets: an earlier release has written it',
      place: file,
      remedy: 'write another one on the machine of the authority, with entente ca root request',
    });
  }
  const isReached = mayCrossCertify(folder.certificate);
  const name = rootName(request.domain, number);
  const shown = [
    ...describePlan(plan, folder, now),
    `  next root       ${name.toString()}, in ${newRoot}`,
    isReached
      ? '                  certified by the present root: who believes that alone reaches it'
      : '                  NOT certified by the present root, which allows one authority below it: servers that are off until it is retired join again, and partners have to be told',
  ];
  if (!(await isAgreed(shown, options))) return;
  const { kind } = folder.certificate.publicKey;
  const next = await createRootFolder(newRoot, { domain: request.domain, number, kind });
  const root = await folder.issuer();
  const { existing, listNumber, signer } = next;
  const prepared = await prepareRoot(
    { ...request, nextRoot: number },
    {
      root,
      signer,
      ...(existing === undefined ? {} : { existing }),
      listNumber,
      now,
      random: randomBytes,
    },
  );
  const answer = await signRootAnswer(plan, { root, now, random: randomBytes });
  await next.finish(prepared);
  await folder.keep(answer.list);
  await writeWhole(out, formatRootAnswer({ ...answer, nextRoot: prepared }), publicMode);
  const certificate = join(newRoot, authorityFiles.rootCertificate);
  give(
    {
      json: {
        answer: resolve(out),
        list: plan.listNumber,
        root: number,
        certificate: resolve(certificate),
        crossCertified: isReached,
      },
      lines: [
        'Next root prepared.',
        '',
        ...shown,
        `  certificate     ${certificate}`,
        `  key             ${join(newRoot, authorityFiles.rootKey)}: keep it as the key of the present root`,
        `  answer          ${out}`,
      ],
      next: [
        `on the machine of the authority: entente ca root accept ${shellWord(out)}`,
        `then, where the topology is: entente topology root prepare --certificate ${shellWord(certificate)}`,
      ],
    },
    json,
  );
}

async function examine(
  file: string,
  { clockIsRight, json, root: directory }: SignOptions,
): Promise<Examined | undefined> {
  const request = parseRootRequest(await readRootDocument(file));
  if (request === undefined) {
    giveRootRefusal(malformedFile(file), json);
    return undefined;
  }
  const folder = await openRootFolder(directory, request.root);
  const now = Date.now();
  const plan = examineRootRequest(request, {
    root: folder.certificate,
    now,
    isClockRight: clockIsRight === true,
    ...(folder.list === undefined ? {} : { known: folder.list }),
  });
  if (plan.ok) return { request, plan: plan.value, folder, now };
  giveRootRefusal(plan.refusal, json);
  return undefined;
}

async function isAgreed(shown: readonly string[], { json, yes }: SignOptions): Promise<boolean> {
  if (yes === true || (await agreesToSign(shown))) return true;
  give({ json: { signed: false }, lines: ['Nothing was signed.'], failed: true }, json);
  return false;
}
