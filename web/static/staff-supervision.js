// The live page: says aloud, and if asked sounds, when the level changes; stops and goes on; keeps open what was open.

const now = document.querySelector("#now");

if (now) {
  const alarm = document.querySelector("#alarm");
  const sound = document.querySelector("#sound");
  const pause = document.querySelector("#pause");
  const RANK = { fine: 0, warning: 1, over: 2 };
  let speaker = null;
  let level = levelShown();
  let open = [];

  function levelShown() {
    return now.querySelector("[data-level]").dataset.level;
  }

  function pressed(button, on) {
    button.setAttribute("aria-pressed", String(on));
    button.textContent = on ? button.dataset.off : button.dataset.on;
  }

  function beep() {
    if (!speaker) return;
    for (const [at, hertz] of [[0, 660], [0.25, 880], [0.5, 660]]) {
      const tone = new OscillatorNode(speaker, { frequency: hertz });
      const volume = new GainNode(speaker, { gain: 0.15 });
      tone.connect(volume).connect(speaker.destination);
      tone.start(speaker.currentTime + at);
      tone.stop(speaker.currentTime + at + 0.2);
    }
  }

  sound.addEventListener("click", () => {
    // A browser lets a page sound only after a press.
    if (speaker) speaker.close();
    speaker = speaker ? null : new AudioContext();
    pressed(sound, speaker !== null);
  });

  pause.addEventListener("click", () => pressed(pause, pause.getAttribute("aria-pressed") === "false"));

  now.addEventListener("htmx:beforeRequest", (event) => {
    if (pause.getAttribute("aria-pressed") === "true") event.preventDefault();
  });

  now.addEventListener("htmx:beforeSwap", () => {
    open = [...now.querySelectorAll("details[open]")].map((one) => one.id);
  });

  now.addEventListener("htmx:afterSwap", () => {
    for (const id of open) document.getElementById(id)?.setAttribute("open", "");
    const before = level;
    level = levelShown();
    if (level === before) return;
    alarm.textContent = now.querySelector(".level").innerText;
    if (RANK[level] > RANK[before]) beep();
  });
}
