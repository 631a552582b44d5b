import type { Hono } from 'hono';
import type { Authority } from '../authority.ts';
import type { Caller } from '../caller.ts';
import type { RefusalLog } from '../refusals.ts';
import type { AuthoritySettings } from '../settings.ts';
import type { Guard, InTurn, LimitedBy } from './guard.ts';

/** What belongs to a request beside itself. */
export interface Bindings {
  readonly caller: Caller;
}

/** The routes of an authority, to which each file adds its own. */
export type AuthorityApp = Hono<{ Bindings: Bindings }>;

/** What routes answer with. */
export interface RouteContext {
  readonly settings: AuthoritySettings;
  readonly authority: Authority;
  readonly refusals: RefusalLog;
  readonly guard: Guard;
  readonly limited: LimitedBy;
  readonly inTurn: InTurn;
}
