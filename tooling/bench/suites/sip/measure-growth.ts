import { worstInputs } from './worst.ts';

/** How to measure growth. */
export interface GrowthOrder {
  readonly short: boolean;
}

const { short } = JSON.parse(process.argv[2] ?? '') as GrowthOrder;
process.stdout.write(JSON.stringify(worstInputs(short)));
