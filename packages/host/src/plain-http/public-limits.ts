import { OperatorFault } from '../fault.ts';

/** Bounds of a listener that anybody may ask. */
export interface PublicLimits {
  /** Bytes of a request's header. */
  readonly maxHeaderBytes: number;
  /** Milliseconds from the connection, or the request before, to the end of the header. */
  readonly headersTimeoutMs: number;
  /** Milliseconds for a whole request. */
  readonly requestTimeoutMs: number;
  /** Milliseconds that an idle connection is kept. */
  readonly keepAliveTimeoutMs: number;
  /** How often these times are looked at, milliseconds. */
  readonly lookEveryMs: number;
  /** Open connections at once. */
  readonly maxConnections: number;
  /** Of these, from one address; one /64 of IPv6 counts as one. */
  readonly maxConnectionsPerAddress: number;
  /** Requests on one connection. */
  readonly maxRequests: number;
  /** Milliseconds within which an answer must have been taken. */
  readonly answerTimeoutMs: number;
}

/** What every public listener of HTTP is bound by. */
export const publicLimits: PublicLimits = {
  maxHeaderBytes: 4_096,
  headersTimeoutMs: 5_000,
  requestTimeoutMs: 10_000,
  keepAliveTimeoutMs: 5_000,
  lookEveryMs: 2_000,
  maxConnections: 2_000,
  maxConnectionsPerAddress: 64,
  maxRequests: 100,
  // 16 MiB pass in it at 2.3 Mbit/s.
  answerTimeoutMs: 60_000,
};

/**
 * Looks at the bounds of a listener: one that is misspelt would be missing, and one that is missing would bound nothing.
 * @throws OperatorFault `ENTENTE_PROGRAM_INVALID`
 */
export function checkLimits(limits: PublicLimits): void {
  const names = Object.keys(publicLimits);
  const bad = (sentence: string, place: string, remedy: string) =>
    new OperatorFault('ENTENTE_PROGRAM_INVALID', {
      sentence,
      place: `${place} of createPublicServer`,
      remedy,
    });
  const start = 'begin with { ...publicLimits }';
  const unknown = Object.keys(limits).find((name) => !names.includes(name));
  if (unknown !== undefined)
    throw bad(
      `expected only limits that there are, found ${JSON.stringify(unknown.slice(0, 60))}`,
      'limits',
      `correct the name, or remove it; there are ${names.join(', ')}`,
    );
  for (const name of names) {
    const value: unknown = Reflect.get(limits, name);
    if (!Number.isFinite(value) || Number(value) <= 0)
      throw bad(
        `expected a number above 0, found ${typeof value === 'number' ? value : typeof value}`,
        name,
        `give a number; ${start}`,
      );
  }
}
