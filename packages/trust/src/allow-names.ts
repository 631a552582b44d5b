import type { Authorise } from './authorise.ts';
export declare function allowNames(names: readonly string[]): Authorise;
