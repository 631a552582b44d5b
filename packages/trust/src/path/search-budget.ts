import type { SearchBudget } from '../policy/profile.ts';
import type { SearchSpent } from '../reasons/evidence.ts';

/** Ends a search whose budget is exhausted. The judge catches it and returns a rejection; it never leaves this package. */
export class BudgetExceeded extends Error {
  readonly what: 'signatures' | 'steps' | 'comparisons';
  readonly max: number;

  constructor(what: 'signatures' | 'steps' | 'comparisons', max: number) {
    super(`the budget of ${max} ${what} is exhausted`);
    this.what = what;
    this.max = max;
  }
}

/** Charges what a verdict costs to its budget. */
export class Spending implements SearchSpent {
  signatures = 0;
  steps = 0;
  comparisons = 0;
  readonly budget: SearchBudget;

  constructor(budget: SearchBudget) {
    this.budget = budget;
  }

  /** Charges one signature verification. @throws BudgetExceeded where the budget is exhausted */
  sign(price: number): void {
    this.signatures += price;
    if (this.signatures > this.budget.signatures)
      throw new BudgetExceeded('signatures', this.budget.signatures);
  }

  /** Charges one candidate. @throws BudgetExceeded where the budget is exhausted */
  step(): void {
    if (++this.steps > this.budget.steps) throw new BudgetExceeded('steps', this.budget.steps);
  }

  /** Charges comparisons before they are made. @throws BudgetExceeded where the budget is exhausted */
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
