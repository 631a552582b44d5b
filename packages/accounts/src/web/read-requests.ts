import { anyText } from '@entente/options';
import { checks } from '../fault.ts';
import { accountLimits } from '../limits.ts';
import type { DeviceOrder, PasswordOrder, SignIn } from './documents.ts';
import type {
  ChangeRequest,
  DeviceSignOutRequest,
  FromClient,
  PasswordRequest,
  SessionRequest,
  SignInRequest,
} from './front-end-requests.ts';
import { webLimits } from './limits.ts';
import { malformed, type WebProblem } from './problem.ts';

/** What was read of a request, or why not. */
export type ReadRequest<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: WebProblem };

/** The longest text of each field, characters; a field that is not listed here is not read. */
const longest = {
  address: accountLimits.addressLength,
  client: 64,
  csrf: webLimits.wordCharacters,
  device: webLimits.wordCharacters,
  newPassword: webLimits.passwordCharacters,
  password: webLimits.passwordCharacters,
  token: webLimits.tokenCharacters,
} as const;

type Field = keyof typeof longest;

/**
 * Reads texts of a JSON object: all of them and no others, none empty or too long.
 * @param text - from anybody, of bounded size
 * @param names - of the fields
 */
function read<T>(text: string, names: readonly (Field & keyof T)[]): ReadRequest<T> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return { ok: false, problem: malformed('expected a JSON object, found something else') };
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return { ok: false, problem: malformed('expected a JSON object, found something else') };
  if (Object.keys(value).length !== names.length)
    return { ok: false, problem: malformed(`expected the fields ${names.join(', ')} and no others`) };
  for (const name of names) {
    const found: unknown = Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : undefined;
    if (typeof found !== 'string' || found === '' || found.length > longest[name]) {
      const most = longest[name];
      return {
        ok: false,
        problem: malformed(`"${name}": expected text of 1 to ${most} characters, found something else`),
      };
    }
  }
  return { ok: true, value: value as T };
}

/**
 * Reads the address and password with which a user signs in.
 * @param text - body of a request of a user, of bounded size
 */
export const readSignIn = (text: string): ReadRequest<SignIn> => read(text, ['address', 'password']);
/**
 * Reads which of the own devices a user signs out.
 * @param text - body of a request of a user, of bounded size
 */
export const readDeviceOrder = (text: string): ReadRequest<DeviceOrder> => read(text, ['device']);
/**
 * Reads the present and the next password of a user.
 * @param text - body of a request of a user, of bounded size
 */
export const readPasswordOrder = (text: string): ReadRequest<PasswordOrder> =>
  read(text, ['password', 'newPassword']);

/**
 * Reads a sign-in that web services pass on, with the address of its client.
 * @param text - body of a request of web services, of bounded size
 */
export const readSignInRequest = (text: string): ReadRequest<SignInRequest> =>
  read(text, ['address', 'password', 'client']);
/**
 * Reads the token of a session that web services ask about.
 * @param text - body of a request of web services, of bounded size
 */
export const readSessionRequest = (text: string): ReadRequest<SessionRequest> => read(text, ['token']);
/**
 * Reads the token of a session in which something changes, with its CSRF value.
 * @param text - body of a request of web services, of bounded size
 */
export const readChangeRequest = (text: string): ReadRequest<ChangeRequest> => read(text, ['token', 'csrf']);
/**
 * Reads which device of the user of a session is signed out.
 * @param text - body of a request of web services, of bounded size
 */
export const readDeviceSignOut = (text: string): ReadRequest<DeviceSignOutRequest> =>
  read(text, ['token', 'csrf', 'device']);
/**
 * Reads a change of a password that web services pass on, with the address of its client.
 * @param text - body of a request of web services, of bounded size
 */
export const readPasswordRequest = (text: string): ReadRequest<PasswordRequest> =>
  read<PasswordRequest & FromClient>(text, ['token', 'csrf', 'password', 'newPassword', 'client']);

/**
 * Reads what is searched for.
 * @param query - of the URL, decoded
 */
export function readSearch(query: string | null): ReadRequest<string> {
  checks.argument(query ?? '', anyText, 'argument of readSearch', 'give the query of the URL, or null');
  const text = query?.trim().toLowerCase() ?? '';
  const { fewestSearchCharacters: fewest, searchCharacters: most } = webLimits;
  if (text.length > most)
    return { ok: false, problem: malformed(`"q": expected at most ${most} characters, found more`) };
  if (text.length >= fewest) return { ok: true, value: text };
  return {
    ok: false,
    problem: {
      status: 400,
      reason: 'search-too-short',
      detail: `"q": expected the first ${fewest} characters of a name or more, found fewer`,
      remedy: 'Type more of the name.',
    },
  };
}

/**
 * The refusal of a new password that is too short; undefined where it is not.
 * @param password - as the user has chosen it
 */
export function refusePassword(password: string): WebProblem | undefined {
  checks.argument(password, anyText, 'argument of refusePassword', 'give the password in plain text');
  const { fewestPasswordCharacters: fewest } = webLimits;
  if ([...password].length >= fewest) return undefined;
  return {
    status: 400,
    reason: 'password-too-short',
    detail: `"newPassword": expected at least ${fewest} characters, found fewer`,
    remedy: 'Choose a longer one, for example a few words.',
  };
}
