// The entry of the chat widget: one script tag on any page puts the launcher and the panel there.
//
//   <script type="module" src="https://chat.example/widget.js" data-language="kk"></script>
//
// The API is asked where this script came from. Without data-language the page's own `lang` decides.

import { AssistantElement } from "./widget/element.js";

const ELEMENT = "assistant-1414";

function mount() {
  const script = [...document.scripts].find((candidate) => candidate.src === import.meta.url);
  const element = document.createElement(ELEMENT);
  element.lang = script?.dataset.language || document.documentElement.lang;
  document.body.append(element);
}

if (!customElements.get(ELEMENT)) customElements.define(ELEMENT, AssistantElement);
if (!document.querySelector(ELEMENT)) mount();
