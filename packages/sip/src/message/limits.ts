/** How large a message may be. Each limit is checked before the bytes it bounds are stored. */
export interface MessageLimits {
  /** Bytes of the request line or status line, without CRLF. */
  readonly maxStartLineBytes: number;
  /** Header fields, each line counted. */
  readonly maxHeaders: number;
  /** Bytes from the start line up to and with the empty line. */
  readonly maxHeaderBytes: number;
  /** Bytes of the body. */
  readonly maxBodyBytes: number;
}

/** The limits that hold where none are given: 8 kB, 256 fields, 64 kB and 1 MiB. */
export const defaultLimits: MessageLimits = {
  maxStartLineBytes: 8_192,
  maxHeaders: 256,
  maxHeaderBytes: 65_536,
  maxBodyBytes: 1_048_576,
};
