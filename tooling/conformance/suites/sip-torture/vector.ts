/** What a stream framer sees of a message that is alone on its connection. */
export type StreamKind =
  | 'complete'
  | 'complete-with-trailing'
  | 'incomplete-body'
  | 'incomplete-header'
  | 'no-content-length'
  | 'fatal-framing';

/** One entry of expected.json, as far as the suite reads it. */
export interface TortureMessage {
  readonly name: string;
  readonly file: string;
  readonly type: 'request' | 'response';
  readonly expected: 'valid' | 'invalid';
  readonly bytes: number;
  readonly reaction: {
    readonly action: 'accept' | 'respond' | 'discard';
    readonly status: number | null;
    readonly alternatives: readonly (number | 'accept')[];
    readonly by?: 'endpoint' | 'proxy' | 'registrar';
  };
  readonly framing: { readonly stream: StreamKind; readonly trailingBytes?: number };
}

/** The file expected.json. */
export interface Vectors {
  readonly messages: readonly TortureMessage[];
}

/** A message with its bytes. */
export interface TortureInput {
  readonly message: TortureMessage;
  readonly bytes: Uint8Array;
}
