// Owns the looks of the widget: a constructed style sheet, which a strict Content-Security-Policy allows.

export const styles = new CSSStyleSheet();

styles.replaceSync(`
:host {
  all: initial;
  --accent: #0f4c75; --on-accent: #fff; --head: #0f4c75; --on-head: #fff;
  --ground: #fff; --ink: #16212b; --quiet: #4a5a68; --line: #8696a3; --soft: #edf2f6; --warn: #8a3b00;
  --focus: #0b66c3;
  color-scheme: light dark;
  /* medium: the size that the citizen chose in the browser, whatever the page did to its root */
  font: medium/1.45 system-ui, "Segoe UI", Roboto, "Noto Sans", "DejaVu Sans", sans-serif;
  color: var(--ink);
}
@media (prefers-color-scheme: dark) {
  :host {
    --accent: #8cc8f0; --on-accent: #06243a; --head: #12405f; --on-head: #fff;
    --ground: #131b22; --ink: #e8eef3; --quiet: #b3c1cc; --line: #73838f; --soft: #22303b; --warn: #ffb480;
    --focus: #9ad1ff;
  }
}
* { box-sizing: border-box; }
[hidden] { display: none !important; }
button, textarea { font: inherit; color: inherit; margin: 0; }
button { cursor: pointer; min-height: 44px; min-width: 44px; touch-action: manipulation; }
p, ol, ul, h2 { margin: 0; padding: 0; }
svg { width: 24px; height: 24px; flex: none; fill: none; stroke: currentColor; stroke-width: 2;
  stroke-linecap: round; stroke-linejoin: round; }
:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
.unseen { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }

.launcher {
  position: fixed; right: 20px; bottom: 20px; z-index: 2147483646;
  display: flex; align-items: center; gap: .6em; padding: .8em 1.3em; min-height: 56px;
  border: 2px solid transparent; border-radius: 28px; background: var(--accent); color: var(--on-accent);
  font-weight: 600; box-shadow: 0 4px 16px rgb(0 0 0 / .3);
}
.launcher:focus-visible { outline-offset: 3px; }
.badge { min-width: 1.7em; padding: 0 .4em; border-radius: 1em; background: #fff; color: #8a1f11; text-align: center; }
.badge:empty { display: none; }

.panel {
  position: fixed; inset: auto 20px 20px auto; z-index: 2147483647; margin: 0; padding: 0;
  width: 400px; max-width: none; height: min(700px, calc(100vh - 40px)); max-height: none;
  border: 1px solid var(--line); border-radius: 14px; background: var(--ground); color: var(--ink);
  box-shadow: 0 12px 40px rgb(0 0 0 / .35); overflow: hidden;
}
.panel[open] { display: flex; flex-direction: column; }
.panel::backdrop { background: var(--ground); }
.head {
  display: flex; align-items: center; gap: 4px; padding: 6px 6px 6px 16px;
  background: var(--head); color: var(--on-head);
}
.head :focus-visible { outline-color: currentColor; outline-offset: -4px; }
h2 { flex: 1; font-size: 1.06em; line-height: 1.2; }
h2:focus { outline: none; }
.tool { display: grid; place-items: center; padding: 0; border: 0; border-radius: 8px; background: transparent; }
.languages { display: flex; }
.languages button {
  padding: 0 .4em; border: 0; border-radius: 8px; background: transparent; font-size: .94em;
  text-decoration: underline transparent 2px; text-underline-offset: 5px;
}
.languages [aria-pressed="true"] { font-weight: 700; text-decoration-color: currentColor; }
.tool:hover, .languages button:hover { background: rgb(128 128 128 / .35); }

.about { display: flex; flex-wrap: wrap; gap: 0 1em; padding: 8px 16px; border-bottom: 1px solid var(--line); font-size: .875em; color: var(--quiet); }
.log {
  position: relative; flex: 1; min-height: 4em; overflow-y: auto; overscroll-behavior: contain; padding: 12px 16px;
  /* a shade at the lower edge while there is more below: the covers scroll with the text, the shade does not */
  background: linear-gradient(var(--ground), var(--ground)) bottom / 100% 28px no-repeat local,
    linear-gradient(transparent, rgb(0 0 0 / .28)) bottom / 100% 14px no-repeat scroll, var(--ground);
}
.log:focus-visible { outline-offset: -3px; }
.log ol { list-style: none; display: flex; flex-direction: column; gap: 12px; }
.line { display: flex; flex-direction: column; align-items: flex-start; max-width: 92%; }
.line.citizen { align-self: flex-end; align-items: flex-end; }
.meta { font-size: .8125em; color: var(--quiet); margin-bottom: 3px; }
.who { font-weight: 600; }
.status { font-style: italic; color: var(--warn); }
.text {
  padding: .6em .85em; border-radius: 4px 14px 14px 14px; background: var(--soft); border: 1px solid transparent;
  overflow-wrap: anywhere;
}
.citizen .text { border-radius: 14px 4px 14px 14px; background: var(--accent); color: var(--on-accent); white-space: pre-wrap; }
.waiting .text { background: transparent; color: inherit; border: 1px dashed var(--line); }
.consultant .text { border-color: var(--accent); }
.text > * + * { margin-top: .5em; }
.text ul { padding-left: 1.2em; list-style: disc; }
.text li + li { margin-top: .2em; }
.text a { color: var(--accent); }
.text .sources { padding-top: .4em; border-top: 1px solid var(--line); font-size: .8125em; color: var(--quiet); }
.options { display: flex; flex-wrap: wrap; gap: 8px; margin-top: 12px; }
.options button {
  padding: .4em 1em; border: 1px solid var(--accent); border-radius: 22px; background: var(--ground);
  color: var(--accent); text-align: left;
}
.options button:hover { background: var(--soft); }
.dots { display: flex; gap: 6px; margin-top: 14px; padding: .3em; }
.dots i { width: 9px; height: 9px; border-radius: 50%; background: var(--quiet); }

.foot { padding: 8px 12px 10px; border-top: 1px solid var(--line); }
.notice { padding: 4px; font-size: .875em; color: var(--warn); }
.notice:empty { display: none; }
.confirm { padding: 4px 4px 10px; }
.confirm .options { margin-top: 8px; }
.composer { display: grid; grid-template-columns: 1fr auto; gap: 4px 8px; align-items: end; }
textarea {
  width: 100%; min-height: 48px; max-height: 6.5em; padding: .65em .8em; resize: none; field-sizing: content;
  border: 1px solid var(--line); border-radius: 10px; background: var(--ground);
}
textarea::placeholder { color: var(--quiet); opacity: 1; }
textarea[aria-invalid="true"] { border-color: var(--warn); border-width: 2px; }
.send { width: 48px; height: 48px; display: grid; place-items: center; padding: 0; border: 2px solid transparent;
  border-radius: 10px; background: var(--accent); color: var(--on-accent); }
.counter { grid-column: 1 / -1; font-size: .8125em; color: var(--quiet); }
.counter:empty { display: none; }
.fraud { margin-top: 6px; padding: 0 4px; font-size: .8125em; color: var(--quiet); }

@media (max-width: 640px), (max-height: 480px) {
  .panel {
    inset: 0; top: var(--visible-top, 0); width: 100%; height: var(--visible-height, 100dvh);
    border: 0; border-radius: 0;
  }
  .launcher { right: 12px; bottom: 12px; }
}
@media (max-height: 480px) {
  /* Little height (a touch keyboard, a large zoom): the conversation keeps it. */
  .fraud { display: none; }
  .about { padding: 2px 16px; }
  .head { padding-block: 0; }
}
@media (prefers-reduced-motion: no-preference) {
  .dots i { animation: breathe 1.2s infinite ease-in-out; }
  .dots i:nth-child(2) { animation-delay: .2s; }
  .dots i:nth-child(3) { animation-delay: .4s; }
  @keyframes breathe { 50% { opacity: .25; } }
}
@media (prefers-contrast: more) {
  :host { --quiet: var(--ink); --line: var(--ink); }
  .text { border-color: var(--ink); }
}
@media (forced-colors: active) {
  .launcher, .send, .text, .head { border: 1px solid CanvasText; }
  .dots i { background: CanvasText; }
  .languages button { text-decoration: none; }
  .languages [aria-pressed="true"] { forced-color-adjust: none; background: Highlight; color: HighlightText; }
}
`);
