// Guards what was typed and not saved: asks before the page is left, and saves a draft on Ctrl+S.

const form = document.querySelector("form[data-unsaved]");

if (form) {
  let unsaved = form.dataset.unsaved === "yes";
  form.addEventListener("input", () => { unsaved = true; });
  form.addEventListener("submit", () => { unsaved = false; });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });
  document.addEventListener("keydown", (event) => {
    if (!(event.ctrlKey || event.metaKey) || event.code !== "KeyS") return;
    event.preventDefault();
    form.requestSubmit(form.querySelector("button[value=save]") ?? undefined);
  });
  document.addEventListener("htmx:oobAfterSwap", (event) => {
    const remark = event.target;
    if (!remark.id?.startsWith("remark-")) return;
    const field = document.getElementById(remark.id.slice("remark-".length));
    if (remark.textContent) field?.setAttribute("aria-invalid", "true");
    else field?.removeAttribute("aria-invalid");
  });
}
