import { Checks, Fault } from '@entente/options';

/**
 * Thrown where a value has no canonical encoding, which is a mistake of the caller. Match it by `code`.
 */
export class EncodeError extends Fault<'ENTENTE_X509_ENCODE'> {
  /** Always `EncodeError`. */
  override readonly name = 'EncodeError';

  /**
   * @param sentence - what was expected, what was found; without final stop
   * @param place - field or type of the encoding
   * @param remedy - what to do now
   */
  constructor(sentence: string, place: string, remedy: string) {
    super('ENTENTE_X509_ENCODE', { sentence, place, remedy });
  }
}

/** Refuses with `ENTENTE_X509_ENCODE`. What is signed stays as it is, so nothing of it is left out or guessed. */
export const checks = new Checks({
  fault: ({ place, remedy, sentence }) => new EncodeError(sentence, place, remedy),
  noun: 'fields',
  hasSecrets: true,
});
