// Life for the pictures of a page: zoom, moving about, and search. Without this script all pictures are there in full.
// It asks for nothing and keeps nothing; no text becomes markup.
"use strict";

for (const frame of document.querySelectorAll(".picture")) enliven(frame, document.body.classList.contains("one"));

function enliven(frame, alone) {
  const svg = frame.querySelector("svg");
  const wide = svg.width.baseVal.value, high = svg.height.baseVal.value;
  const bar = part("div", {className: "tools"}, {role: "group", "aria-label": `Zoom and search: ${frame.getAttribute("aria-label")}`});
  const said = part("output", {}, {"aria-live": "polite"});
  const size = part("output", {className: "size"});
  const search = part("input", {type: "search", placeholder: "Act, person, place"}, {"aria-label": "Search in the picture"});
  let scale = 1, found = [], at = -1;

  bar.append(
    button("−", "Smaller", () => zoom(scale / 1.25)), size, button("+", "Larger", () => zoom(scale * 1.25)),
    button("1:1", "As it is", () => zoom(1)), button("Fit", "Fit in", fit),
    search, button("‹", "The one before", () => go(-1)), button("›", "The next one", () => go(1)), said,
  );
  frame.before(bar);
  frame.classList.add("live");
  zoom(1);

  // -- zoom: the point stays where it is, or the middle

  function zoom(to, x = frame.clientWidth / 2, y = frame.clientHeight / 2) {
    to = Math.min(8, Math.max(0.05, to));
    const left = (frame.scrollLeft + x) * to / scale - x, top = (frame.scrollTop + y) * to / scale - y;
    scale = to;
    svg.style.width = `${wide * scale}px`;
    svg.style.height = `${high * scale}px`;
    frame.scrollTo(left, top);
    size.textContent = `${Math.round(scale * 100)} %`;
  }

  function fit() {
    // The frame is as high as what is in it, up to a limit. A little less, lest its border brings a scroll bar.
    const most = parseFloat(getComputedStyle(frame).maxHeight) || frame.clientHeight;
    zoom(Math.min((frame.clientWidth - 1) / wide, (most - 3) / high));
  }

  function within(event) {
    const box = frame.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  frame.addEventListener("wheel", (event) => {
    // On a page of several pictures the wheel alone moves the page.
    if (!alone && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    zoom(scale * Math.exp(-Math.max(-60, Math.min(60, event.deltaY)) / 300), ...within(event));
  }, {passive: false});

  frame.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target !== frame) return;
    const does = {"+": () => zoom(scale * 1.25), "=": () => zoom(scale * 1.25), "-": () => zoom(scale / 1.25), "0": () => zoom(1),
      "f": fit, "/": () => search.focus(), "n": () => go(1), "p": () => go(-1)}[event.key];
    if (!does) return;
    event.preventDefault();
    does();
  });

  // -- moving about by the pointer; two fingers zoom

  const down = new Map();
  frame.addEventListener("pointerdown", (event) => {
    if (event.button > 0) return;
    down.set(event.pointerId, event);
    if (event.pointerType === "mouse") frame.setPointerCapture(event.pointerId);
  });
  frame.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    if (down.size === 2) {
      const [other] = [...down.values()].filter((one) => one.pointerId !== event.pointerId);
      const [x, y] = within(other);
      const before = Math.hypot(last.clientX - other.clientX, last.clientY - other.clientY);
      const after = Math.hypot(event.clientX - other.clientX, event.clientY - other.clientY);
      if (before > 0) zoom(scale * after / before, x, y);
    } else if (event.pointerType === "mouse") {
      frame.scrollBy(last.clientX - event.clientX, last.clientY - event.clientY);
    }
    down.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel", "pointerleave"]) {
    frame.addEventListener(name, (event) => down.delete(event.pointerId));
  }

  // -- search

  search.addEventListener("input", () => {
    const words = search.value.toLowerCase().split(/\s+/).filter(Boolean);
    const marked = svg.querySelectorAll("[data-find]");
    for (const one of svg.querySelectorAll(".found")) one.classList.remove("found", "now");
    found = !words.length ? [] : [...(marked.length ? marked : svg.querySelectorAll("text"))].filter((one) => {
      const text = `${one.dataset.find ?? ""} ${one.textContent}`.toLowerCase();
      return words.every((word) => text.includes(word));
    });
    for (const one of found) one.classList.add("found");
    // Arrows are shown with the boxes, but not gone to.
    if (found.some((one) => !one.dataset.arrow)) found = found.filter((one) => !one.dataset.arrow);
    svg.classList.toggle("searched", words.length > 0);
    at = -1;
    said.textContent = words.length ? `${found.length || "none"} found` : "";
    if (found.length) go(1);
  });
  search.addEventListener("keydown", (event) => {
    if (event.key !== "Enter") return;
    event.preventDefault();
    go(event.shiftKey ? -1 : 1);
  });

  function go(step) {
    if (!found.length) return;
    found[at]?.classList.remove("now");
    at = (at + step + found.length) % found.length;
    if (at < 0) at = 0;
    found[at].classList.add("now");
    const box = found[at].getBoundingClientRect(), out = frame.getBoundingClientRect();
    frame.scrollBy(box.left + box.width / 2 - out.left - out.width / 2, box.top + box.height / 2 - out.top - out.height / 2);
    said.textContent = `${at + 1} of ${found.length}`;
  }
}

function part(name, properties, attributes = {}) {
  const made = Object.assign(document.createElement(name), properties);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

function button(text, says, does) {
  const made = part("button", {type: "button", textContent: text, title: says}, {"aria-label": says});
  made.addEventListener("click", does);
  return made;
}
