import type { SearchBudget } from '../policy/profile.ts';
import type { SearchSpent } from '../reasons/evidence.ts';

/** Ends a search whose budget is used up. Caught by the judge and turned into a rejection; it never leaves this package. */
export class BudgetExceeded extends Error {
  readonly what: 'signatures' | 'steps' | 'comparisons';
  readonly max: number;

  constructor(what: 'signatures' | 'steps' | 'comparisons', max: number) {
    super(`budget of ${max} ${what} is used up`);
    this.what = what;
    this.max = max;
  }
}

/** Counts what a verdict costs against its budget. */
export class Spending implements SearchSpent {
  signatures = 0;
  steps = 0;
  comparisons = 0;
  readonly budget: SearchBudget;

  constructor(budget: SearchBudget) {
    this.budget = budget;
  }

  /** Pays for one signature check. @throws BudgetExceeded */
  sign(price: number): void {
    this.signatures += price;
    if (this.signatures > this.budget.signatures)
      throw new BudgetExceeded('signatures', this.budget.signatures);
  }

  /** Pays for one candidate. @throws BudgetExceeded */
  step(): void {
    if (++this.steps > this.budget.steps) throw new BudgetExceeded('steps', this.budget.steps);
  }

  /** Pays for comparisons before they are made. @throws BudgetExceeded */
  compare(count: number): void {
    this.comparisons += count;
    if (this.comparisons > this.budget.comparisons) {
      throw new BudgetExceeded('comparisons', this.budget.comparisons);
    }
  }

  /** A copy for evidence. */
  spent(): SearchSpent {
    return { signatures: this.signatures, steps: this.steps, comparisons: this.comparisons };
  }
}
