import { obey } from '../../process/obey.ts';
import { worstInputs } from './worst.ts';

/** How to measure growth. */
export interface GrowthOrder {
  readonly short: boolean;
}

obey(({ short }: GrowthOrder) => worstInputs(short));
