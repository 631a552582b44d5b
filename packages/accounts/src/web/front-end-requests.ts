import type { DeviceOrder, DevicesDocument, HeldSession, PasswordOrder, SignIn } from './documents.ts';

/** Where a front end is asked by web services (row 11): all POST, JSON. */
export const frontEndPaths = {
  signIn: '/web/sign-in',
  session: '/web/session',
  signOut: '/web/sign-out',
  devices: '/web/devices',
  deviceSignOut: '/web/devices/sign-out',
  password: '/web/password',
} as const;

/** Where the user is, whom web services ask for: guesses are counted by it. */
export interface FromClient {
  /** IPv4 or IPv6. */
  readonly client: string;
}

/** Asks for a session. */
export interface SignInRequest extends SignIn, FromClient {}

/** Asks by a session. */
export interface SessionRequest {
  /** That of the {@link HeldSession}, at most 2,048 characters. */
  readonly token: string;
}

/** Changes something by a session. */
export interface ChangeRequest extends SessionRequest {
  /** The `csrf` of the session, which only a page of ours knows; at most 64 characters. */
  readonly csrf: string;
}

/** Signs a device out. */
export interface DeviceSignOutRequest extends ChangeRequest, DeviceOrder {}

/** Changes a password. */
export interface PasswordRequest extends ChangeRequest, PasswordOrder, FromClient {}

/** Answers with a session, which may have been renewed. */
export interface SessionAnswer {
  /** To be used from now on: its token may be another one than that of the request. */
  readonly session: HeldSession;
}

/** Answers with the devices of a user. */
export interface DevicesAnswer extends SessionAnswer, DevicesDocument {}
