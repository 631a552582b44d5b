/**
 * What to do in a program that has this library, and no commands of a network: for refusals of the parts that both are made of.
 */
const remedies: ReadonlyMap<string, string> = new Map([
  [
    'clock-untrusted',
    'set the clock of this machine; where it is right, it was ahead when that list was signed: pass isClockRight: true to openAuthority, for one start of the program',
  ],
  [
    'root-ended',
    'set the clock of this machine; where it is right, open a new authority in another directory, and give its root and its certificates to all who use this one',
  ],
  [
    'authority-ended',
    'set the clock of this machine, where it is wrong; otherwise have the key of the root in the directory for one run of the program, which then certifies the next issuing authority',
  ],
  [
    'certificate-not-trusted',
    'set the clock of this machine, where it is wrong; otherwise have the key of the root in the directory for one run of the program: it signs the next list, and certifies the next issuing authority',
  ],
]);
const otherwise = 'open the authority again; where the same comes again, restore the folder from a copy';

/**
 * The remedy of a refusal, without a command of a network.
 *
 * @param reason - of the refusal
 * @param remedy - as the part says it
 */
export function libraryRemedy(reason: string, remedy: string): string {
  return remedies.get(reason) ?? (/\bentente [a-z]/.test(remedy) ? otherwise : remedy);
}
