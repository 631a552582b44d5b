declare module 'nspell' {
  /** A dictionary in the form of Hunspell. */
  export interface Dictionary {
    readonly aff: Uint8Array;
    readonly dic: Uint8Array;
  }
  /** Says of words whether they are in a dictionary. */
  export interface Speller {
    correct(word: string): boolean;
    suggest(word: string): string[];
  }
  export default function nspell(dictionary: Dictionary): Speller;
}
