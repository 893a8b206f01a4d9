// "保存到手机": pages are put away for reading without network. data-urls names them, separated by spaces.
// A button in the element keeps them when pressed. With data-auto they are kept without asking, and what was
// kept so before and is no longer named goes away; give every such element the same complete list.
// Only a page whose answer allows it is kept (core/offline.py).

const PREFIX = "anyuan-kept:";
const ALLOWED = "X-Anyuan-Keep";

const person = () => document.body.dataset.person || "";
const named = (shelf) => `${PREFIX}${person()}:${shelf}`;
export const possible = () => "caches" in window && "serviceWorker" in navigator;

// A phone goes from hand to hand: what another person kept goes away, and everything at the sign-in page.
export async function forgetOthers() {
  if (!("caches" in window)) return;
  const mine = person() ? `${PREFIX}${person()}:` : "";
  for (const name of await caches.keys()) {
    if (name.startsWith(PREFIX) && !(mine && name.startsWith(mine))) await caches.delete(name);
  }
}

async function put(cache, url) {
  const answer = await fetch(url, { credentials: "same-origin", cache: "no-store" });
  if (!answer.ok || answer.redirected || !answer.headers.get(ALLOWED)) throw new Error(url);
  const text = await answer.text();
  const read = new DOMParser().parseFromString(text, "text/html");
  const title = read.querySelector("h1")?.textContent.trim().replace(/\s+/g, " ") || read.title;
  await cache.put(url, new Response(text, {
    headers: {
      "Content-Type": "text/html; charset=utf-8",
      "Content-Security-Policy": answer.headers.get("Content-Security-Policy") || "default-src 'self'",
      "X-Kept-Title": encodeURIComponent(title.slice(0, 120)),
      "X-Kept-On": new Date().toISOString().slice(0, 10),
    },
  }));
  return [...read.querySelectorAll('link[rel~="stylesheet"], link[rel~="icon"], script[src], img[src]')]
    .map((part) => new URL(part.getAttribute("href") || part.getAttribute("src"), document.baseURI).href);
}

// Looks and behaviour of the pages: what they name, and what this page has loaded (fonts, modules).
async function putParts(hrefs) {
  const loaded = performance.getEntriesByType("resource").map((one) => one.name);
  const wanted = [...new Set([...hrefs, ...loaded])].filter((href) => {
    const url = new URL(href);
    return url.origin === window.location.origin && url.pathname.startsWith("/static/");
  });
  const cache = await caches.open(named("parts"));
  await Promise.allSettled(wanted.map((href) => cache.add(href)));
}

export async function keep(urls, shelf) {
  await navigator.serviceWorker.register("/sw.js");
  const cache = await caches.open(named(shelf));
  const parts = [];
  for (const url of urls) parts.push(...await put(cache, url));
  await putParts(parts);
}

async function keepSilently(urls) {
  const cache = await caches.open(named("auto"));
  const wanted = new Set(urls.map((url) => new URL(url, document.baseURI).href));
  for (const request of await cache.keys()) if (!wanted.has(request.url)) await cache.delete(request);
  const there = new Set((await cache.keys()).map((request) => request.url));
  const missing = urls.filter((url) => !there.has(new URL(url, document.baseURI).href));
  if (missing.length) await keep(missing, "auto");
}

async function allKept(urls) {
  const shelves = await Promise.all(["hand", "auto"].map((shelf) => caches.open(named(shelf))));
  const hits = await Promise.all(urls.map((url) => Promise.all(shelves.map((shelf) => shelf.match(url)))));
  return hits.every((of) => of.some(Boolean));
}

export async function mount(element) {
  const button = element.querySelector("button");
  const said = element.querySelector("[data-said]");
  const say = (text) => { if (said) said.textContent = text; };
  if (!possible()) { element.hidden = true; return; }
  const urls = element.dataset.urls.split(/\s+/).filter(Boolean);
  if (!urls.length || document.body.dataset.kept !== undefined) return;
  button?.addEventListener("click", async () => {
    button.setAttribute("aria-busy", "true");
    try {
      await keep(urls, "hand");
      say("已保存，没有网络时也能打开");
    } catch {
      say("没有保存成功，请检查网络后再试");
    }
    button.removeAttribute("aria-busy");
  });
  if ("auto" in element.dataset) {
    // It is tried again on the next page; reading does not depend on it.
    try { await keepSilently(urls); } catch { return; }
  }
  if (await allKept(urls)) say("已保存，没有网络时也能打开");
}

// A page that is shown from what was kept says so.
export function tellIfKept() {
  const day = document.body.dataset.kept;
  if (day === undefined) return;
  const line = document.createElement("div");
  line.className = "alert alert-warning d-print-none";
  line.setAttribute("role", "status");
  line.textContent = `没有网络：这是 ${day} 保存在手机里的内容。`;
  document.querySelector("main")?.prepend(line);
}
