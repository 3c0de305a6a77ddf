// Moves a picture from beat to beat: its animations stand still, and are set to the moment wanted. Without this script the
// last beat is shown.
"use strict";

const form = document.querySelector("#player"), range = document.querySelector("#frame"), play = document.querySelector("#play");
const picture = document.querySelector("#picture"), beats = document.querySelectorAll("#beats li"), last = Number(range.max);
const seconds = Number(form.dataset.seconds), calm = matchMedia("(prefers-reduced-motion: reduce)");
let at = last, playing = false, before = 0;   // `at`: the beat, and how far the next one has come

form.hidden = false;
document.documentElement.classList.add("live");
show(last);

range.addEventListener("input", () => { at = Number(range.value); stop(); });
play.addEventListener("click", () => {
  if (playing) return stop();
  playing = true;
  play.textContent = "Pause";
  if (at >= last) show(0);
  before = performance.now();
  requestAnimationFrame(on);
});
addEventListener("keydown", (event) => {
  if (event.target !== document.body && event.target !== picture) return;
  if (event.key === " ") { event.preventDefault(); play.click(); }
});
form.addEventListener("submit", (event) => event.preventDefault());

function stop() {
  playing = false;
  play.textContent = "Play";
  show(Math.round(at));
}

function on(now) {
  if (!playing) return;
  // A frame's time may lie before the click that it follows.
  const next = Math.min(at + Math.max(now - before, 0) / 1000 / seconds, last);
  before = now;
  show(next);
  if (next >= last) stop(); else requestAnimationFrame(on);
}

// A frame begins with the going over into it, so that beat 2.3 is three tenths into what leads to beat 3.
function show(moment) {
  at = moment;
  const whole = Math.floor(moment), part = moment - whole;
  const time = part && !calm.matches ? (whole + 1 + part) * seconds : (whole + 0.999) * seconds;
  picture.style.setProperty("--at", `${Math.min(time, (last + 1) * seconds - 0.001)}s`);
  const shown = part && !calm.matches ? whole + 1 : whole;
  range.value = shown;
  range.setAttribute("aria-valuetext", `${shown}: ${beats[shown].textContent}`);
  document.querySelector("#number").textContent = shown;
  beats.forEach((beat, number) => number === shown ? beat.setAttribute("aria-current", "step") : beat.removeAttribute("aria-current"));
}
