// Owns the behaviour of the demo page: its language, and the cards that open the chat with a question.

const KEY = "page-language";
const WIDGET = "assistant-1414";

/** @param {string | null} code */
const known = (code) => (code === "kk" || code === "ru" ? code : null);

function preferred() {
  const asked = known(new URLSearchParams(location.search).get("lang"));
  return asked ?? known(localStorage.getItem(KEY)) ?? (navigator.language.startsWith("kk") ? "kk" : "ru");
}

/** @param {"kk" | "ru"} code */
function show(code) {
  document.documentElement.lang = code;
  document.title = document.querySelector("title")?.dataset[code] ?? document.title;
  for (const button of document.querySelectorAll("[data-show]")) {
    button.setAttribute("aria-pressed", String(button.dataset.show === code));
  }
}

for (const button of document.querySelectorAll("[data-show]")) {
  button.addEventListener("click", () => {
    const code = button.dataset.show;
    localStorage.setItem(KEY, code);
    show(code);
    document.querySelector(WIDGET)?.setAttribute("lang", code);
  });
}

for (const card of document.querySelectorAll("[data-ask-ru]")) {
  card.addEventListener("click", async () => {
    await customElements.whenDefined(WIDGET);
    const { askKk, askRu } = card.dataset;
    document.querySelector(WIDGET)?.ask(document.documentElement.lang === "kk" ? askKk : askRu);
  });
}

for (const opener of document.querySelectorAll("[data-open-chat]")) {
  opener.addEventListener("click", async () => {
    await customElements.whenDefined(WIDGET);
    document.querySelector(WIDGET)?.open();
  });
}

show(preferred());
