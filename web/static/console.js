// The entry of the consultants' console: ties what is known to what is seen.

import { Alerts } from "./console/alerts.js";
import { ConsoleApi } from "./console/api.js";
import { Desk } from "./console/desk.js";
import { Keys } from "./console/keys.js";
import { Softphone } from "./console/softphone.js";
import { Store } from "./console/store.js";
import { View } from "./console/view.js";

const { account, csrf, language, signIn } = document.querySelector("#console").dataset;

const api = new ConsoleApi(csrf, language);
const store = new Store(account);
const softphone = new Softphone(api, store);
const desk = new Desk(api, store, language, softphone);
const alerts = new Alerts(desk);
const view = new View(desk, alerts, signIn);
new Keys(desk, view);

let asked = false;
/** Changes come in bursts: the page is drawn once for all that come within one frame. */
function draw() {
  if (asked) return;
  asked = true;
  // Not requestAnimationFrame: a window in the background still has to ring and to count.
  queueMicrotask(() => {
    asked = false;
    view.render();
    alerts.render();
  });
}

desk.onChange = softphone.onChange = draw;
desk.start();
setInterval(draw, 1_000);
addEventListener("online", () => desk.hurry());
addEventListener("offline", () => desk.cut());
document.addEventListener("visibilitychange", () => {
  if (document.visibilityState === "visible") desk.hurry();
});
