/**
 * Does one step after the other. One that fails does not keep the later ones from being done.
 * @param steps - in their order
 * @param onFault - hears of each that has failed
 * @throws what the first of them has thrown, after the last one
 */
export async function eachStep(
  steps: Iterable<() => unknown>,
  onFault: (fault: Error) => void = () => {},
): Promise<void> {
  const faults: Error[] = [];
  for (const step of steps) {
    try {
      await step();
    } catch (fault) {
      faults.push(fault as Error);
      onFault(fault as Error);
    }
  }
  const [first] = faults;
  if (first !== undefined) throw first;
}
