import type { ChatBounds } from '../bounds.ts';
import { MemberRate } from '../member-rate.ts';
import type { MemberRole } from '../store/stored.ts';

/** A room as the configuration lists it. */
export interface RoomEntry {
  /** `lobby@chat.contoso.example`, an address of the application. */
  readonly address: string;
  /** Addresses of those who are moderators from the start, whatever was stored. */
  readonly moderators: readonly string[];
  /** Whether anyone of the organisation may join with /join. Default false: moderators add members. */
  readonly isOpen?: boolean | undefined;
}

/** Who has sent is remembered: members, and as many others who have joined and left. */
const remembered = 2;

/** A room with its members, as they are on the disk. */
export class Room {
  readonly address: string;
  readonly isOpen: boolean;
  readonly rate: MemberRate;
  /** Who is being stored as a member: they count, so that many at once keep to the bound. */
  readonly arriving = new Set<string>();
  /** Who the configuration makes a moderator: no command takes that away. */
  readonly #named: ReadonlySet<string>;
  readonly #members = new Map<string, MemberRole>();

  /**
   * @param entry - of the configuration
   * @param bounds - of the server
   */
  constructor(
    { address, isOpen = false, moderators }: RoomEntry,
    { burst, maxMembers, perSecond }: ChatBounds,
  ) {
    this.address = address;
    this.isOpen = isOpen;
    this.#named = new Set(moderators);
    this.rate = new MemberRate(burst, perSecond, remembered * maxMembers);
  }

  /** Addresses of all members, in the order in which they came. */
  get members(): readonly string[] {
    return [...this.#members.keys()];
  }

  /** How many members there are. */
  get size(): number {
    return this.#members.size;
  }

  /** The role of somebody; undefined where they are not a member. */
  roleOf(address: string): MemberRole | undefined {
    return this.#members.get(address);
  }

  /** Whether the configuration makes somebody a moderator. */
  isNamed(address: string): boolean {
    return this.#named.has(address);
  }

  /** A change that is on the disk. */
  set(address: string, role: MemberRole): void {
    this.#members.set(address, role);
  }

  /** A change that is on the disk. */
  remove(address: string): void {
    this.#members.delete(address);
  }
}
