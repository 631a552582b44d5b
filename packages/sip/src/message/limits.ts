/** How large a message may be. A body is measured by its announced length, before any of it is stored. */
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

/**
 * How far a stream is read to find out where a message ends that exceeds its limits: twice as far. Such a message can be answered and
 * passed over, and the stream goes on behind it; one that exceeds these limits too ends the stream.
 */
export function framingLimits(limits: MessageLimits): MessageLimits {
  return {
    maxStartLineBytes: 2 * limits.maxStartLineBytes,
    maxHeaders: 2 * limits.maxHeaders,
    maxHeaderBytes: 2 * limits.maxHeaderBytes,
    maxBodyBytes: Number.MAX_SAFE_INTEGER,
  };
}
