// Saves reloading. Without this script all works by forms and links; with it, a choice is sent without leaving the page
// and kept while there is no connection, and the page follows when somebody else goes on. No text becomes markup here:
// what the server answers is parsed by the browser as a document that runs nothing, and its parts are put in place.
"use strict";

if (navigator.serviceWorker) {   // not where the connection is neither this machine nor HTTPS
  const worker = "/worker.js", policy = window.trustedTypes?.createPolicy("worker", {createScriptURL: () => worker});
  const alone = !navigator.serviceWorker.controller;
  navigator.serviceWorker.register(policy ? policy.createScriptURL("") : worker).catch(() => {});
  if (alone) navigator.serviceWorker.ready.then(({active}) => active.postMessage("keep"));
}

const page = document.querySelector("[data-story]");
if (page) play(location.pathname); else offerCopies();

function play(path) {
  const kept = `chekhov:${path}`;   // where a choice waits that has not reached the server
  const within = (selector) => page.querySelector(selector);
  let sending = false, again = 0, gone = 0, wait = 1000, open = null, polling = 0;
  let shown = parts(page.cloneNode(true));   // what is shown, as it came
  const plain = document.title;

  document.documentElement.classList.add("live");
  page.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.matches("[data-move]")) return;
    event.preventDefault();
    if (read()) return tell("Your last choice still waits to be sent.", true);
    const given = new FormData(form, event.submitter);
    given.set("at", page.dataset.at);
    const typed = given.has("words");
    write({body: new URLSearchParams(given).toString(), typed});
    event.submitter?.classList.add("chosen");
    send();
  });
  page.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-ask]");
    if (!link || event.metaKey || event.ctrlKey || event.shiftKey) return;
    event.preventDefault();
    const address = new URL(link.href);
    ask("GET", address.pathname + address.search, null, (answer) => {
      if (!put(answer.response)) return;
      const there = within(address.hash) || within("#ask");
      there.focus({preventScroll: true});
      there.scrollIntoView({block: "nearest"});
    });
  });
  page.addEventListener("input", (event) => { if (event.target.id === "words") narrow(event.target.value); });
  addEventListener("online", () => { wait = 1000; if (read()) send(); else follow(); });
  addEventListener("offline", offline);
  addEventListener("pagehide", () => { open?.close(); open = null; });
  addEventListener("pageshow", (event) => { if (event.persisted) { follow(); look(); } });
  document.addEventListener("visibilitychange", () => { if (!document.hidden) document.title = plain; });
  if (read()) send(); else if (!navigator.onLine) offline();
  follow();
  later();

  function offline() { tell("You are offline. What you choose is kept, and sent when the connection is back."); }
  function read() { try { return JSON.parse(localStorage.getItem(kept)); } catch { return null; } }
  function write(choice) {
    try { choice ? localStorage.setItem(kept, JSON.stringify(choice)) : localStorage.removeItem(kept); } catch { /* as private windows do */ }
    write.last = choice;
  }

  // Sends what waits. It is bound to the turn in which it was chosen, so that it is done once however often it arrives.
  function send() {
    const choice = read() || write.last;
    if (!choice || sending) return;
    clearTimeout(again);
    sending = true;
    within("#now").setAttribute("aria-busy", "true");
    ask("POST", `${path}/move`, choice.body, (answer) => {
      sending = false;
      within("#now").removeAttribute("aria-busy");
      if (answer.status === 0 || answer.status === 429 || answer.status >= 500) {
        const seconds = Number(answer.getResponseHeader("retry-after")) || 0;
        wait = Math.min(wait * 2, 15000);
        again = setTimeout(send, Math.max(seconds * 1000, wait));
        return tell(answer.status === 429
          ? "That was a lot at once. Your choice is kept, and sent in a moment."
          : "The connection is gone. Your choice is kept, and sent when it is back.", true);
      }
      wait = 1000;
      write(null);
      if (!put(answer.response)) return tell(`This did not work (${answer.status}). Reload the page to go on.`);
      tell("");
      const words = within("#words");
      if (choice.typed && words && !within("[role=alert]")) { words.value = ""; narrow(""); }
      arrive(choice.typed && words ? words : within("#what-now"));
    });
  }

  function ask(method, address, body, done) {
    const request = new XMLHttpRequest();
    request.open(method, address);
    request.responseType = "document";
    request.timeout = 20000;
    request.setRequestHeader("chekhov-script", "1");
    if (body !== null) request.setRequestHeader("content-type", "application/x-www-form-urlencoded");
    request.onloadend = () => done(request);
    request.send(body);
  }

  // Puts a page's parts in the place of those here. Paragraphs that are there already stay, so that only new ones are read out.
  function put(answer) {
    const fresh = answer?.querySelector("[data-story]");
    if (!fresh) return false;
    const words = within("#words"), typed = words?.value, held = handle(document.activeElement);
    page.dataset.at = fresh.dataset.at;
    const old = within("#turns"), paragraphs = [...fresh.querySelectorAll("#turns > p")];
    const text = (paragraph) => paragraph.lastChild?.textContent;
    let same = 0;
    while (same < paragraphs.length && same < old.children.length && text(old.children[same]) === text(paragraphs[same])) same++;
    while (old.children.length > same) old.lastElementChild.remove();
    paragraphs.forEach((paragraph, number) => {
      if (number >= same) return old.append(document.importNode(paragraph, true));
      const here = old.children[number];
      here.className = paragraph.className;
      if (paragraph.id) here.id = paragraph.id; else here.removeAttribute("id");
      if (!paragraph.querySelector(".unseen")) here.querySelector(".unseen")?.remove();
    });
    const opening = fresh.querySelector("#opening");
    if (!opening?.isEqualNode(within("#opening"))) within("#opening")?.replaceWith(document.importNode(opening, true));
    const last = shown;
    shown = parts(fresh);
    // What is as it was stays, so that no button goes away under a finger, and nothing flickers, without need.
    if (!shown["#now"].isEqualNode(last["#now"])) {
      const connection = within("#connection");
      within("#now").replaceChildren(...[...shown["#now"].childNodes].map((node) => document.importNode(node, true)));
      within("#connection").replaceWith(connection);
    }
    fill(within("#margin"), shown["#margin"], last["#margin"]);
    const now = within("#words");
    if (now && now !== words && typed) { now.value = typed; narrow(typed); }
    if (held && document.activeElement === document.body) within(held)?.focus({preventScroll: true});
    later();
    return true;
  }

  // Gives the margin its new sections; those that are as they were are not touched.
  function fill(margin, fresh, last) {
    let at = margin.firstElementChild;
    for (const section of fresh.children) {
      const old = margin.querySelector(`:scope > #${section.id}`);
      if (old && section.isEqualNode(last.querySelector(`:scope > #${section.id}`))) {
        if (old !== at) margin.insertBefore(old, at);
        at = old.nextElementSibling;
        continue;
      }
      const made = document.importNode(section, true);
      for (const part of made.querySelectorAll("details")) part.open = Boolean(old?.querySelector(`#${part.id}`)?.open);
      if (old && old === at) at = old.nextElementSibling;
      old ? old.replaceWith(made) : margin.insertBefore(made, at);
      if (old && made.nextElementSibling !== at) margin.insertBefore(made, at);
    }
    while (at) { const next = at.nextElementSibling; at.remove(); at = next; }
  }

  // By what something is found again that was put in its place.
  function handle(focused) {
    if (!page.contains(focused)) return "";
    if (focused.id) return `#${CSS.escape(focused.id)}`;
    if (focused.value) return `button[value="${CSS.escape(focused.value)}"]`;
    return focused.matches("a") ? `a[href="${CSS.escape(focused.getAttribute("href"))}"]` : "";
  }

  // Asks once for what takes long to find out, and is told when the story is over.
  function later() {
    const link = within("[data-later]");
    if (!link || link.classList.contains("asked")) return;
    link.classList.add("asked");
    ask("GET", link.href, null, (answer) => {
      if (answer.status !== 200) link.classList.remove("asked");   // it can still be pressed
      else if (!sending && link.isConnected) put(answer.response);
    });
  }

  function parts(of) {
    for (const field of of.querySelectorAll("[name=at]")) field.remove();   // is added when a form is sent
    return {"#now": of.querySelector("#now"), "#margin": of.querySelector("#margin")};
  }

  function arrive(focused) {
    focused.focus({preventScroll: true});
    (within("[role=alert]") || within("#fresh") || within("#now")).scrollIntoView({block: "start"});
  }

  function tell(text, mayDrop) {
    const line = within("#connection");
    line.hidden = !text;
    line.textContent = text;
    if (text && mayDrop && read()) {
      const drop = document.createElement("button");
      drop.className = "plain";
      drop.type = "button";
      drop.textContent = "Do not send it";
      drop.onclick = () => { clearTimeout(again); write(null); tell(""); look(); within("#what-now").focus(); };
      line.append(" ", drop);
    }
  }

  // Shows only the choices that hold all words which are typed; all of them, where none does.
  function narrow(typed) {
    const words = typed.toLowerCase().match(/[\p{L}\p{N}]+/gu) || [];
    const items = [...page.querySelectorAll(".choices > *")];
    const holding = items.filter((item) => {
      const has = item.textContent.toLowerCase().match(/[\p{L}]+|\p{N}+/gu) || [];
      return words.every((word) => has.some((one) => one.startsWith(word)));
    });
    for (const item of items) item.hidden = holding.length > 0 && !holding.includes(item);
    for (const group of page.querySelectorAll(".group")) {
      group.hidden = !group.nextElementSibling?.querySelector(":scope > :not([hidden])");
    }
    const count = holding.length;
    within("#matching").textContent =
      !words.length ? "" : count === 1 ? "One choice" : count ? `${count} choices` : "No choice has these words";
  }

  // Follows the story by server-sent events; where these do not come through, asks now and then.
  function follow() {
    clearInterval(polling);
    open?.close();
    open = new EventSource(`${path}/news`);
    open.onopen = () => { clearTimeout(gone); gone = 0; if (!read()) tell(""); else if (!sending) send(); };
    open.onmessage = (event) => { if (event.data !== page.dataset.at && !sending) look(true); };
    open.onerror = () => {
      gone ||= setTimeout(() => { if (!read()) tell("The server cannot be reached. What you choose is kept, and sent when it is back."); }, 4000);
      if (open && open.readyState === EventSource.CLOSED) {
        clearInterval(polling);
        polling = setInterval(() => { if (!document.hidden && !sending && !read()) look(true); }, 15000);
      }
    };
  }

  function look(others) {
    const before = page.dataset.at;
    ask("GET", path, null, (answer) => {
      if (sending || answer.status !== 200 || !put(answer.response)) return;
      if (others && document.hidden && before !== page.dataset.at) document.title = `• ${plain}`;
    });
  }
}

function offerCopies() {
  for (const button of document.querySelectorAll("[data-copy]")) {
    button.hidden = false;
    button.addEventListener("click", async () => {
      const field = button.parentElement.querySelector("input");
      field.select();
      try { await navigator.clipboard.writeText(field.value); } catch { document.execCommand("copy"); }
      document.querySelector("#copied").textContent = "Copied.";
    });
  }
}
