/** A word or phrase that texts here no longer use, and what to write instead. */
export interface RetiredPhrase {
  /** What exceptions and reports call it. */
  readonly phrase: string;
  /** Case does not matter; a space stands for any white space, so that a phrase is found across lines. */
  readonly pattern: RegExp;
  readonly instead: string;
  /** Whether file names and names in code must not have it either, as words of their own. */
  readonly names?: true;
}

/**
 * The retired phrases: what hides the subject, what is a private image of this project, and what has a plainer word or
 * a word of the field. The rule behind the list is in CONTRIBUTING.md, "Plain English".
 */
export const retiredPhrases: readonly RetiredPhrase[] = [
  // Texts that do not say who does it.
  {
    phrase: 'whoever',
    pattern: /whom?(?:so)?ever/,
    instead: 'name the subject: the caller, the peer, the operator; or "anyone who"',
    names: true,
  },
  {
    phrase: 'who asks',
    pattern: /whom? (?:asks?|asked|is asking)/,
    instead: 'name the subject: the client, the caller, the peer',
  },
  {
    phrase: 'he',
    pattern: /(?:he|him|his|himself|she|her|hers|herself)/,
    instead: 'name the subject, or write "they" or "it"',
  },
  // Private images.
  {
    phrase: 'gate',
    pattern: /gates?/,
    instead: 'name what checks: the verdict, the allow matrix',
    names: true,
  },
  { phrase: 'door', pattern: /doors?/, instead: 'listener, port, server', names: true },
  {
    phrase: 'passage',
    pattern: /passages?/,
    instead: 'what the request may do: route, relay, decision',
    names: true,
  },
  {
    phrase: 'stranger',
    pattern: /strangers?/,
    instead: 'uninvited peer, unknown peer, outsider: what it is',
    names: true,
  },
  {
    phrase: 'way in',
    pattern: /ways? (?:in|inside|through)(?! which)/,
    instead: 'route, listener, connection: what it is',
  },
  { phrase: 'turn away', pattern: /turn(?:s|ed|ing)?(?: \w+)? away/, instead: 'refuse', names: true },
  { phrase: 'in other hands', pattern: /in (?:other|foreign|wrong) hands/, instead: 'compromised' },
  { phrase: 'three in the morning', pattern: /(?:at )?three in the morning/, instead: 'Operations' },
  // Words that have a plainer one.
  { phrase: 'anew', pattern: /anew/, instead: 'again', names: true },
  { phrase: 'mend', pattern: /mend(?:s|ed|ing)?/, instead: 'fix', names: true },
  {
    phrase: 'tell apart',
    pattern: /(?:tell|tells|told|telling)(?: \w+){0,3} apart/,
    instead: 'distinguish; of the first bytes: sniff the protocol',
    names: true,
  },
  {
    phrase: 'tell of',
    pattern: /(?:tell|tells|told|telling) (?:of|no more)/,
    instead: 'report, announce, mention',
  },
  {
    phrase: 'take up',
    pattern: /(?:take|takes|took|taken|taking)(?: (?:it|them|this|that|the \w+|a \w+))? up/,
    instead: 'pick up, load, apply',
  },
  {
    phrase: 'give an order',
    pattern: /(?:give|gives|gave|given|giving)(?: \w+)? orders?/,
    instead: 'send a command',
    names: true,
  },
  { phrase: 'wish', pattern: /wish(?:es|ed|ing)?/, instead: 'request, call, want', names: true },
  {
    phrase: 'is no …',
    pattern:
      /(?<!there )(?:is|are) no (?!longer|more|less|different|better|worse|earlier|later|other|need|such|reason|harm|point|question|doubt|room|time)\w+/,
    instead: 'is not a, is not a valid',
  },
  {
    phrase: 'revoked nothing',
    pattern: /revoked nothing/,
    instead: 'Nothing revoked: no valid certificate for …',
  },
  {
    phrase: 'hold the ceremony',
    pattern: /(?:hold|holds|held|holding) the ceremony/,
    instead: 'run the key ceremony',
  },
  { phrase: 'seen enough', pattern: /seen enough/, instead: 'the reader may close early' },
  { phrase: 'nobody hears', pattern: /nobody hears/, instead: 'nothing reads it, it is dropped' },
];
