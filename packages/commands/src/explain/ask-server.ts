import { once } from 'node:events';
import { connect } from 'node:net';
import { OperatorFault } from '@entente/host';
import { type Credential, type ProbedServer, serverChain } from '@entente/tls';
import { type StartTlsProtocol, startTls } from './starttls.ts';

/** Where a TLS server is, and how it is asked. */
export interface AskedServer {
  /** As the operator has written it. */
  readonly host: string;
  /** Where to dial, where that is not the host. */
  readonly address: string | undefined;
  readonly port: number;
  /** Name for SNI. */
  readonly name: string;
  readonly startTls: StartTlsProtocol | undefined;
  readonly identity: Credential | undefined;
  readonly timeoutMs: number;
}

/** There is no TLS to judge. */
export interface Unanswered {
  /** Stable: a code of the platform, of TLS or of Entente. */
  readonly code: string;
  /** What was expected, and found: a sentence without full stop. */
  readonly sentence: string;
  readonly remedy: string;
  /** The newest version that the server speaks, where that is too old. */
  readonly protocol?: string;
}

/**
 * Connects to a server and reads what it presents.
 * @param asked - where it is
 * @returns what it presents, or why there is nothing
 */
export async function askServer(asked: AskedServer): Promise<ProbedServer | Unanswered> {
  try {
    return await probe(asked);
  } catch (error) {
    const code = codeOf(error);
    if (code === undefined) throw error;
    if (!isAboutVersion(code)) return unanswered(asked, code, error);
    const old = await probe(asked, true).catch(() => undefined);
    return old === undefined ? unanswered(asked, code, error) : tooOld(old.protocol);
  }
}

/** Whether a server has answered. */
export function isUnanswered<Answer extends object>(answer: Answer | Unanswered): answer is Unanswered {
  return 'sentence' in answer;
}

async function probe(asked: AskedServer, offersOldVersions = false): Promise<ProbedServer> {
  const { address, host, identity, name, port, startTls: protocol, timeoutMs } = asked;
  const dialled = address ?? host;
  const options = {
    host: dialled,
    port,
    name,
    timeoutMs,
    offersOldVersions,
    ...(identity === undefined ? {} : { identity }),
  };
  if (protocol === undefined) return serverChain(options);
  const over = connect({ host: dialled, port });
  const late = setTimeout(() => over.destroy(tooLate(asked)), timeoutMs);
  try {
    await once(over, 'connect');
    await startTls(over, protocol, `${host}:${port}`);
    clearTimeout(late);
    return await serverChain({ ...options, over });
  } finally {
    clearTimeout(late);
    over.destroy();
  }
}

/** Code of an error that means: there is no TLS server to judge. */
function codeOf(error: unknown): string | undefined {
  const { cause, code, syscall } = error as NodeJS.ErrnoException & { cause?: NodeJS.ErrnoException };
  if (code === 'ENTENTE_TIMEOUT' || code === 'ENTENTE_STARTTLS_REFUSED') return code;
  if (code === 'ENTENTE_HANDSHAKE_FAILED') return cause?.code ?? cause?.message ?? code;
  return syscall === undefined ? undefined : code;
}

/** The server has no version in common with us (RFC 8446 §6.2). */
function isAboutVersion(code: string): boolean {
  return ['ERR_SSL_UNSUPPORTED_PROTOCOL', 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'].includes(code);
}

const checkPort =
  'check the address and the port, that the server is running, and that it uses TLS from the first byte; where it begins in the clear, give --starttls';
const checkProtocol = 'check the address, the port and the protocol that --starttls names';

function unanswered(asked: AskedServer, code: string, error: unknown): Unanswered {
  const { host, timeoutMs } = asked;
  const check = asked.startTls === undefined ? checkPort : checkProtocol;
  if (code === 'ENOTFOUND')
    return {
      code,
      sentence: 'expected a TLS server, found no address in DNS (ENOTFOUND)',
      remedy: `correct the name; where DNS does not know it, give the address of ${host} with --address <ip>`,
    };
  if (error instanceof OperatorFault) return { code, sentence: error.sentence, remedy: error.remedy };
  if (code === 'ENTENTE_TIMEOUT')
    return {
      code,
      sentence: `expected a TLS server, found no answer within ${timeoutMs} ms`,
      remedy: check,
    };
  if (code === 'ECONNREFUSED')
    return {
      code,
      sentence: 'expected a TLS server, found no listener at this port (ECONNREFUSED)',
      remedy: 'check the address and the port, and that the server is running',
    };
  if (/ALERT_HANDSHAKE_FAILURE$/.test(code))
    return {
      code,
      sentence: `expected a TLS server that accepts a cipher suite of ours, found none (${code})`,
      remedy:
        'let the server offer suites of TLS 1.3, or of TLS 1.2 with ECDHE and AES-GCM or ChaCha20-Poly1305',
    };
  const found = code.startsWith('ERR_SSL_')
    ? `an answer that is not TLS, or a failed handshake (${code})`
    : code;
  return { code, sentence: `expected a TLS server, found ${found}`, remedy: check };
}

function tooOld(protocol: string): Unanswered {
  return {
    code: 'ENTENTE_PROTOCOL_TOO_OLD',
    sentence: `expected TLS 1.2 or 1.3, found a server that speaks nothing newer than ${protocol}`,
    remedy: 'turn TLS 1.2 and 1.3 on at the server, and the versions before them off (RFC 8996)',
    protocol,
  };
}

function tooLate({ host, port, timeoutMs }: AskedServer): OperatorFault {
  return new OperatorFault('ENTENTE_TIMEOUT', {
    sentence: `expected a TLS server, found no answer within ${timeoutMs} ms`,
    place: `${host}:${port}`,
    remedy: checkProtocol,
  });
}
