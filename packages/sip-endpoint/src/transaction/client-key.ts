/** Under which a request of ours is kept: by its branch, which no other has but the CANCEL of an INVITE. */
export function clientKeyOf(branch: string | undefined, method: string): string | undefined {
  return method === 'CANCEL' && branch !== undefined ? `${branch} CANCEL` : branch;
}
