/** What is answered to a local order. */
export type LocalAnswer =
  | { readonly ok: true; readonly answer: object }
  | {
      readonly ok: false;
      readonly fault: {
        readonly code: string;
        readonly sentence: string;
        readonly place: string;
        readonly remedy: string;
      };
    };
