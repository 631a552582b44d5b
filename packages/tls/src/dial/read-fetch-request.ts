import { foundValue, nearestName } from '@entente/options';
import { TlsFault } from '../fault/fault.ts';

/**
 * The request that a caller means.
 *
 * @param given - a request, of whatever copy of its class, or the URL that is asked for
 * @param of - the function that is called, for the fault
 * @param init - what else is said of the request
 * @throws TlsFault `ENTENTE_OPTION_INVALID`
 */
export function requestOf(given: unknown, of: string, init?: RequestInit): Request {
  const isRequest =
    typeof given === 'object' && given !== null && 'url' in given && typeof given.url === 'string';
  if (isRequest && init === undefined) return given as Request;
  const isUrl = given instanceof URL || (typeof given === 'string' && URL.canParse(given));
  if (!isRequest && !isUrl) throw unlike(of, foundValue(given));
  checkInit(init, of);
  try {
    return new Request(given as Request | URL | string, withDuplex(init));
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    const url = isRequest ? (given.url as string) : (given as URL | string);
    throw isMade(url) ? unlikeInit(of, why, cause) : unlike(of, why, cause);
  }
}

/** What says what is sent: left out, another request would be made. */
const fields = ['method', 'headers', 'body', 'signal'] as const;
/** Letters by which a name may be longer or shorter and be the same word: `bodyTimeout` of another library is another field. */
const mostLetters = 2;

/** The platform passes over what it does not know, and libraries add what is theirs; a misspelt method would be a GET. */
function checkInit(init: unknown, of: string): void {
  if (typeof init !== 'object' || init === null) return;
  for (const name of Object.keys(init)) {
    const meant = nearestName(name, fields);
    if (meant === undefined || meant === name || Math.abs(meant.length - name.length) > mostLetters) continue;
    throw new TlsFault('ENTENTE_OPTION_INVALID', {
      sentence: `expected method, headers, body and signal of a request, found ${JSON.stringify(name)}`,
      place: `second argument of ${of}`,
      remedy: `write ${meant} if that is meant, or leave it out`,
    });
  }
}

/** What the platform demands where the body is a stream, though it knows no other value. */
function withDuplex(init: RequestInit | undefined): RequestInit | undefined {
  const body: unknown = init?.body;
  return typeof body === 'object' && body !== null ? { duplex: 'half', ...init } : init;
}

/** Whether the URL alone makes a request: then it is the rest that makes none. */
function isMade(url: URL | string): boolean {
  try {
    new Request(url);
    return true;
  } catch {
    return false;
  }
}

function unlikeInit(of: string, found: string, cause: unknown): TlsFault {
  return new TlsFault('ENTENTE_OPTION_INVALID', {
    sentence: `expected method, headers, body and signal of a request, found: ${found}`,
    place: `second argument of ${of}`,
    remedy: 'correct what the sentence names, as for fetch of the platform; GET and HEAD have no body',
    cause,
  });
}

function unlike(of: string, found: string, cause?: unknown): TlsFault {
  return new TlsFault('ENTENTE_OPTION_INVALID', {
    sentence: `expected a Request or an absolute https URL, found ${found}`,
    place: `first argument of ${of}`,
    remedy: "give a Request, a URL or a text like 'https://pool1.contoso.example:8443/'",
    ...(cause === undefined ? {} : { cause }),
  });
}
