// Has the pages that were seen last at hand while the server cannot be reached. What is chosen meanwhile the page itself
// keeps and sends. This file names the others by what is in them, so that it changes, and is fetched anew, with any of them.
"use strict";

const FILES = {{ files|tojson }}, AWAY = "/away";
const fixed = "files {{ version }}", pages = "pages", most = 20;

self.addEventListener("install", (event) => {
  event.waitUntil(caches.open(fixed).then((cache) => cache.addAll([...FILES, AWAY])).then(() => self.skipWaiting()));
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) if (name !== fixed && name !== pages) await caches.delete(name);
    await self.clients.claim();
  })());
});

// A page that came without the worker asks for it: there was none yet when it set out, or it was not ready to be claimed.
self.addEventListener("message", (event) => {
  event.waitUntil((async () => {
    await self.clients.claim();
    const answer = await fetch(event.source.url).catch(() => null);
    if (answer) await keep(new URL(event.source.url).pathname, answer);
  })());
});

self.addEventListener("fetch", (event) => {
  const {request} = event, url = new URL(request.url), alone = request.headers.has("chekhov-script");
  if (url.origin !== self.location.origin || url.pathname.endsWith("/news")) return;
  if (FILES.some((file) => file.split("?")[0] === url.pathname)) return event.respondWith(file(request));
  if (url.pathname === "/forget") event.waitUntil(caches.delete(pages));
  if (alone) return event.respondWith(part(event, url));
  if (request.mode === "navigate") event.respondWith(page(event, url));
});

async function file(request) {
  const had = await caches.match(request);
  // A page of an earlier version may ask for a file that is no longer there.
  return had || fetch(request).catch(async () => await caches.match(request, {ignoreSearch: true}) || Response.error());
}

async function page(event, url) {
  const {request} = event;
  const answer = await fetch(request).catch(() => null);
  if (answer && !(answer.status >= 502 && answer.status <= 504)) {
    if (request.method === "GET" && !url.search) event.waitUntil(keep(url.pathname, answer.clone()));
    return answer;
  }
  const had = request.method === "GET" && await (await caches.open(pages)).match(url.pathname);
  return had || await caches.match(AWAY) || answer || Response.error();
}

// What the script asks for is the story alone: it takes the place of that in the page that is kept.
async function part(event, url) {
  const answer = await fetch(event.request);
  const path = url.pathname.replace(/\/move$/, "");
  if (answer.ok && !url.search) {
    const copy = answer.clone();
    event.waitUntil((async () => {
      const had = await (await caches.open(pages)).match(path);
      if (!had) return;
      const [whole, story] = [await had.text(), await copy.text()];
      const headers = new Headers(had.headers);
      headers.delete("content-length");
      const body = whole.replace(/(<body>)[^]*(<\/body>)/, (_, before, after) => `${before}\n${story}\n${after}`);
      await keep(path, new Response(body, {headers}));
    })());
  }
  return answer;
}

async function keep(path, answer) {
  const cache = await caches.open(pages);
  if (answer.status === 404) await cache.delete(path);
  if (answer.status !== 200 || answer.redirected) return;
  await cache.put(path, answer);
  for (const old of (await cache.keys()).slice(0, -most)) await cache.delete(old);
}
