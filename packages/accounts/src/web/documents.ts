/** A user who has signed in, as the page and other clients see it. */
export interface SessionDocument {
  /** Address of record. */
  readonly address: string;
  /** What each change must carry in the header field {@link csrfField}. */
  readonly csrf: string;
  /** RFC 3339, UTC: the session ends then unless something is asked before, and 8 hours after the sign-in in any case. */
  readonly expires: string;
}

/** The same with what proves it, as a front end hands it to web services alone. */
export interface HeldSession extends SessionDocument {
  /** Sealed by the front end; nobody else can read it, or make one. */
  readonly token: string;
}

/** A user whom a search has found. */
export interface Person {
  /** Address of record in its canonical form. */
  readonly address: string;
}

/** What a search has found. */
export interface PeopleDocument {
  /** At most 20, each once, ordered by address. */
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
  /** RFC 3339, UTC: the registration ends then unless the device refreshes it. */
  readonly expires: string;
}

/** The devices of a user. */
export interface DevicesDocument {
  /** At most 64, the one that has registered last first. */
  readonly devices: readonly Device[];
}

/** What a user signs in with. */
export interface SignIn {
  /** Address of record, with or without scheme, at most 254 characters. */
  readonly address: string;
  /** 1 to 256 characters. */
  readonly password: string;
}

/** Which device is to be signed out. */
export interface DeviceOrder {
  /** `id` of the {@link Device}, at most 64 characters. */
  readonly device: string;
}

/** A change of the password. */
export interface PasswordOrder {
  /** The one that is valid now. */
  readonly password: string;
  /** The one that is to be valid from now on, 8 to 256 characters. */
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
