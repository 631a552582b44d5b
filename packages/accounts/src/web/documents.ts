/** A user who has signed in, as the page and other clients see it. */
export interface SessionDocument {
  /** Address of record. */
  readonly address: string;
  /** What each change must carry in the header field {@link csrfField}. */
  readonly csrf: string;
  /** RFC 3339, UTC: the session ends then unless something is asked before. */
  readonly expires: string;
}

/** The same with what proves it, as a front end hands it to web services alone. */
export interface HeldSession extends SessionDocument {
  /** Sealed by the front end; nobody else can read it, or make one. */
  readonly token: string;
}

/** A user whom a search has found. */
export interface Person {
  readonly address: string;
}

/** What a search has found. */
export interface PeopleDocument {
  readonly people: readonly Person[];
  /** Whether there are no more. */
  readonly isComplete: boolean;
}

/** A device of the user whose session it is. */
export interface Device {
  /** Names it for {@link DeviceOrder}; the same when it connects again. */
  readonly id: string;
  /** Its Contact URI, as it has registered. */
  readonly contact: string;
  /** Whether it is connected from outside the organisation. */
  readonly isOutside: boolean;
  /** RFC 3339, UTC. */
  readonly registered: string;
  readonly expires: string;
}

/** The devices of a user. */
export interface DevicesDocument {
  readonly devices: readonly Device[];
}

/** What a user signs in with. */
export interface SignIn {
  readonly address: string;
  readonly password: string;
}

/** Which device is to be signed out. */
export interface DeviceOrder {
  readonly device: string;
}

/** A change of the password. */
export interface PasswordOrder {
  /** The one that is valid now. */
  readonly password: string;
  readonly newPassword: string;
}

/** Header field with which each change proves that it comes from a page of ours. */
export const csrfField = 'entente-csrf';

/** Where web services are asked. */
export const webPaths = {
  discovery: '/.well-known/entente',
  signIn: '/api/sign-in',
  session: '/api/session',
  signOut: '/api/sign-out',
  people: '/api/people',
  devices: '/api/devices',
  deviceSignOut: '/api/devices/sign-out',
  password: '/api/password',
} as const;
