// Tells the person when a part of the page could not be fetched; htmx itself would stay silent.

const trouble = document.querySelector("#trouble");

function tell(sentence) {
  trouble.textContent = sentence;
  trouble.hidden = false;
}

document.addEventListener("htmx:responseError", () => tell(trouble.dataset.failed));
document.addEventListener("htmx:sendError", () => tell(trouble.dataset.offline));
document.addEventListener("htmx:timeout", () => tell(trouble.dataset.offline));
document.addEventListener("htmx:afterRequest", (event) => {
  if (event.detail.successful) trouble.hidden = true;
});
