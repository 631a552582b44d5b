import type { Path } from '../terms/problem.ts';
import type { CheckCode } from './check-codes.ts';

/** Receives what a check found. */
export type Report = (code: CheckCode, path: Path, message: string, remedy: string) => void;
