import { parseRootAnswer, spkiHash, verifyRootAnswer } from '@entente/pki';
import { authorityFolder, IssuerStore, publicMode, rootFiles } from '@entente/pki/node';
import { authorityToChange } from '../authority/refuse-while-authority-runs.ts';
import { give } from '../topology/answer.ts';
import { answersIn, notTaken } from './root-answers.ts';
import { giveRootRefusal, malformedFile, readRootDocument } from './root-files-io.ts';

/** Options of `entente ca root accept`. */
export interface AcceptOptions {
  readonly config: string;
  readonly json?: boolean;
}

/**
 * Verifies the answer of a root, and leaves it to the authority.
 * @throws OperatorFault `ENTENTE_FILE_EXISTS` where another answer lies there that the authority has not taken yet: it stays
 */
export async function acceptAnswer(file: string, { config, json }: AcceptOptions): Promise<void> {
  const { directory, domain, objectsUrl } = await authorityToChange(config);
  const text = await readRootDocument(file);
  const answer = parseRootAnswer(text);
  if (answer === undefined) return giveRootRefusal(malformedFile(file), json);
  const folder = authorityFolder(directory);
  const store = await IssuerStore.open(folder);
  // One of a root that is not here is refused by what it says.
  const root =
    store.roots.all.find(({ certificate }) => spkiHash(certificate.der) === answer.root) ??
    store.roots.all.find(({ number }) => number === store.active.root);
  const knowledge = await store.knowledge(domain, objectsUrl, Date.now(), root);
  const verified = verifyRootAnswer(answer, knowledge);
  if (!verified.ok) return giveRootRefusal(verified.refusal, json);
  const { answer: name } = rootFiles(root?.number ?? 1);
  const [waiting] = await answersIn(folder, [name]);
  if (waiting !== undefined && waiting.text !== text) throw notTaken(folder.pathOf(name));
  await folder.write(name, text, publicMode);
  const { issuing, list, nextRoot } = verified.value;
  give(
    {
      json: {
        list: Number(list.crlNumber),
        issuing: issuing?.number ?? null,
        root: nextRoot?.number ?? null,
      },
      lines: [
        'Answer of the root accepted.',
        '',
        `  list            number ${list.crlNumber}`,
        ...(issuing === undefined ? [] : [`  prepared        ${issuing.certificate.subject.toString()}`]),
        ...(nextRoot === undefined ? [] : [`  next root       ${nextRoot.certificate.subject.toString()}`]),
      ],
      next: [
        'nothing: the authority puts it in force within a minute, or when it starts',
        ...(nextRoot === undefined
          ? []
          : ['then list the root with entente topology root prepare, sign and publish']),
      ],
    },
    json,
  );
}
