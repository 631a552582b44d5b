import { OperatorFault } from '@entente/host';
import { maxRootDocumentLength, parseRootAnswer, type RootAnswer } from '@entente/pki';
import type { AuthorityFolder } from '@entente/pki/node';

/** An answer of a root in the folder of an authority. */
export interface BroughtAnswer {
  /** Of its file. */
  readonly name: string;
  readonly text: string;
  readonly answer: RootAnswer;
}

/**
 * Answers of the root that the authority has not put in force, or is about to remove.
 * @param folder - of the authority
 * @param names - of their files
 */
export async function answersIn(
  folder: AuthorityFolder,
  names: readonly string[],
): Promise<readonly BroughtAnswer[]> {
  const found: BroughtAnswer[] = [];
  for (const name of names) {
    const file = await folder.readBrought(name, maxRootDocumentLength);
    if (file?.ok !== true) continue;
    const text = file.content.toString('utf8');
    const answer = parseRootAnswer(text);
    if (answer !== undefined) found.push({ name, text, answer });
  }
  return found;
}

/**
 * The fault of an answer that has to be put in force first: another one in its place would lose what it has certified, and a request beside it
 * would name a list that is not the last one any more when it reaches the root.
 * @param place - of the answer
 */
export function notTaken(place: string): OperatorFault {
  return new OperatorFault('ENTENTE_FILE_EXISTS', {
    sentence: 'the authority has not taken the last answer of the root yet',
    place,
    remedy:
      'start the authority where it does not run: it takes the answer within a minute; then run this command again. If the answer should not count, remove the file',
  });
}
