/** Bounds of what users and web services send: both ends hold them. */
export const webLimits = {
  /** Octets of a request with JSON. */
  bodyBytes: 4_096,
  /** Characters of a password, as the commands of an administrator take it. */
  fewestPasswordCharacters: 8,
  passwordCharacters: 256,
  /** Characters that a search of the address book needs at least, and has at most. */
  fewestSearchCharacters: 3,
  searchCharacters: 64,
  /** People that one search finds at most. */
  peopleFound: 20,
  /** Devices that are listed at most. */
  devicesListed: 64,
  /** Characters of a sealed session. */
  tokenCharacters: 2_048,
  /** Characters of the value that a change must carry, and of the name of a device. */
  wordCharacters: 64,
  /** Characters of what a device is called by: its Contact URI. */
  contactCharacters: 256,
} as const;
