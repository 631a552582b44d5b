/** What a member tells whoever runs it. */
export interface MemberLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
}
