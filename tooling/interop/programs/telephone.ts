/**
 * A telephone that a scenario plays with: a foreign program with one account. Each method that waits looks at what the telephone has said
 * since the last thing that was waited for, so that an older event never counts twice.
 */
export interface Telephone extends AsyncDisposable {
  /** For people, e.g. `frank, outside (baresip)`. */
  readonly name: string;
  /** `frank@contoso.example`. */
  readonly address: string;
  /** Waits until its registration was accepted. */
  registered(): Promise<void>;
  /** Sends a message, and waits until it was answered with a 2xx. */
  message(to: string, text: string): Promise<void>;
  /** Waits until a message has arrived. */
  received(text: string): Promise<void>;
  /** Sends an INVITE. */
  call(to: string): Promise<void>;
  /** The called: it rings. */
  rings(): Promise<void>;
  /** The caller: hears that the other one rings. */
  hearsRinging(): Promise<void>;
  answer(): Promise<void>;
  /** The called: the caller's ACK has arrived. The caller: the answer has. */
  isConnected(): Promise<void>;
  /** Puts the call on hold by a re-INVITE, and waits until it was accepted. */
  hold(): Promise<void>;
  resume(): Promise<void>;
  /** The other side has put the call on hold. */
  isHeld(): Promise<void>;
  isResumed(): Promise<void>;
  /** Ends the call with a BYE, and waits until it was answered with a 2xx. */
  hangUp(): Promise<void>;
  /** Gives up a call that was not answered: a CANCEL. */
  cancel(): Promise<void>;
  /** The call is over. */
  isOver(): Promise<void>;
  /** Ends whatever call it is in, and looks at nothing that it said before: the next call starts from there. */
  reset(): Promise<void>;
  /** Waits until its log has a text, and gives that. */
  says(pattern: RegExp): Promise<string>;
}

/** What a telephone is set up with. */
export interface Account {
  readonly name: string;
  readonly address: string;
  readonly password: string;
  /** Name and port of the server that it is to use: it resolves and verifies the name itself. */
  readonly server: { readonly host: string; readonly port: number };
  /** PEM file with the roots that it trusts. */
  readonly anchorsFile: string;
  /** Addresses that it writes messages to. */
  readonly contacts: readonly string[];
  /** Where its files go; made by the telephone. */
  readonly directory: string;
}
