/** Colours with a contrast of at least 7 to 1, by the preference of the user; the focus is always visible. */
export const pageCss = `:root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
body { margin: 0 auto; max-width: 48rem; padding: 1rem; background: Canvas; color: CanvasText; }
[hidden] { display: none; }
label { display: block; }
input { box-sizing: border-box; font: inherit; max-width: 24rem; padding: 0.4rem; width: 100%; }
button { font: inherit; padding: 0.4rem 0.8rem; }
:focus-visible { outline: 3px solid Highlight; outline-offset: 2px; }
table { border-collapse: collapse; width: 100%; }
caption { text-align: left; }
th, td { border-bottom: 1px solid GrayText; overflow-wrap: anywhere; padding: 0.4rem; text-align: left; vertical-align: top; }
#status:empty, #fault:empty { display: none; }
#fault { border-left: 0.4rem solid; font-weight: bold; padding-left: 0.6rem; }
`;
